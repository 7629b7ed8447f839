//! Mappings: keys, merges (`<<`), and keys that are set twice.

use std::collections::HashSet;

use super::{Constructor, is_scalar_tag};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::value::{Key, Map, Value};
use crate::yaml::cursor::Fault;
use crate::yaml::graph::{Content, Links, NodeId};
use crate::yaml::resolve::{Class, classify};
use crate::yaml::write::bytes_of_key;

/// After this many, one more duplicate key tells nobody anything.
const MOST_WARNINGS: usize = 100;

impl Constructor<'_> {
    pub(super) fn map(&mut self, id: NodeId) -> Result<Map, Fault> {
        let (pairs, merged, first_time) = self.flatten(id)?;
        let mut map = Map::with_capacity((pairs.end - pairs.start) / 2);
        let mut own = HashSet::new();
        for position in (pairs.start..pairs.end).step_by(2) {
            let key_id = self.graph.links[position];
            let key_span = self.graph.span(key_id);
            let mut key = self.key(id, key_id)?;
            if !matches!(key, Key::Str(_)) {
                // As in Python, the key that was first stays: of `1` and `true`, `1`.
                key = map.entry_of(&key).map_or(key, |first| first.key.clone());
            }
            let value = self.node(self.graph.links[position + 1])?;
            let previous = map.insert(key, Some(key_span), value);
            if position - pairs.start < merged {
                continue;
            }
            let by_merge = merged > 0
                && !previous
                    .as_ref()
                    .is_some_and(|entry| own.contains(&entry.key_span));
            if merged > 0 {
                own.insert(Some(key_span));
            }
            if let Some(previous) = previous
                && first_time
                && !by_merge
            {
                self.warn_duplicate(&previous.key, key_span, previous.key_span);
            }
        }
        Ok(map)
    }

    fn warn_duplicate(&mut self, key: &Key, here: Span, first: Option<Span>) {
        if self.warnings.len() >= MOST_WARNINGS {
            return;
        }
        let message = format!("the key `{key}` is set twice; the last one counts");
        self.warnings.push(
            Diagnostic::warning("yaml::duplicate-key", message)
                .labelled(Some(here), "this one counts")
                .also(first, "set here before"),
        );
    }

    fn key(&mut self, map: NodeId, id: NodeId) -> Result<Key, Fault> {
        if self.key_class(id) == Some(Class::Default) {
            return Ok(Key::from("="));
        }
        let raw = self.graph.node(id);
        let is_collection = !matches!(raw.content, Content::Scalar { .. });
        if is_collection && !matches!(raw.yaml_tag(), Some(tag) if is_scalar_tag(tag)) {
            return Err(self.unhashable(map, id));
        }
        Ok(match self.node(id)?.value {
            Value::Str(text) => Key::Str(text),
            Value::Int(number) => Key::Int(number),
            Value::Bool(flag) => Key::Bool(flag),
            Value::Float(number) => Key::Float(number),
            Value::Null => Key::Null,
            Value::BigInt(text) | Value::Timestamp(text) => Key::Other(text),
            Value::Bytes(bytes) => Key::Other(python_bytes(&bytes).into()),
            Value::List(_) | Value::Tuple(_) | Value::Set(_) | Value::Map(_) => {
                return Err(self.unhashable(map, id));
            }
        })
    }

    fn unhashable(&self, map: NodeId, id: NodeId) -> Fault {
        let message = format!("{} cannot be a key", self.graph.node(id).kind());
        Box::new(
            Diagnostic::error("yaml::unhashable-key", message)
                .at(Some(self.graph.head_span(id)))
                .also(Some(self.graph.span(map)), "of this mapping")
                .hint("a value that starts with `{` or `[` needs quotes"),
        )
    }

    /// The class of a scalar that stands as a key: as plain-scalar rules or a tag have it.
    pub(super) fn key_class(&self, id: NodeId) -> Option<Class> {
        let raw = self.graph.node(id);
        match (&raw.content, raw.yaml_tag()) {
            (_, Some("merge")) => Some(Class::Merge),
            (_, Some("value")) => Some(Class::Default),
            (Content::Scalar { text, resolves }, None) if *resolves => {
                // Only these two matter, and most keys are neither.
                matches!(text.as_bytes().first(), Some(b'<' | b'=')).then(|| classify(text))
            }
            _ => None,
        }
    }

    /// Puts the entries of merged mappings before the mapping's own. Returns all of them, how many
    /// links are merged ones, and whether this is the first call for the mapping.
    fn flatten(&mut self, id: NodeId) -> Result<(Links, usize, bool), Fault> {
        let (pairs, merged) = match self.graph.node(id).content {
            Content::Map { pairs, merged } => (pairs, merged),
            _ => (Links::default(), Some(0)),
        };
        if let Some(merged) = merged {
            return Ok((pairs, merged, false));
        }
        let is_merge =
            |position: &usize| self.key_class(self.graph.links[*position]) == Some(Class::Merge);
        let mut keys = (pairs.start..pairs.end).step_by(2);
        let (pairs, merged) = if keys.any(|position| is_merge(&position)) {
            self.merge(id, pairs)?
        } else {
            (pairs, 0)
        };
        self.graph.nodes[id.0 as usize].content = Content::Map {
            pairs,
            merged: Some(merged),
        };
        Ok((pairs, merged, true))
    }

    fn merge(&mut self, id: NodeId, pairs: Links) -> Result<(Links, usize), Fault> {
        let mut merged = Vec::new();
        let mut own = Vec::with_capacity(pairs.end - pairs.start);
        for position in (pairs.start..pairs.end).step_by(2) {
            let (key, value) = (self.graph.links[position], self.graph.links[position + 1]);
            if self.key_class(key) != Some(Class::Merge) {
                own.extend([key, value]);
                continue;
            }
            match self.graph.node(value).content {
                Content::Map { .. } => self.merge_one(value, &mut merged)?,
                Content::List(items) => {
                    let items = self.graph.links[items.start..items.end].to_vec();
                    let is_map = |item: &NodeId| {
                        matches!(self.graph.node(*item).content, Content::Map { .. })
                    };
                    if let Some(other) = items.iter().find(|item| !is_map(item)) {
                        return Err(self.not_mergeable(id, *other));
                    }
                    // Of several, the first has precedence, so it comes last.
                    for item in items.into_iter().rev() {
                        self.merge_one(item, &mut merged)?;
                    }
                }
                Content::Scalar { .. } => return Err(self.not_mergeable(id, value)),
            }
        }
        let start = self.graph.links.len();
        self.graph.links.extend(&merged);
        self.graph.links.extend(own);
        let end = self.graph.links.len();
        Ok((Links { start, end }, merged.len()))
    }

    fn merge_one(&mut self, id: NodeId, merged: &mut Vec<NodeId>) -> Result<(), Fault> {
        let (pairs, ..) = self.flatten(id)?;
        merged.extend_from_slice(&self.graph.links[pairs.start..pairs.end]);
        Ok(())
    }

    fn not_mergeable(&self, map: NodeId, id: NodeId) -> Fault {
        let kind = self.graph.node(id).kind();
        let message = format!("`<<` merges a mapping or a list of mappings, and this is {kind}");
        let fault = Diagnostic::error("yaml::merge", message).at(Some(self.graph.head_span(id)));
        Box::new(fault.also(Some(self.graph.span(map)), "into this mapping"))
    }
}

/// A key as a value.
pub(super) fn member(key: Key) -> Value {
    match key {
        Key::Str(text) => Value::Str(text),
        Key::Int(number) => Value::Int(number),
        Key::Bool(flag) => Value::Bool(flag),
        Key::Float(number) => Value::Float(number),
        Key::Null => Value::Null,
        Key::Other(text) => match bytes_of_key(&text) {
            Some(bytes) => Value::Bytes(bytes.into()),
            None if text.bytes().skip(1).any(|byte| byte == b'-') => Value::Timestamp(text),
            None => Value::BigInt(text),
        },
    }
}

/// Bytes as Python shows them: `b'…'`.
fn python_bytes(bytes: &[u8]) -> String {
    let double = bytes.contains(&b'\'') && !bytes.contains(&b'"');
    let quote = if double { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\'' if !double => text.push_str("\\'"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' => text.push(char::from(*byte)),
            other => text.push_str(&format!("\\x{other:02x}")),
        }
    }
    text.push(quote);
    text
}
