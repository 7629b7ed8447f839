//! Decimal numbers whose point is moved as a text has it moved, so that no digit is lost: `33.3%` is
//! 0.333, and not a neighbour of it.

/// Whether it is written as digits with or without a fraction.
pub(super) fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

/// A number that is written as digits with or without a fraction, times a power of ten. `None` for
/// any other text, and for one that is then beyond all floating-point numbers.
pub(super) fn number(text: &str, power: i32) -> Option<f64> {
    if !is_number(text) {
        return None;
    }
    let number: f64 = format!("{text}e{power}").parse().ok()?;
    number.is_finite().then_some(number)
}

/// A number times a power of ten, in its fewest digits and without an exponent.
pub(super) fn text(number: f64, power: i32) -> String {
    // As `-1.25e-3`; what is no number has no exponent, and stays as it is.
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let Ok(exponent) = exponent.parse::<i32>() else {
        return scientific;
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    if digits == "0" {
        return "0".to_owned();
    }
    // How many digits stand before the point.
    let before = exponent + power + 1;
    let text = match usize::try_from(before) {
        Ok(before) if before >= digits.len() => format!("{digits:0<before$}"),
        Ok(before) if before > 0 => format!("{}.{}", &digits[..before], &digits[before..]),
        _ => {
            let zeros = "0".repeat(before.unsigned_abs() as usize);
            format!("0.{zeros}{digits}")
        }
    };
    format!("{sign}{text}")
}
