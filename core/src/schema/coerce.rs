//! The coercions of pydantic's lax mode.

use crate::value::{Node, Value};

/// Reads an integer: an integer, a boolean, a float or a string that stands for one.
pub(super) fn int(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Int(number) => Some(*number),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Float(number) => int_of_float(*number),
        Value::Str(text) => int_of_text(text),
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
        Value::Str(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

fn int_of_float(number: f64) -> Option<i64> {
    // Every float within ±2⁵³ that has no fraction is an exact integer.
    let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be exact")]
    exact.then_some(number as i64)
}

fn int_of_text(text: &str) -> Option<i64> {
    let trimmed = text.trim();
    let whole = match trimmed.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => trimmed,
    };
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    let grouped = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    let sound = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    (grouped && sound)
        .then(|| whole.replace('_', "").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{bool, int};
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
            assert_eq!(int(&node), expected, "{node:?}");
        }
    }

    #[test]
    fn booleans_are_read_as_pydantic_reads_them() {
        assert_eq!(bool(&Node::from("YES")), Some(true));
        assert_eq!(bool(&Node::from(0)), Some(false));
        assert_eq!(bool(&Node::from(2)), None);
        assert_eq!(bool(&Node::from("maybe")), None);
    }
}
