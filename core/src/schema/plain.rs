//! Free-form values as they are shown: as pydantic makes JSON of them.

use crate::value::{Key, Map, Node, Value};

/// A free-form value in its shown form. Keys become strings, and a time in UTC ends in `Z`.
#[must_use]
pub fn plain(node: &Node) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(plain).collect()),
        Value::Map(map) => {
            let mut out = Map::with_capacity(map.len());
            for entry in map.iter() {
                out.insert(plain_key(&entry.key), entry.key_span, plain(&entry.value));
            }
            Value::Map(Box::new(out))
        }
        Value::Timestamp(text) => match text.strip_suffix("+00:00") {
            Some(time) => Value::Timestamp(format!("{time}Z").into()),
            None => Value::Timestamp(text.clone()),
        },
        other => other.clone(),
    };
    Node::with_origin(value, node.origin)
}

fn plain_key(key: &Key) -> Key {
    match key {
        Key::Str(text) => Key::Str(text.clone()),
        Key::Null => Key::from("None"),
        other => Key::from(other.to_string()),
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
        let time = Value::Timestamp("2024-01-01T10:00:00+00:00".into());
        map.set("at", Node::with_origin(time, Origin::default()));
        let shown = plain(&Node::from(map)).to_json().to_string();
        assert_eq!(
            shown,
            r#"{"1":"second","None":true,"at":"2024-01-01T10:00:00Z"}"#
        );
    }
}
