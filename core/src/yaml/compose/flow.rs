//! Flow collections. Each returns how deep its deepest member is.

use super::node::Place;
use super::{Composed, Composer};
use crate::yaml::cursor::{Fault, Mark};
use crate::yaml::graph::Links;
use crate::yaml::token::Kind;

impl Composer<'_> {
    pub(super) fn flow_sequence(&mut self, depth: usize) -> Result<usize, Fault> {
        let start = self.scanner.next()?.start;
        let is_end = |kind: &Kind<'_>| matches!(kind, Kind::FlowSequenceEnd);
        let mut height = 0;
        let mut first = true;
        while !self.at(is_end)? {
            if !first {
                self.comma("a list", start, "`,` or `]`")?;
            }
            first = false;
            if self.at(|kind| matches!(kind, Kind::Key))? {
                height = height.max(self.pair(depth)?);
            } else if self.at(is_end)? {
                break;
            } else {
                let (item, below) = self.node(Place::Flow, depth)?;
                self.pending.push(item);
                height = height.max(below);
            }
        }
        self.scanner.next()?;
        Ok(height)
    }

    /// `[a: b]`: a mapping of one entry, without braces.
    fn pair(&mut self, depth: usize) -> Result<usize, Fault> {
        let token = self.scanner.next()?;
        if depth >= self.limits.depth() {
            return Err(self.too_deep(token.start));
        }
        self.charge(1, token.start)?;
        let map = self.add(
            Self::map(Links::default()),
            None,
            None,
            token.start,
            token.start.at,
        );
        let from = self.pending.len();
        let is_end = |kind: &Kind<'_>| matches!(kind, Kind::FlowEntry | Kind::FlowSequenceEnd);
        let (key, key_below) = if self.at(|kind| matches!(kind, Kind::Value) || is_end(kind))? {
            self.empty_scalar(token.end)?
        } else {
            self.node(Place::Flow, depth + 1)?
        };
        self.pending.push(key);
        let (value, value_below) = self.flow_value(depth + 1, is_end)?;
        self.pending.push(value);
        let pairs = self.links_since(from);
        self.graph.nodes[map.0 as usize].content = Self::map(pairs);
        self.pending.push(map);
        Ok(1 + key_below.max(value_below))
    }

    pub(super) fn flow_mapping(&mut self, depth: usize) -> Result<usize, Fault> {
        let start = self.scanner.next()?.start;
        let is_end = |kind: &Kind<'_>| matches!(kind, Kind::FlowMappingEnd);
        let mut height = 0;
        let mut first = true;
        while !self.at(is_end)? {
            if !first {
                self.comma("a mapping", start, "`,` or `}`")?;
            }
            first = false;
            if self.at(|kind| matches!(kind, Kind::Key))? {
                let indicator = self.scanner.next()?.end;
                let stops = |kind: &Kind<'_>| {
                    matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd)
                };
                let (key, below) = if self.at(stops)? {
                    self.empty_scalar(indicator)?
                } else {
                    self.node(Place::Flow, depth)?
                };
                self.pending.push(key);
                height = height.max(below);
                let (value, below) = self.flow_value(depth, |kind| {
                    matches!(kind, Kind::FlowEntry | Kind::FlowMappingEnd)
                })?;
                self.pending.push(value);
                height = height.max(below);
            } else if self.at(is_end)? {
                break;
            } else {
                let (key, below) = self.node(Place::Flow, depth)?;
                self.pending.push(key);
                let mark = self.scanner.peek()?.start;
                let (value, _) = self.empty_scalar(mark)?;
                self.pending.push(value);
                height = height.max(below);
            }
        }
        self.scanner.next()?;
        Ok(height)
    }

    fn flow_value(&mut self, depth: usize, is_end: impl Fn(&Kind<'_>) -> bool) -> Composed {
        if !self.at(|kind| matches!(kind, Kind::Value))? {
            let mark = self.scanner.peek()?.start;
            return self.empty_scalar(mark);
        }
        let indicator = self.scanner.next()?.end;
        if self.at(is_end)? {
            self.empty_scalar(indicator)
        } else {
            self.node(Place::Flow, depth)
        }
    }

    fn comma(&mut self, what: &str, start: Mark, expected: &str) -> Result<(), Fault> {
        if !self.at(|kind| matches!(kind, Kind::FlowEntry))? {
            return Err(self.expected_in(what, start, expected));
        }
        self.scanner.next()?;
        Ok(())
    }
}
