//! Plain scalars.

use std::borrow::Cow;

use super::Scanner;
use crate::yaml::cursor::ByteSet;
use crate::yaml::token::{Kind, Token};

/// Where a word may end.
static BLOCK_STOPS: ByteSet = ByteSet::with_line_ends(b" \t:");
static FLOW_STOPS: ByteSet = ByteSet::with_line_ends(b" \t:,?[]{}");

/// What stands between two words of a plain scalar.
enum Gap<'a> {
    /// Nothing that the scalar goes on behind.
    End,
    /// Spaces on one line, which stay as they are.
    Spaces(&'a str),
    /// Line breaks, folded.
    Folded(String),
}

impl<'a> Scanner<'a> {
    pub(super) fn scan_plain(&mut self) {
        let start = self.cursor.mark();
        let mut end = start;
        let indent = self.indent.map_or(0, |indent| indent + 1);
        // A scalar of one line is a slice of the text; one of several lines is put together.
        let mut folded: Option<String> = None;
        let mut gap = Gap::End;
        loop {
            let length = self.plain_word();
            if length == 0 {
                break;
            }
            self.allow_simple_key = false;
            if let Gap::Folded(breaks) = &gap {
                let line = || self.cursor.text[start.at as usize..end.at as usize].to_owned();
                folded.get_or_insert_with(line).push_str(breaks);
            }
            let word = self.cursor.advance(length);
            if let Some(text) = &mut folded {
                if let Gap::Spaces(spaces) = gap {
                    text.push_str(spaces);
                }
                text.push_str(word);
            }
            end = self.cursor.mark();
            gap = self.plain_gap();
            if matches!(gap, Gap::End)
                || self.cursor.peek() == b'#'
                || (self.flow_level == 0 && self.cursor.column() < indent)
            {
                break;
            }
        }
        let slice = &self.cursor.text[start.at as usize..end.at as usize];
        let text = folded.map_or(Cow::Borrowed(slice), Cow::Owned);
        let kind = Kind::Scalar(text, true);
        self.tokens.push_back(Token { kind, start, end });
    }

    /// How many bytes the word here has.
    fn plain_word(&self) -> usize {
        let in_flow = self.flow_level > 0;
        if self.cursor.peek() == b'#' {
            return 0;
        }
        let stops = if in_flow { &FLOW_STOPS } else { &BLOCK_STOPS };
        let mut length = self.cursor.run(0, stops);
        loop {
            let goes_on = match self.cursor.byte(length) {
                b':' => {
                    let bracket = matches!(
                        self.cursor.byte(length + 1),
                        b',' | b'[' | b']' | b'{' | b'}'
                    );
                    let is_indicator = self.cursor.is_blank_at(length + 1) || in_flow && bracket;
                    !is_indicator
                }
                0xC2 | 0xE2 => self.cursor.line_break_at(length) == 0,
                _ => false,
            };
            if !goes_on {
                return length;
            }
            length = self.cursor.run(length + 1, stops);
        }
    }

    fn plain_gap(&mut self) -> Gap<'a> {
        let mut count = 0;
        while self.cursor.byte(count) == b' ' {
            count += 1;
        }
        let spaces = self.cursor.advance(count);
        let Some(first) = self.cursor.line_break() else {
            return if spaces.is_empty() {
                Gap::End
            } else {
                Gap::Spaces(spaces)
            };
        };
        self.allow_simple_key = true;
        if self.cursor.at_separator() {
            return Gap::End;
        }
        let mut folded = String::new();
        if first != "\n" {
            folded.push_str(first);
        }
        let mut more = false;
        loop {
            self.cursor.skip_spaces();
            let Some(line_break) = self.cursor.line_break() else {
                break;
            };
            more = true;
            folded.push_str(line_break);
            if self.cursor.at_separator() {
                return Gap::End;
            }
        }
        if first == "\n" && !more {
            folded.push(' ');
        }
        Gap::Folded(folded)
    }
}
