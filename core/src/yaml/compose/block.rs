//! Block collections. Each returns how deep its deepest member is.

use super::node::Place;
use super::{Composed, Composer};
use crate::yaml::cursor::{Fault, Mark};
use crate::yaml::token::Kind;

impl Composer<'_> {
    pub(super) fn block_sequence(&mut self, depth: usize) -> Result<usize, Fault> {
        let start = self.scanner.next()?.start;
        let mut height = 0;
        while self.at(|kind| matches!(kind, Kind::BlockEntry))? {
            let dash = self.scanner.next()?.end;
            let (item, below) =
                if self.at(|kind| matches!(kind, Kind::BlockEntry | Kind::BlockEnd))? {
                    self.empty_scalar(dash)?
                } else {
                    self.block_node(depth)?
                };
            self.pending.push(item);
            height = height.max(below);
        }
        self.block_end("a list", start, "another `- ` or the end of the list")?;
        Ok(height)
    }

    /// A list whose dashes stand at the column of the mapping it is in.
    pub(super) fn indentless_sequence(&mut self, depth: usize) -> Result<usize, Fault> {
        let mut height = 0;
        while self.at(|kind| matches!(kind, Kind::BlockEntry))? {
            let dash = self.scanner.next()?.end;
            let is_empty = self.at(|kind| {
                matches!(
                    kind,
                    Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd
                )
            })?;
            let (item, below) = if is_empty {
                self.empty_scalar(dash)?
            } else {
                self.block_node(depth)?
            };
            self.pending.push(item);
            height = height.max(below);
        }
        Ok(height)
    }

    pub(super) fn block_mapping(&mut self, depth: usize) -> Result<usize, Fault> {
        let start = self.scanner.next()?.start;
        let mut height = 0;
        while self.at(|kind| matches!(kind, Kind::Key))? {
            let indicator = self.scanner.next()?.end;
            let (key, key_below) = self.block_member(indicator, depth)?;
            self.pending.push(key);
            let (value, value_below) = if self.at(|kind| matches!(kind, Kind::Value))? {
                let indicator = self.scanner.next()?.end;
                self.block_member(indicator, depth)?
            } else {
                let mark = self.scanner.peek()?.start;
                self.empty_scalar(mark)?
            };
            self.pending.push(value);
            height = height.max(key_below).max(value_below);
        }
        self.block_end("a mapping", start, "another key or the end of the mapping")?;
        Ok(height)
    }

    fn block_member(&mut self, indicator: Mark, depth: usize) -> Composed {
        if self.at(|kind| matches!(kind, Kind::Key | Kind::Value | Kind::BlockEnd))? {
            self.empty_scalar(indicator)
        } else {
            self.node(Place::BlockOrIndentless, depth)
        }
    }

    fn block_end(&mut self, what: &str, start: Mark, expected: &str) -> Result<(), Fault> {
        if !self.at(|kind| matches!(kind, Kind::BlockEnd))? {
            let fault = self.expected_in(what, start, expected);
            return Err(Box::new(
                fault.hint("lines that belong together start at the same column"),
            ));
        }
        self.scanner.next()?;
        Ok(())
    }
}
