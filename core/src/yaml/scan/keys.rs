//! Simple keys and indentation: which `:` belongs to which key, and where blocks end.

use super::{Scanner, SimpleKey};
use crate::yaml::cursor::Fault;
use crate::yaml::token::Kind;

/// Longest distance between the start of a key and its `:`, in characters.
const LONGEST_KEY: u32 = 1024;

impl Scanner<'_> {
    /// Gives up on keys that no `:` can complete any more: another line, or too far away.
    pub(super) fn drop_stale_keys(&mut self) -> Result<(), Fault> {
        let (line, column) = (self.cursor.line(), self.cursor.column());
        let is_stale = |key: &SimpleKey| {
            key.mark.line != line || column.saturating_sub(key.mark.column) > LONGEST_KEY
        };
        if !self.simple_keys.iter().any(is_stale) {
            return Ok(());
        }
        for key in &self.simple_keys {
            if is_stale(key) && key.required {
                return Err(self.missing_colon(key));
            }
        }
        self.simple_keys.retain(|key| !is_stale(key));
        Ok(())
    }

    /// Notes that a key may start here.
    pub(super) fn save_simple_key(&mut self) -> Result<(), Fault> {
        if !self.allow_simple_key {
            return Ok(());
        }
        self.remove_simple_key()?;
        let mark = self.cursor.mark();
        self.simple_keys.push(SimpleKey {
            flow_level: self.flow_level,
            token_number: self.taken + self.tokens.len(),
            required: self.flow_level == 0 && self.indent == Some(mark.column),
            mark,
        });
        Ok(())
    }

    /// Gives up on the key of this flow level.
    pub(super) fn remove_simple_key(&mut self) -> Result<(), Fault> {
        match self.take_simple_key() {
            Some(key) if key.required => Err(self.missing_colon(&key)),
            _ => Ok(()),
        }
    }

    /// The key of this flow level, which is the last one noted if it has one.
    pub(super) fn take_simple_key(&mut self) -> Option<SimpleKey> {
        let level = self.flow_level;
        let position = self
            .simple_keys
            .iter()
            .rposition(|key| key.flow_level == level)?;
        Some(self.simple_keys.remove(position))
    }

    fn missing_colon(&self, key: &SimpleKey) -> Fault {
        let fault = self
            .cursor
            .fault_in("a key", key.mark, "its `:` is missing");
        Box::new(fault.expected("`:` on the line of the key"))
    }

    /// Ends the blocks that are indented more than `column`; all of them for none.
    pub(super) fn unwind_indent(&mut self, column: Option<u32>) {
        // Flows may be indented as they like.
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.indent = self.indents.pop().flatten();
            self.push_here(Kind::BlockEnd);
        }
    }

    /// Whether a block starts at this column.
    pub(super) fn add_indent(&mut self, column: u32) -> bool {
        let starts = self.indent < Some(column);
        if starts {
            self.indents.push(self.indent);
            self.indent = Some(column);
        }
        starts
    }
}
