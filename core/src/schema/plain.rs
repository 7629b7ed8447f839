//! Free-form values as they are shown: as pydantic makes JSON of them.

use std::borrow::Cow;

use crate::value::{Key, Map, Node, Value, python_float};
use crate::yaml::bytes_of_key;

/// A free-form value in its shown form. Keys become strings, and a time in UTC ends in `Z`.
#[must_use]
pub fn plain(node: &Node) -> Node {
    let value = match &node.value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            Value::List(items.iter().map(plain).collect())
        }
        Value::Map(map) => {
            let mut out = Map::with_capacity(map.len());
            for entry in map.iter() {
                out.insert(plain_key(&entry.key), entry.key_span, plain(&entry.value));
            }
            Value::Map(Box::new(out))
        }
        Value::Timestamp(text) => Value::Timestamp(in_utc(text).into()),
        other => other.clone(),
    };
    Node::with_origin(value, node.origin)
}

fn plain_key(key: &Key) -> Key {
    match key {
        Key::Str(text) => Key::Str(text.clone()),
        Key::Null => Key::from("None"),
        // What JSON has no number for is null, and that is a key of this name.
        Key::Float(number) if !number.is_finite() => Key::from("None"),
        Key::Float(number) => Key::from(python_float(*number)),
        Key::Other(text) => match bytes_of_key(text) {
            Some(bytes) => Key::from(&*String::from_utf8_lossy(&bytes)),
            None => Key::from(&*in_utc(text)),
        },
        other => Key::from(other.to_string()),
    }
}

fn in_utc(time: &str) -> Cow<'_, str> {
    match time.strip_suffix("+00:00") {
        Some(time) => Cow::Owned(format!("{time}Z")),
        None => Cow::Borrowed(time),
    }
}

/// Bytes that are no text, in a free-form value or in its keys: nothing shows them.
pub(super) fn no_text(node: &Node) -> Option<&Node> {
    let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    match &node.value {
        Value::Bytes(bytes) => (!is_text(bytes)).then_some(node),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().find_map(no_text)
        }
        Value::Map(map) => map.iter().find_map(|entry| match &entry.key {
            Key::Other(text) if bytes_of_key(text).is_some_and(|bytes| !is_text(&bytes)) => {
                Some(node)
            }
            _ => no_text(&entry.value),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use crate::value::{Key, Map, Node, Origin, Value};

    #[test]
    fn keys_become_strings_and_the_last_of_equal_ones_counts() {
        let mut map = Map::new();
        map.insert(Key::Int(1), None, Node::from("first"));
        map.insert(Key::from("1"), None, Node::from("second"));
        map.insert(Key::Null, None, Node::from(true));
        map.insert(Key::Float(1e20), None, Node::from(2));
        map.insert(Key::Float(f64::INFINITY), None, Node::from(false));
        map.insert(Key::Other("b'hi'".into()), None, Node::from(3));
        let time = Value::Timestamp("2024-01-01T10:00:00+00:00".into());
        map.set("at", Node::with_origin(time, Origin::default()));
        let shown = plain(&Node::from(map)).to_json().to_string();
        assert_eq!(
            shown,
            r#"{"1":"second","None":false,"1e+20":2,"hi":3,"at":"2024-01-01T10:00:00Z"}"#
        );
    }
}
