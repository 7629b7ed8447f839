//! Text to tokens, rule by rule as PyYAML's scanner has them: YAML 1.1 with PyYAML's own
//! restrictions (no tabs between tokens, no `?` in plain scalars of a flow, keys of one line).
//!
//! The structure is PyYAML's too, so that the two can be read side by side.

mod block;
mod directive;
mod fetch;
mod keys;
mod plain;
mod quoted;
mod tag;

use std::collections::VecDeque;

use super::cursor::{Cursor, Fault, Mark};
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;

/// A place where a key without `?` may have started; it is one if a `:` follows on the line.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    flow_level: usize,
    token_number: usize,
    required: bool,
    mark: Mark,
}

/// Yields tokens one by one.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    tokens: VecDeque<Token<'a>>,
    taken: usize,
    /// Whether the first of `tokens` is known to be next.
    ready: bool,
    done: bool,
    flow_level: usize,
    deepest_flow: usize,
    /// Column of the innermost block collection; none outside of all.
    indent: Option<u32>,
    indents: Vec<Option<u32>>,
    allow_simple_key: bool,
    simple_keys: Vec<SimpleKey>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(cursor: Cursor<'a>, deepest_flow: usize) -> Self {
        Self {
            cursor,
            tokens: VecDeque::with_capacity(8),
            taken: 0,
            ready: false,
            done: false,
            flow_level: 0,
            deepest_flow,
            indent: None,
            indents: Vec::with_capacity(8),
            allow_simple_key: true,
            simple_keys: Vec::with_capacity(4),
        }
    }

    /// The next token, left in place. Behind the end there are only ends.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>, Fault> {
        if !self.ready {
            while self.needs_more()? {
                self.fetch_more()?;
            }
            if self.tokens.is_empty() {
                self.push_here(Kind::StreamEnd);
            }
            self.ready = true;
        }
        Ok(&self.tokens[0])
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Result<Token<'a>, Fault> {
        let mark = self.peek()?.start;
        self.taken += 1;
        self.ready = false;
        Ok(self.tokens.pop_front().unwrap_or(Token {
            kind: Kind::StreamEnd,
            start: mark,
            end: mark,
        }))
    }

    fn needs_more(&mut self) -> Result<bool, Fault> {
        if self.done {
            return Ok(false);
        }
        if self.tokens.is_empty() {
            return Ok(true);
        }
        // The next token may turn out to be a key, which has a token of its own before it.
        self.drop_stale_keys()?;
        let next_key = self.simple_keys.iter().map(|key| key.token_number).min();
        Ok(next_key == Some(self.taken))
    }

    fn fetch_more(&mut self) -> Result<(), Fault> {
        self.skip_to_token();
        self.drop_stale_keys()?;
        self.unwind_indent(Some(self.cursor.column()));
        let first_column = self.cursor.column() == 0;
        match self.cursor.peek() {
            0 => self.fetch_stream_end(),
            b'%' if first_column => self.fetch_directive(),
            b'-' if first_column && self.cursor.at_separator() => {
                self.fetch_document_marker(Kind::DocumentStart)
            }
            b'.' if first_column && self.cursor.at_separator() => {
                self.fetch_document_marker(Kind::DocumentEnd)
            }
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.cursor.is_blank_at(1) => self.fetch_block_entry(),
            b'?' if self.flow_level > 0 || self.cursor.is_blank_at(1) => self.fetch_key(),
            b':' if self.flow_level > 0 || self.cursor.is_blank_at(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' if self.flow_level == 0 => self.fetch_block_scalar(false),
            b'>' if self.flow_level == 0 => self.fetch_block_scalar(true),
            b'\'' => self.fetch_quoted(false),
            b'"' => self.fetch_quoted(true),
            // `-`, and outside of flows `?` and `:`, start a plain scalar if no blank follows.
            // Where one does follow, an arm above has taken it; in a flow, so has it `?` and `:`.
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => Err(self.unexpected_character()),
            _ => self.fetch_plain(),
        }
    }

    fn unexpected_character(&self) -> Fault {
        let character = self.cursor.character();
        let place = Some(self.cursor.point(self.cursor.mark()));
        if character == '\t' {
            return Box::new(
                Diagnostic::error("yaml::tab", "a tab stands where only spaces may")
                    .at(place)
                    .hint("indent with spaces"),
            );
        }
        let message = format!("no value starts with {}", self.cursor.shown());
        Box::new(
            Diagnostic::error("yaml::syntax", message)
                .at(place)
                .hint("put the value in quotes"),
        )
    }

    /// Moves over spaces, comments and line breaks.
    fn skip_to_token(&mut self) {
        if self.cursor.at() == 0 && self.cursor.character() == '\u{FEFF}' {
            self.cursor.advance('\u{FEFF}'.len_utf8());
        }
        loop {
            self.cursor.skip_spaces();
            self.cursor.skip_comment();
            if self.cursor.line_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.allow_simple_key = true;
            }
        }
    }

    fn push(&mut self, kind: Kind<'a>, start: Mark) {
        let end = self.cursor.mark();
        self.tokens.push_back(Token { kind, start, end });
    }

    fn push_here(&mut self, kind: Kind<'a>) {
        self.push(kind, self.cursor.mark());
    }
}
