//! New entries, as lines of a block or between braces.

use crate::yaml::write::inline_string;

/// What a new entry holds.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Integer(i64),
    /// What an anchor names, to merge.
    Merge(String),
    Map(Vec<Entry>),
}

/// A new entry.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) body: Body,
}

/// How keys are quoted, as those beside them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
}

impl Quotes {
    fn key(self, key: &str) -> String {
        let plain = inline_string(key);
        match self {
            Self::Double if plain == key => format!("\"{key}\""),
            Self::Single if plain == key => format!("'{key}'"),
            _ => plain.into_owned(),
        }
    }
}

impl Entry {
    /// What merges the mapping that an anchor names.
    pub(super) fn merge(anchor: &str) -> Self {
        Self {
            key: "<<".to_owned(),
            body: Body::Merge(anchor.to_owned()),
        }
    }

    /// The key as it is written; that of a merge is one only where it is plain.
    fn key(&self, quotes: Quotes) -> String {
        match self.body {
            Body::Merge(_) => self.key.clone(),
            Body::Integer(_) | Body::Map(_) => quotes.key(&self.key),
        }
    }

    /// `key: value`, on one line.
    pub(super) fn flow(&self, quotes: Quotes) -> String {
        format!("{}: {}", self.key(quotes), self.body.flow(quotes))
    }

    /// The lines of a block at a column.
    fn block(&self, column: usize, step: usize, quotes: Quotes, lines: &mut Vec<String>) {
        let key = format!("{}{}:", " ".repeat(column), self.key(quotes));
        match &self.body {
            Body::Map(entries) => {
                lines.push(key);
                for entry in entries {
                    entry.block(column + step, step, quotes, lines);
                }
            }
            leaf => lines.push(format!("{key} {}", leaf.flow(quotes))),
        }
    }
}

impl Body {
    fn flow(&self, quotes: Quotes) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Merge(name) => format!("*{name}"),
            Self::Map(entries) => braces(entries, quotes),
        }
    }
}

/// Entries between braces.
pub(super) fn braces(entries: &[Entry], quotes: Quotes) -> String {
    let entries: Vec<_> = entries.iter().map(|entry| entry.flow(quotes)).collect();
    format!("{{{}}}", entries.join(", "))
}

/// Entries as lines of a block at a column.
pub(super) fn block(entries: &[Entry], column: usize, step: usize, quotes: Quotes) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries {
        entry.block(column, step, quotes, &mut lines);
    }
    lines
}
