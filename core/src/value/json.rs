//! Values as JSON, and JSON as values.
//!
//! JSON's integers have no bound, and neither have Python's. [`serde_json::Value`] has none beyond 64
//! bits; its feature that lifts this compares all numbers by their text, in every crate of a build.
//! So a [`Node`] is serialised by itself, digit by digit, and only [`Node::to_json`] approximates.

use std::collections::HashMap;

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{Entry, Key, Map, Node, Origin, Value};

/// As Python's `json` module writes what Truss holds: a date becomes its ISO text, bytes become
/// UTF-8 text with replacements, and a number that JSON cannot carry (infinity, not a number) becomes
/// null. Integers of any size keep their digits.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::BigInt(digits) => RawValue::from_string(digits.to_string())
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Str(text) | Value::Timestamp(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                serializer.collect_seq(items)
            }
            Value::Map(map) => map.serialize(serializer),
        }
    }
}

/// Of keys that have the same text, such as `1` and `"1"`, the last one counts.
impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_text = |entry: &Entry| matches!(entry.key, Key::Str(_));
        if self.iter().all(is_text) {
            return serializer
                .collect_map(self.iter().map(|entry| (entry.key.as_str(), &entry.value)));
        }
        let texts: Vec<_> = self.iter().map(|entry| entry.key.to_string()).collect();
        let last: HashMap<_, _> = texts.iter().zip(self).collect();
        let mut out = serializer.serialize_map(Some(last.len()))?;
        let mut told = HashMap::with_capacity(last.len());
        for text in &texts {
            if told.insert(text, ()).is_none() {
                out.serialize_entry(text, &last[text].value)?;
            }
        }
        out.end()
    }
}

impl Node {
    /// The value as [`serde_json::Value`], as it is serialised but for integers beyond 64 bits, which
    /// are the nearest number that it has.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Int(number) => Json::from(*number),
            Value::BigInt(digits) => digits.parse::<u64>().map_or_else(
                |_| digits.parse::<f64>().map_or(Json::Null, Json::from),
                Json::from,
            ),
            Value::Float(number) => Json::from(*number),
            Value::Str(text) | Value::Timestamp(text) => Json::String(text.to_string()),
            Value::Bytes(bytes) => Json::String(String::from_utf8_lossy(bytes).into_owned()),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                Json::Array(items.iter().map(Self::to_json).collect())
            }
            Value::Map(map) => Json::Object(
                map.iter()
                    .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                    .collect(),
            ),
        }
    }

    /// Whether [`to_json`](Self::to_json) gives this very value: it, and nothing below it, is an
    /// integer beyond 64 bits.
    #[must_use]
    pub fn fits_json(&self) -> bool {
        let mut fits = true;
        self.for_each_leaf(&mut |_, leaf| fits &= !leaf.is_beyond_json());
        fits
    }

    /// Whether this is an integer that [`serde_json::Value`] does not have.
    #[must_use]
    pub fn is_beyond_json(&self) -> bool {
        matches!(&self.value, Value::BigInt(digits) if digits.parse::<u64>().is_err())
    }

    /// A tree of one origin from JSON.
    #[must_use]
    pub fn from_json(json: &Json, origin: Origin) -> Self {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Value::Int(number),
                (None, Some(number)) => Value::BigInt(number.to_string().into()),
                _ => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::Str(text.as_str().into()),
            Json::Array(items) => Value::List(
                items
                    .iter()
                    .map(|item| Self::from_json(item, origin))
                    .collect(),
            ),
            Json::Object(members) => {
                let mut map = Map::with_capacity(members.len());
                for (key, value) in members {
                    map.insert(
                        key.as_str().into(),
                        origin.span,
                        Self::from_json(value, origin),
                    );
                }
                Value::Map(Box::new(map))
            }
        };
        Self { value, origin }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Key, Map, Node, Origin, Value};

    fn node(value: Value) -> Node {
        Node::with_origin(value, Origin::default())
    }

    fn written(node: &Node) -> String {
        serde_json::to_string(node).unwrap_or_default()
    }

    #[test]
    fn integers_keep_their_digits() {
        for digits in [
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            "123456789012345678901234567890123456789012345678901234567890",
        ] {
            let big = node(Value::BigInt(digits.into()));
            assert_eq!(written(&big), digits);
            assert_eq!(big.fits_json(), digits == "18446744073709551615");
        }
    }

    #[test]
    fn of_keys_with_one_text_the_last_counts() {
        let mut map = Map::new();
        map.insert(Key::Int(1), None, Node::from("first"));
        map.insert(Key::Bool(false), None, Node::from(2));
        map.insert(Key::from("1"), None, Node::from("second"));
        let node = Node::from(map);
        assert_eq!(written(&node), r#"{"1":"second","false":2}"#);
        assert_eq!(node.to_json().to_string(), written(&node));
    }

    fn any_node() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            any::<String>().prop_map(|text| Value::Str(text.into())),
            any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
        ];
        let key = prop_oneof![
            "[0-2a]?".prop_map(Key::from),
            (0..3_i64).prop_map(Key::Int),
            any::<bool>().prop_map(Key::Bool),
            Just(Key::Null),
        ];
        leaf.prop_map(node).prop_recursive(3, 24, 6, move |inner| {
            let entries = prop::collection::vec((key.clone(), inner.clone()), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(|items| node(Value::List(items))),
                entries.prop_map(|entries| {
                    let mut map = Map::new();
                    for (key, value) in entries {
                        map.insert(key, None, value);
                    }
                    Node::from(map)
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_fits_is_serialised_as_its_json(node in any_node()) {
            prop_assert_eq!(written(&node), node.to_json().to_string());
        }
    }
}
