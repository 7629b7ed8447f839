//! From byte ranges to spans.

use std::ops::Range;

use plimsoll_core::span::{FileId, Span};

/// Finds the lines and columns of a text. Asked in the order of the text it looks at each byte once.
pub(super) struct Places<'a> {
    text: &'a str,
    file: FileId,
    /// Where each line begins.
    lines: Vec<usize>,
    /// A place that is known: its byte, its line from 0, its column from 1.
    known: (usize, usize, u32),
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str, file: FileId) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self {
            text,
            file,
            lines,
            known: (0, 0, 1),
        }
    }

    /// The span of a range of bytes.
    pub(super) fn span(&mut self, range: Range<usize>) -> Span {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = range.start.min(self.text.len());
        let line = self.lines.partition_point(|begin| *begin <= start) - 1;
        let (from, column) = match self.known {
            (at, on, column) if on == line && at <= start => (at, column),
            _ => (self.lines[line], 1),
        };
        let between = self.text.get(from..start).unwrap_or_default();
        let column = column.saturating_add(byte(between.chars().count()));
        self.known = (start, line, column);
        Span {
            file: self.file,
            start: byte(range.start),
            end: byte(range.end),
            line: byte(line).saturating_add(1),
            column,
        }
    }
}
