//! Where new entries go: behind those that are there, as lines of a block or between braces.

use super::document::{Document, Mapping, Member};
use super::entry::{Body, Entry, Quotes, block};
use crate::amendment::{Brackets, Edit, behind_last, line_break};
use crate::yaml::token::Kind;

/// What ends a line in YAML 1.1.
const LINE_BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Where a file shows no step of its own.
const DEFAULT_STEP: usize = 2;

impl Document<'_> {
    /// The column that the lines of a mapping start at, or those of an entry.
    pub(super) fn column(&self, token: usize) -> usize {
        self.tokens[token].start.column as usize
    }

    /// How the keys beside a new one are quoted.
    pub(super) fn quotes(&self, member: Option<&Member>) -> Quotes {
        let first = member.and_then(|member| {
            let is_key = |position: &usize| matches!(self.tokens[*position].kind, Kind::Scalar(..));
            let key = (member.first..=member.last).find(is_key)?;
            self.text.as_bytes().get(self.range(key).start)
        });
        match first {
            Some(b'"') => Quotes::Double,
            Some(b'\'') => Quotes::Single,
            _ => Quotes::None,
        }
    }

    /// By how much blocks are indented: as below this token, or else as anywhere.
    pub(super) fn indentation(&self, near: Option<&Member>) -> usize {
        let steps = self.steps();
        let is_near = |position: usize| {
            near.is_some_and(|member| (member.first..=member.last).contains(&position))
        };
        let found = steps.iter().find(|(position, _)| is_near(*position));
        found
            .or(steps.first())
            .map_or(DEFAULT_STEP, |(_, step)| *step)
    }

    /// The mappings that stand below the key of another, and how far each is indented below it.
    fn steps(&self) -> Vec<(usize, usize)> {
        let mut open: Vec<Option<usize>> = Vec::new();
        let mut steps = Vec::new();
        let mut before = None;
        for (position, token) in self.tokens.iter().enumerate() {
            let column = token.start.column as usize;
            match self.step(position) {
                1 if matches!(token.kind, Kind::BlockMappingStart) => {
                    let is_item = before.is_some_and(|kind| matches!(kind, &Kind::BlockEntry));
                    if let Some(Some(outer)) = open.last()
                        && column > *outer
                        && !is_item
                    {
                        steps.push((position, column - outer));
                    }
                    open.push(Some(column));
                }
                1 => open.push(None),
                -1 => drop(open.pop()),
                _ => {}
            }
            if self.takes_room(position) {
                before = Some(&token.kind);
            }
        }
        steps
    }

    /// Where the line that a byte is in ends, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.find(LINE_BREAKS).unwrap_or(rest.len())
    }

    /// Where the next line starts, seen from the end of one; none at the end of the text.
    pub(super) fn next_line(&self, line_end: usize) -> Option<usize> {
        let rest = self.text.get(line_end..)?;
        let length = match rest.chars().next()? {
            '\r' if rest.starts_with("\r\n") => 2,
            character => character.len_utf8(),
        };
        Some(line_end + length)
    }

    /// Moves on over the lines of comments that are indented at least as far as `column`.
    fn behind_comments(&self, mut line_end: usize, column: usize) -> usize {
        while let Some(start) = self.next_line(line_end) {
            let line = self.text.get(start..).unwrap_or_default();
            let comment = line.trim_start_matches(' ');
            if !comment.starts_with('#') || line.len() - comment.len() < column {
                break;
            }
            line_end = self.line_end(start);
        }
        line_end
    }

    /// The line end to use at a place: that of the line, or else that of the file's first.
    fn line_break(&self, line_end: usize) -> &'static str {
        match self.text.get(line_end..) {
            Some(rest) if rest.starts_with(['\n', '\r']) => line_break(rest),
            _ => line_break(self.text),
        }
    }

    /// Where a token ends: for a block scalar that keeps its line breaks (`|+`), behind the blank
    /// lines that follow it.
    fn end(&self, token: usize) -> usize {
        let range = self.range(token);
        let header = self.text.get(range.start..self.line_end(range.start));
        let header = header.unwrap_or_default().split('#').next();
        let keeps =
            header.is_some_and(|header| header.starts_with(['|', '>']) && header.contains('+'));
        let mut end = range.end;
        while keeps && let Some(start) = self.next_line(self.line_end(end)) {
            let line_end = self.line_end(start);
            let line = self.text.get(start..line_end).unwrap_or_default();
            if start == self.text.len() || !line.trim_matches(' ').is_empty() {
                break;
            }
            end = line_end;
        }
        end
    }

    /// Puts lines behind the line that a byte is in.
    pub(super) fn lines_behind(&self, at: usize, lines: &[String]) -> Edit {
        let line_end = self.line_end(at);
        let line_break = self.line_break(line_end);
        let lines = lines.join(line_break);
        if self
            .text
            .get(..line_end)
            .is_none_or(|before| before.trim_start_matches('\u{FEFF}').is_empty())
        {
            return Edit::insert(line_end, lines + line_break);
        }
        Edit::insert(line_end, format!("{line_break}{lines}"))
    }

    /// Adds entries to a mapping, behind those that it has.
    pub(super) fn add(&self, mapping: &Mapping, entries: &[Entry], step: usize) -> Vec<Edit> {
        let last = mapping.members.last();
        let quotes = self.quotes(last);
        if mapping.is_flow {
            return self.add_to_flow(mapping, entries, quotes);
        }
        let Some(last) = last else { return Vec::new() };
        let column = self.column(mapping.members[0].first);
        let lines = block(entries, column, step, quotes);
        let mut at = self.line_end(self.end(last.last));
        if entries
            .iter()
            .any(|entry| matches!(entry.body, Body::Map(_)))
        {
            at = self.behind_comments(at, column);
        }
        vec![self.lines_behind(at, &lines)]
    }

    fn add_to_flow(&self, mapping: &Mapping, entries: &[Entry], quotes: Quotes) -> Vec<Edit> {
        let entries: Vec<_> = entries.iter().map(|entry| entry.flow(quotes)).collect();
        let Some(last) = mapping.members.last() else {
            let inside = self.range(mapping.open).end;
            return vec![Edit::insert(inside, entries.join(", "))];
        };
        let comma = last.last + 1;
        let brackets = Brackets {
            last: self.range(last.first).start..self.range(last.last).end,
            comma: (comma < mapping.close).then(|| self.range(comma).start),
            close: self.range(mapping.close).start,
        };
        behind_last(self.text, &brackets, |_| entries.clone())
    }

    /// Adds entries to the end of the document, in front of what may end it, `...`.
    pub(super) fn append(&self, entries: &[Entry], mapping: Option<&Mapping>) -> Vec<Edit> {
        let first = mapping.and_then(|mapping| mapping.members.first());
        let column = first.map_or(0, |member| self.column(member.first));
        let last = mapping.and_then(|mapping| mapping.members.last());
        let lines = block(entries, column, self.indentation(None), self.quotes(last));
        let after = mapping.map_or(0, |mapping| mapping.close);
        let is_end = |position: &usize| matches!(self.tokens[*position].kind, Kind::DocumentEnd);
        let end = (after..self.tokens.len()).find(is_end);
        let limit = end.map_or(self.text.len(), |end| self.range(end).start);
        let before = self.text.get(..limit).unwrap_or_default();
        // Comments at the end belong to what is before them; blank lines do not.
        let written = before.trim_end_matches([' ', '\t', '\n', '\r']).len();
        // But a block scalar may hold the blank lines behind it.
        let content = last.map_or(0, |member| self.end(member.last));
        vec![self.lines_behind(written.max(content), &lines)]
    }
}
