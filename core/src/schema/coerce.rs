//! The coercions of pydantic's lax mode.

use crate::value::{Node, Value};

/// Longest integer that Python reads from a text, in digits.
const MAX_DIGITS: usize = 4300;

/// An integer of any size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Int {
    /// Within 64 bits.
    Small(i64),
    /// Beyond 64 bits, in decimal.
    Big(Box<str>),
}

/// Reads an integer: an integer, a boolean, a float or a string that stands for one.
pub(super) fn int(node: &Node) -> Option<Int> {
    match &node.value {
        Value::Bool(flag) => Some(Int::Small(i64::from(*flag))),
        Value::Float(number) => int_of_float(*number),
        Value::Str(text) => int_of_text(text),
        Value::Bytes(bytes) => int_of_text(std::str::from_utf8(bytes).ok()?),
        _ => strict_int(node),
    }
}

/// Reads an integer that is written as one.
pub(super) fn strict_int(node: &Node) -> Option<Int> {
    match &node.value {
        Value::Int(number) => Some(Int::Small(*number)),
        Value::BigInt(digits) => Some(Int::Big(digits.clone())),
        _ => None,
    }
}

/// Reads a boolean: a boolean, 0 or 1 as integer or float, or one of the usual words.
pub(super) fn bool(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(flag) => Some(*flag),
        Value::Int(0) => Some(false),
        Value::Int(1) => Some(true),
        Value::Float(number) if *number == 0.0 => Some(false),
        Value::Float(number) if *number == 1.0 => Some(true),
        Value::Str(text) => match text.to_ascii_lowercase().as_str() {
            "0" | "off" | "f" | "false" | "n" | "no" => Some(false),
            "1" | "on" | "t" | "true" | "y" | "yes" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Reads a floating-point number: any number, a boolean, or a string that stands for one.
pub(super) fn float(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Float(number) => Some(*number),
        #[expect(
            clippy::cast_precision_loss,
            reason = "Python's int-to-float conversion too"
        )]
        Value::Int(number) => Some(*number as f64),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::BigInt(digits) => digits.parse().ok(),
        Value::Str(text) => float_of_text(text),
        _ => None,
    }
}

/// Reads a number that is written as one: a float or an integer.
pub(super) fn strict_float(node: &Node) -> Option<f64> {
    match node.value {
        Value::Float(_) | Value::Int(_) | Value::BigInt(_) => float(node),
        _ => None,
    }
}

fn float_of_text(text: &str) -> Option<f64> {
    let text = text.trim();
    let between_digits = |at: usize| {
        let bytes = text.as_bytes();
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1).and_then(|before| bytes.get(before))) && digit(bytes.get(at + 1))
    };
    let grouped = text.match_indices('_').all(|(at, _)| between_digits(at));
    grouped
        .then(|| text.replace('_', "").parse().ok())
        .flatten()
}

/// A float stands for an integer of 64 bits at most, though a text stands for one of any size.
fn int_of_float(number: f64) -> Option<Int> {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    // Every float within ±2⁶³ that has no fraction is an exact 64-bit integer.
    #[expect(clippy::cast_possible_truncation, reason = "checked to be exact")]
    (number.fract() == 0.0 && number.abs() < BOUND).then_some(Int::Small(number as i64))
}

fn int_of_text(text: &str) -> Option<Int> {
    let trimmed = text.trim();
    let whole = match trimmed.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => trimmed,
    };
    let (negative, digits) = match whole.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, whole.strip_prefix('+').unwrap_or(whole)),
    };
    let grouped = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    let sound = !digits.is_empty()
        && digits.len() <= MAX_DIGITS
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if !grouped || !sound {
        return None;
    }
    let digits = digits.replace('_', "");
    let significant = match digits.trim_start_matches('0') {
        "" => "0",
        significant => significant,
    };
    let sign = if negative { "-" } else { "" };
    let text = format!("{sign}{significant}");
    Some(match text.parse() {
        Ok(number) => Int::Small(number),
        Err(_) => Int::Big(text.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::{Int, bool, int};
    use crate::value::{Node, Origin, Value};

    fn float(number: f64) -> Node {
        Node::with_origin(Value::Float(number), Origin::default())
    }

    #[test]
    fn integers_are_read_as_pydantic_reads_them() {
        for (node, expected) in [
            (Node::from("4"), Some(4)),
            (Node::from(" +1_000 "), Some(1000)),
            (Node::from("10.0"), Some(10)),
            (Node::from("2.5"), None),
            (Node::from("1__0"), None),
            (Node::from(""), None),
            (Node::from("0x10"), None),
            (Node::from(true), Some(1)),
            (float(2.0), Some(2)),
            (float(2.5), None),
            (float(f64::NAN), None),
        ] {
            assert_eq!(int(&node), expected.map(Int::Small), "{node:?}");
        }
    }

    #[test]
    fn integers_have_no_bound_but_where_they_are_floats() {
        let big = Int::Big("100000000000000000000".into());
        assert_eq!(int(&Node::from("100_000_000_000_000_000_000")), Some(big));
        assert_eq!(int(&float(1e18)), Some(Int::Small(10_i64.pow(18))));
        assert_eq!(int(&float(1e19)), None);
    }

    #[test]
    fn booleans_are_read_as_pydantic_reads_them() {
        assert_eq!(bool(&Node::from("YES")), Some(true));
        assert_eq!(bool(&Node::from(0)), Some(false));
        assert_eq!(bool(&Node::from(2)), None);
        assert_eq!(bool(&Node::from("maybe")), None);
    }
}
