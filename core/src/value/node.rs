//! A value and where it was written.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::pointer::Pointer;
use crate::span::Span;
use crate::value::{Key, Map};

/// Identifies the layer of a workload that a value belongs to: an index into its layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayerId(pub u32);

/// Where a value comes from: its layer, and its place in a file if it was written in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The layer that set the value.
    pub layer: LayerId,
    /// Where it is written; `None` for a built-in default.
    pub span: Option<Span>,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer beyond 64 bits, in decimal; Python integers have no bound.
    BigInt(Box<str>),
    /// A floating-point number.
    Float(f64),
    /// A string.
    Str(Box<str>),
    /// A date or a date and time, as Python's `isoformat` writes it.
    Timestamp(Box<str>),
    /// Bytes (`!!binary`).
    Bytes(Box<[u8]>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Box<Map>),
}

/// A value and where it comes from. Equality looks at the value alone.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its layer and place.
    pub origin: Origin,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// A node that was written at `span`.
    #[must_use]
    pub fn at(value: Value, span: Span) -> Self {
        Self {
            value,
            origin: Origin {
                layer: LayerId::default(),
                span: Some(span),
            },
        }
    }

    /// A node with this origin.
    #[must_use]
    pub fn with_origin(value: Value, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// Where it was written, if it was.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.origin.span
    }

    /// The string it holds.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The integer it holds.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The boolean it holds.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The mapping it holds.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The mapping it holds, to change.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The sequence it holds.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether it holds no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The value under a string key, when this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// The node at a place below this one.
    #[must_use]
    pub fn at_pointer(&self, pointer: &Pointer) -> Option<&Self> {
        pointer
            .tokens()
            .try_fold(self, |node, token| match &node.value {
                Value::Map(map) => map.get(&token),
                Value::List(items) => items.get(token.parse::<usize>().ok()?),
                _ => None,
            })
    }

    /// What it is, as a person would call it: `a mapping`, `the number 3`, `no value`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Null => "no value (null)".to_owned(),
            Value::Bool(flag) => format!("the boolean {flag}"),
            Value::Int(number) => format!("the integer {number}"),
            Value::BigInt(digits) => format!("the integer {digits}"),
            Value::Float(number) => format!("the number {number:?}"),
            Value::Str(text) => format!("the string {text:?}"),
            Value::Timestamp(text) => format!("the date {text}"),
            Value::Bytes(_) => "binary data".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    /// Assigns this node and everything below it to a layer.
    pub fn assign_layer(&mut self, layer: LayerId) {
        self.origin.layer = layer;
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.assign_layer(layer)),
            Value::Map(map) => map.values_mut().for_each(|value| value.assign_layer(layer)),
            _ => {}
        }
    }

    /// Calls `visit` for every leaf (scalar, empty list, empty mapping), from the top down.
    pub fn for_each_leaf(&self, visit: &mut impl FnMut(&Pointer, &Self)) {
        self.walk(&mut Pointer::root(), visit);
    }

    fn walk(&self, pointer: &mut Pointer, visit: &mut impl FnMut(&Pointer, &Self)) {
        match &self.value {
            Value::Map(map) if !map.is_empty() => {
                for entry in map.iter() {
                    match &entry.key {
                        Key::Str(text) => pointer.push(text),
                        other => pointer.push(&other.to_string()),
                    }
                    entry.value.walk(pointer, visit);
                    pointer.pop();
                }
            }
            Value::List(items) if !items.is_empty() => {
                for (position, item) in items.iter().enumerate() {
                    pointer.push(&position.to_string());
                    item.walk(pointer, visit);
                    pointer.pop();
                }
            }
            _ => visit(pointer, self),
        }
    }

    /// The value as JSON, as Python's `json` module writes what Truss holds: a date becomes its ISO
    /// text, bytes become base64-free UTF-8 text with replacements, and a number that JSON cannot
    /// carry (infinity, not a number) becomes null.
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
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(map) => Json::Object(
                map.iter()
                    .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                    .collect(),
            ),
        }
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

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Self::with_origin(Value::Int(number), Origin::default())
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::with_origin(Value::Bool(flag), Origin::default())
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::with_origin(Value::Str(text.into()), Origin::default())
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::with_origin(Value::Map(Box::new(map)), Origin::default())
    }
}

/// Serialises as [`Node::to_json`] does.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
