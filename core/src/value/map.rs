//! Mappings that keep the order of their entries and find a key without a scan once they are large.

use std::collections::HashMap;

use crate::span::Span;
use crate::value::{Key, Node};

/// Up to this many entries a scan is faster than hashing.
const SCAN_LIMIT: usize = 16;

/// One entry of a [`Map`].
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// Where the key was written, if it was.
    pub key_span: Option<Span>,
    /// The value.
    pub value: Node,
}

/// A mapping: ordered as written, each key once.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<Entry>,
    index: Option<HashMap<Key, usize>>,
}

impl Map {
    /// An empty mapping.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty mapping with room for `capacity` entries.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            index: None,
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The values, in order, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().map(|entry| &mut entry.value)
    }

    /// The entries, in order, to change their values. Their keys must stay as they are.
    pub fn entries_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.entries.iter_mut()
    }

    /// The value under a string key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under a string key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let position = self.position_of_str(key)?;
        Some(&mut self.entries[position].value)
    }

    /// The entry under a string key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.position_of_str(key)
            .map(|position| &self.entries[position])
    }

    /// The entry under any key.
    #[must_use]
    pub fn entry_of(&self, key: &Key) -> Option<&Entry> {
        self.position(key).map(|position| &self.entries[position])
    }

    /// Whether there is an entry under this string key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.position_of_str(key).is_some()
    }

    /// Sets the value under a key and returns the entry that was there. As in Python, a key that
    /// is set again keeps its place and takes the new value.
    pub fn insert(&mut self, key: Key, key_span: Option<Span>, value: Node) -> Option<Entry> {
        if let Some(position) = self.position(&key) {
            let entry = Entry {
                key,
                key_span,
                value,
            };
            return Some(std::mem::replace(&mut self.entries[position], entry));
        }
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.entries.len());
        }
        self.entries.push(Entry {
            key,
            key_span,
            value,
        });
        if self.index.is_none() && self.entries.len() > SCAN_LIMIT {
            self.rebuild_index();
        }
        None
    }

    /// Sets the value under a string key, without a key position.
    pub fn set(&mut self, key: &str, value: Node) {
        self.insert(Key::from(key), None, value);
    }

    /// Takes out the entry under a string key. The order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let position = self.position_of_str(key)?;
        let entry = self.entries.remove(position);
        if self.index.is_some() {
            self.rebuild_index();
        }
        Some(entry)
    }

    fn rebuild_index(&mut self) {
        self.index = (self.entries.len() > SCAN_LIMIT).then(|| {
            let keys = self.entries.iter().enumerate();
            keys.map(|(position, entry)| (entry.key.clone(), position))
                .collect()
        });
    }

    fn position(&self, key: &Key) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|entry| entry.key == *key),
        }
    }

    fn position_of_str(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(&Key::from(key)).copied(),
            None => self
                .entries
                .iter()
                .position(|entry| entry.key.as_str() == Some(key)),
        }
    }
}

/// Mappings are equal when their entries are, in any order.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|entry| {
                other
                    .entry_of(&entry.key)
                    .is_some_and(|theirs| theirs.value == entry.value)
            })
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl IntoIterator for Map {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Map;
    use crate::value::{Key, Node, Value};

    #[test]
    fn a_key_set_again_keeps_its_place() {
        let mut map = Map::new();
        map.set("a", Node::from(1));
        map.set("b", Node::from(2));
        map.set("a", Node::from(3));
        let keys: Vec<_> = map.iter().map(|entry| entry.key.to_string()).collect();
        assert_eq!(keys, ["a", "b"]);
        assert_eq!(map.get("a").map(|node| &node.value), Some(&Value::Int(3)));
    }

    #[test]
    fn large_maps_find_and_remove_as_small_ones_do() {
        let mut map = Map::new();
        for number in 0..100 {
            map.set(&format!("k{number}"), Node::from(number));
        }
        assert_eq!(map.get("k77"), Some(&Node::from(77)));
        assert!(map.remove("k10").is_some());
        assert_eq!(map.get("k77"), Some(&Node::from(77)));
        assert_eq!(map.get("k10"), None);
    }

    #[test]
    fn keys_are_equal_as_in_python() {
        let mut map = Map::new();
        map.insert(Key::Bool(true), None, Node::from("first"));
        map.insert(Key::Int(1), None, Node::from("second"));
        map.insert(Key::Float(1.0), None, Node::from("third"));
        assert_eq!(map.len(), 1);
    }
}
