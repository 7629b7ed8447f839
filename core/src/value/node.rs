//! A value and where it was written.

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
    /// A sequence that Python shows as a tuple: a pair of an `!!omap`.
    Tuple(Vec<Node>),
    /// Members in the order written, each once (`!!set`).
    Set(Vec<Node>),
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

    /// The items of the sequence it holds, be it a list, a tuple or a set.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The items of the sequence it holds, which is a list from now on.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Self>> {
        if let Value::Tuple(items) | Value::Set(items) = &mut self.value {
            self.value = Value::List(std::mem::take(items));
        }
        match &mut self.value {
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
                _ => node.as_list()?.get(token.parse::<usize>().ok()?),
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
            Value::Tuple(_) => "a tuple".to_owned(),
            Value::Set(_) => "a set".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }

    /// Assigns this node and everything below it to a layer.
    pub fn assign_layer(&mut self, layer: LayerId) {
        self.origin.layer = layer;
        match &mut self.value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                items.iter_mut().for_each(|item| item.assign_layer(layer));
            }
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
            Value::List(items) | Value::Tuple(items) | Value::Set(items) if !items.is_empty() => {
                for (position, item) in items.iter().enumerate() {
                    pointer.push(&position.to_string());
                    item.walk(pointer, visit);
                    pointer.pop();
                }
            }
            _ => visit(pointer, self),
        }
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
