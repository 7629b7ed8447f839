//! A configuration tree as a document: its nodes in a flat list, from the top down, so that no tree is
//! too deep to be written.

use plimsoll_core::span::{SourceMap, Span};
use plimsoll_core::value::{Key, LayerId, Map, Node, Origin, Value};
use serde::{Deserialize, Serialize};

use super::SpanDocument;

/// How deep a tree may be.
const DEEPEST: usize = 300;

/// Most items that room is made for before they are read: a document may claim any number, at each depth.
const RESERVED: usize = 64;

/// A configuration tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NodeDocument(Vec<Part>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    #[serde(rename = "v")]
    value: Held,
    #[serde(rename = "l", default, skip_serializing_if = "is_zero")]
    layer: u32,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    span: Option<SpanDocument>,
    /// The key under which it stands, where it stands in a mapping.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    key: Option<HeldKey>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    key_span: Option<SpanDocument>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(layer: &u32) -> bool {
    *layer == 0
}

/// A value. A container says how many nodes stand in it, which follow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Held {
    Null,
    Bool(bool),
    Int(i64),
    BigInt(String),
    /// The bits of a number, as not every number is JSON's.
    Float(u64),
    Str(String),
    Timestamp(String),
    Bytes(Vec<u8>),
    List(usize),
    Tuple(usize),
    Set(usize),
    Map(usize),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HeldKey {
    Str(String),
    Int(i64),
    Bool(bool),
    /// The bits of a number.
    Float(u64),
    Null,
    Other(String),
}

impl NodeDocument {
    /// Writes a tree.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        let mut parts = Vec::new();
        write(node, None, &mut parts);
        Self(parts)
    }

    /// Reads the tree, whose places are in these files.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, files: &SourceMap) -> Result<Node, String> {
        self.whole(&|span| SpanDocument::read(span, files))
    }

    /// Reads the tree with its places as they stand, whatever they are of.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_as_is(&self) -> Result<Node, String> {
        self.whole(&|span| Ok(span.and_then(SpanDocument::as_is)))
    }

    fn whole(&self, places: Places<'_>) -> Result<Node, String> {
        let mut parts = self.0.iter();
        let (_, node) = read(&mut parts, places, 0)?;
        match parts.next() {
            None => Ok(node),
            Some(_) => Err("a tree with nodes behind its end".to_owned()),
        }
    }
}

/// Reads a place.
type Places<'a> = &'a dyn Fn(Option<SpanDocument>) -> Result<Option<Span>, String>;

fn write(node: &Node, key: Option<(&Key, Option<SpanDocument>)>, parts: &mut Vec<Part>) {
    let value = match &node.value {
        Value::Null => Held::Null,
        Value::Bool(flag) => Held::Bool(*flag),
        Value::Int(number) => Held::Int(*number),
        Value::BigInt(digits) => Held::BigInt(digits.to_string()),
        Value::Float(number) => Held::Float(number.to_bits()),
        Value::Str(text) => Held::Str(text.to_string()),
        Value::Timestamp(text) => Held::Timestamp(text.to_string()),
        Value::Bytes(bytes) => Held::Bytes(bytes.to_vec()),
        Value::List(items) => Held::List(items.len()),
        Value::Tuple(items) => Held::Tuple(items.len()),
        Value::Set(items) => Held::Set(items.len()),
        Value::Map(map) => Held::Map(map.len()),
    };
    let (key, key_span) = key.unzip();
    parts.push(Part {
        value,
        layer: node.origin.layer.0,
        span: node.origin.span.map(SpanDocument::of),
        key: key.map(held_key),
        key_span: key_span.flatten(),
    });
    match &node.value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().for_each(|item| write(item, None, parts));
        }
        Value::Map(map) => {
            for entry in map.iter() {
                let key = (&entry.key, entry.key_span.map(SpanDocument::of));
                write(&entry.value, Some(key), parts);
            }
        }
        _ => {}
    }
}

fn held_key(key: &Key) -> HeldKey {
    match key {
        Key::Str(text) => HeldKey::Str(text.to_string()),
        Key::Int(number) => HeldKey::Int(*number),
        Key::Bool(flag) => HeldKey::Bool(*flag),
        Key::Float(number) => HeldKey::Float(number.to_bits()),
        Key::Null => HeldKey::Null,
        Key::Other(text) => HeldKey::Other(text.to_string()),
    }
}

/// Reads a node and those in it, and gives the part that it began with.
fn read<'p>(
    parts: &mut std::slice::Iter<'p, Part>,
    places: Places<'_>,
    depth: usize,
) -> Result<(&'p Part, Node), String> {
    if depth > DEEPEST {
        return Err(format!("a tree that is more than {DEEPEST} deep"));
    }
    let part = parts.next().ok_or("a tree that ends too soon")?;
    let value = match &part.value {
        Held::Null => Value::Null,
        Held::Bool(flag) => Value::Bool(*flag),
        Held::Int(number) => Value::Int(*number),
        Held::BigInt(digits) => {
            let bare = digits.strip_prefix('-').unwrap_or(digits);
            if bare.is_empty() || !bare.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(format!("`{digits}` as an integer"));
            }
            Value::BigInt(digits.as_str().into())
        }
        Held::Float(bits) => Value::Float(f64::from_bits(*bits)),
        Held::Str(text) => Value::Str(text.as_str().into()),
        Held::Timestamp(text) => Value::Timestamp(text.as_str().into()),
        Held::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
        Held::List(count) => Value::List(items(*count, parts, places, depth)?),
        Held::Tuple(count) => Value::Tuple(items(*count, parts, places, depth)?),
        Held::Set(count) => Value::Set(items(*count, parts, places, depth)?),
        Held::Map(count) => Value::Map(Box::new(entries(*count, parts, places, depth)?)),
    };
    let origin = Origin {
        layer: LayerId(part.layer),
        span: places(part.span)?,
    };
    Ok((part, Node::with_origin(value, origin)))
}

fn items(
    count: usize,
    parts: &mut std::slice::Iter<'_, Part>,
    places: Places<'_>,
    depth: usize,
) -> Result<Vec<Node>, String> {
    let mut items = Vec::with_capacity(count.min(RESERVED));
    for _ in 0..count {
        items.push(read(parts, places, depth + 1)?.1);
    }
    Ok(items)
}

fn entries(
    count: usize,
    parts: &mut std::slice::Iter<'_, Part>,
    places: Places<'_>,
    depth: usize,
) -> Result<Map, String> {
    let mut map = Map::with_capacity(count.min(RESERVED));
    for _ in 0..count {
        let (part, node) = read(parts, places, depth + 1)?;
        let key = match &part.key {
            None => return Err("a mapping with a value that has no key".to_owned()),
            Some(HeldKey::Str(text)) => Key::Str(text.as_str().into()),
            Some(HeldKey::Int(number)) => Key::Int(*number),
            Some(HeldKey::Bool(flag)) => Key::Bool(*flag),
            Some(HeldKey::Float(bits)) => Key::Float(f64::from_bits(*bits)),
            Some(HeldKey::Null) => Key::Null,
            Some(HeldKey::Other(text)) => Key::Other(text.as_str().into()),
        };
        map.insert(key, places(part.key_span)?, node);
    }
    Ok(map)
}
