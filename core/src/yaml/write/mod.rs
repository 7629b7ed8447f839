//! Trees to text that PyYAML reads back as the same tree.

mod scalar;
mod string;

use crate::value::{Entry, Map, Node, Value};

pub(crate) use scalar::bytes_of_key;
pub(super) use scalar::float_text;
pub(super) use string::inline as inline_string;

/// Longest key that is written in front of its `:`, in bytes. Readers take 1,024 characters.
const LONGEST_SIMPLE_KEY: usize = 512;

/// How a tree is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether entries are sorted by key, as PyYAML's `dump` does, rather than kept in order.
    pub sort_keys: bool,
}

/// Writes a tree in block style, with entries in order.
///
/// Strings are plain where no reader of YAML 1.1 or 1.2 would take them for anything else, and
/// quoted otherwise. The text ends with a line break.
#[must_use]
pub fn write(node: &Node) -> String {
    write_with(node, Style::default())
}

/// Writes a tree in block style.
#[must_use]
pub fn write_with(node: &Node, style: Style) -> String {
    let mut writer = Writer {
        style,
        out: String::new(),
    };
    match &node.value {
        Value::List(items) | Value::Tuple(items) if !items.is_empty() => writer.list(items, 0),
        Value::Map(map) if !map.is_empty() => writer.map(map, 0),
        _ => writer.leaf(node, 2),
    }
    writer.out
}

struct Writer {
    style: Style,
    out: String,
}

impl Writer {
    /// Writes items, the first of which starts where the text now ends.
    fn list(&mut self, items: &[Node], indent: usize) {
        for (position, item) in items.iter().enumerate() {
            self.line(position, indent);
            self.out.push_str("- ");
            match &item.value {
                Value::List(items) | Value::Tuple(items) if !items.is_empty() => {
                    self.list(items, indent + 2);
                }
                Value::Map(map) if !map.is_empty() => self.map(map, indent + 2),
                _ => self.leaf(item, indent + 2),
            }
        }
    }

    /// Writes entries, the first of which starts where the text now ends.
    fn map(&mut self, map: &Map, indent: usize) {
        let mut entries: Vec<&Entry> = map.iter().collect();
        if self.style.sort_keys {
            entries.sort_by_cached_key(|entry| entry.key.to_string());
        }
        for (position, entry) in entries.into_iter().enumerate() {
            self.line(position, indent);
            let key = scalar::key(&entry.key);
            if key.len() > LONGEST_SIMPLE_KEY {
                self.out.push_str("? ");
                self.out.push_str(&key);
                self.out.push('\n');
                self.spaces(indent);
            } else {
                self.out.push_str(&key);
            }
            self.out.push(':');
            match &entry.value.value {
                Value::List(items) | Value::Tuple(items) if !items.is_empty() => {
                    self.new_line(indent + 2);
                    self.list(items, indent + 2);
                }
                Value::Map(map) if !map.is_empty() => {
                    self.new_line(indent + 2);
                    self.map(map, indent + 2);
                }
                _ => {
                    self.out.push(' ');
                    self.leaf(&entry.value, indent + 2);
                }
            }
        }
    }

    /// Writes what fits behind a `- ` or a `key: `, and ends the line.
    fn leaf(&mut self, node: &Node, indent: usize) {
        match &node.value {
            Value::List(_) | Value::Tuple(_) => self.out.push_str("[]"),
            Value::Set(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|node| scalar::text(&node.value))
                    .collect();
                self.out
                    .push_str(&format!("!!set {{{}}}", members.join(", ")));
            }
            Value::Map(_) => self.out.push_str("{}"),
            Value::Str(text) if string::fits_literal(text) => {
                string::literal(&mut self.out, text, indent);
            }
            value => self.out.push_str(&scalar::text(value)),
        }
        self.out.push('\n');
    }

    fn line(&mut self, position: usize, indent: usize) {
        if position > 0 {
            self.spaces(indent);
        }
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.spaces(indent);
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }
}
