//! Floats as Python writes them.

/// `repr(number)`: the shortest text that reads back as the number, with an exponent below 1e-4 and
/// from 1e16 on.
#[must_use]
pub fn python_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return format!("{number:?}");
    }
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::python_float;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (number, expected) in [
            (1e22, "1e+22"),
            (1e-7, "1e-07"),
            (1.0, "1.0"),
            (-1.5e16, "-1.5e+16"),
        ] {
            assert_eq!(python_float(number), expected);
        }
    }
}
