//! What Python makes of values and texts, where Truss leaves it to Python.

mod digits;
mod repr;
mod version;

use plimsoll_core::value::{Node, Value};

pub(crate) use digits::{decimal, is_digit};
pub(crate) use repr::str_of;
pub(crate) use version::is_version;

/// `str.strip()`: white space as Unicode has it, and the four separators of ASCII.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// Whether Python's `float` reads the text: white space around, `_` between digits, an exponent,
/// `inf`, `infinity` and `nan` in any case.
pub(crate) fn is_float(text: &str) -> bool {
    let text = strip(text);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let word = |word: &str| unsigned.eq_ignore_ascii_case(word);
    if word("inf") || word("infinity") || word("nan") {
        return true;
    }
    let (number, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let exponent_sound =
        exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    let number_sound = match number.split_once('.') {
        None => digits(number),
        Some(("", fraction)) => digits(fraction),
        Some((whole, "")) => digits(whole),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
    };
    exponent_sound && number_sound
}

/// Decimal digits with single underscores between them.
fn digits(text: &str) -> bool {
    let group = |group: &str| !group.is_empty() && group.chars().all(|c| decimal(c).is_some());
    text.split('_').all(group)
}

/// Whether Python holds a value for true.
pub(crate) fn is_truthy(node: &Node) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::BigInt(_) | Value::Timestamp(_) => true,
    }
}

/// An integer, as near as 64 bits come to it.
pub(crate) fn integer(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Int(number) => Some(*number),
        Value::BigInt(digits) if digits.starts_with('-') => Some(i64::MIN),
        Value::BigInt(_) => Some(i64::MAX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_float;

    #[test]
    fn floats_are_told_as_python_tells_them() {
        for yes in [
            "1", "1.", ".5", "1e2", "-1", " 2 ", "1_000", "inf", "NaN", "+1.5E-3", "٣",
        ] {
            assert!(is_float(yes), "{yes}");
        }
        for no in [
            "", ".", "1e", "_1", "1__0", "0x10", "1 2", "500m", "e5", "½", "²",
        ] {
            assert!(!is_float(no), "{no}");
        }
    }
}
