//! Integers of any size, in the notations of YAML 1.1.

use crate::value::Value;

/// Python refuses to read longer decimal numbers.
const LONGEST: usize = 4_300;

/// Splits off a sign. Says whether it is a minus.
pub(super) fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// The integer a text stands for: decimal, `0b`, `0x`, octal with a leading zero, sexagesimal.
pub(super) fn integer(text: &str) -> Result<Value, String> {
    let bytes = text.as_bytes();
    if matches!(bytes.first(), Some(b'1'..=b'9'))
        && let Ok(number) = text.parse()
    {
        return Ok(Value::Int(number));
    }
    let cleaned = text.replace('_', "");
    let (minus, digits) = split_sign(&cleaned);
    let number = if digits.is_empty() {
        None
    } else if let Some(binary) = digits.strip_prefix("0b") {
        based(binary, 2, "0b")
    } else if let Some(hex) = digits.strip_prefix("0x") {
        based(hex, 16, "0x")
    } else if digits.starts_with('0') {
        based(digits, 8, "0o")
    } else if digits.contains(':') {
        sexagesimal(digits)
    } else {
        based(digits, 10, "")
    };
    let Some((negative, decimal)) = number else {
        return Err(format!("`{text}` is no integer"));
    };
    if decimal.len() > LONGEST {
        return Err(format!("an integer of more than {LONGEST} digits"));
    }
    let decimal = if minus != negative && decimal != "0" {
        format!("-{decimal}")
    } else {
        decimal
    };
    Ok(match decimal.parse() {
        Ok(number) => Value::Int(number),
        Err(_) => Value::BigInt(decimal.into()),
    })
}

/// A number as Python's `int(text, radix)` reads it: sign and magnitude in decimal.
fn based(text: &str, radix: u32, prefix: &str) -> Option<(bool, String)> {
    let (negative, text) = split_sign(text.trim());
    let lowered = text.to_ascii_lowercase();
    let digits = match lowered.strip_prefix(prefix) {
        Some(digits) if !prefix.is_empty() => digits,
        _ => lowered.as_str(),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some((false, "0".to_owned()));
    }
    let decimal = match u128::from_str_radix(digits, radix) {
        Ok(number) => number.to_string(),
        Err(_) if radix == 10 => digits.to_owned(),
        Err(_) => to_decimal(digits, radix),
    };
    Some((negative, decimal))
}

/// Converts digits of another base. Stops with too many digits, which the caller refuses.
fn to_decimal(digits: &str, radix: u32) -> String {
    const LIMB: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for digit in digits.chars().filter_map(|digit| digit.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let value = *limb * u64::from(radix) + carry;
            *limb = value % LIMB;
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(carry);
        }
        if limbs.len() > LONGEST / 9 + 2 {
            break;
        }
    }
    let mut decimal = limbs.pop().unwrap_or(0).to_string();
    for limb in limbs.iter().rev() {
        decimal.push_str(&format!("{limb:09}"));
    }
    decimal
}

fn sexagesimal(text: &str) -> Option<(bool, String)> {
    let mut sum: i128 = 0;
    for part in text.split(':') {
        let (negative, magnitude) = based(part, 10, "")?;
        let magnitude: i128 = magnitude.parse().ok()?;
        let part = if negative { -magnitude } else { magnitude };
        sum = sum.checked_mul(60)?.checked_add(part)?;
    }
    Some((sum < 0, sum.unsigned_abs().to_string()))
}
