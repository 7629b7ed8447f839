//! Literal (`|`) and folded (`>`) scalars.

use std::borrow::Cow;

use super::Scanner;
use crate::yaml::cursor::{Fault, Mark};
use crate::yaml::token::{Kind, Token};

const BLOCK: &str = "a block scalar";

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    /// `-`: all go.
    Strip,
    /// The last one stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block_scalar(&mut self, folded: bool) -> Result<(), Fault> {
        let start = self.cursor.mark();
        self.cursor.advance(1);
        let (chomping, increment) = self.block_header(start)?;
        let mut end = self.cursor.mark();
        self.end_of_header(start)?;

        let least = self.indent.map_or(1, |indent| indent + 1);
        let mut breaks = String::new();
        let indent = match increment {
            None => self.detect_indent(&mut breaks).max(least),
            Some(increment) => {
                let indent = least + increment - 1;
                self.block_breaks(indent, &mut breaks);
                indent
            }
        };

        let mut text = String::new();
        let mut line_break = "";
        while self.cursor.column() == indent && self.cursor.peek() != 0 {
            text.push_str(&breaks);
            let folds = !matches!(self.cursor.peek(), b' ' | b'\t');
            text.push_str(self.cursor.rest_of_line());
            end = self.cursor.mark();
            line_break = self.cursor.line_break().unwrap_or("");
            breaks.clear();
            self.block_breaks(indent, &mut breaks);
            if self.cursor.column() != indent || self.cursor.peek() == 0 {
                break;
            }
            if folded && folds && line_break == "\n" && !matches!(self.cursor.peek(), b' ' | b'\t')
            {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(line_break);
            }
        }
        if chomping != Chomping::Strip {
            text.push_str(line_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        let kind = Kind::Scalar(Cow::Owned(text), false);
        self.tokens.push_back(Token { kind, start, end });
        Ok(())
    }

    /// Reads the indicators behind `|` or `>`: chomping and indentation, in any order.
    fn block_header(&mut self, start: Mark) -> Result<(Chomping, Option<u32>), Fault> {
        let mut chomping = self.chomping();
        let increment = self.increment(start)?;
        if chomping.is_none() && increment.is_some() {
            chomping = self.chomping();
        }
        if !self.cursor.is_space_at(0) {
            let found = self.cursor.shown();
            let problem = format!("expected `+`, `-` or an indentation of 1 to 9, found {found}");
            return Err(self.cursor.fault_in(BLOCK, start, problem));
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek() {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.advance(1);
        Some(chomping)
    }

    fn increment(&mut self, start: Mark) -> Result<Option<u32>, Fault> {
        match self.cursor.peek() {
            b'0' => {
                let problem = "the indentation indicator must be 1 to 9, not 0";
                Err(self.cursor.fault_in(BLOCK, start, problem))
            }
            digit @ b'1'..=b'9' => {
                self.cursor.advance(1);
                Ok(Some(u32::from(digit - b'0')))
            }
            _ => Ok(None),
        }
    }

    fn end_of_header(&mut self, start: Mark) -> Result<(), Fault> {
        self.cursor.skip_spaces();
        self.cursor.skip_comment();
        if !self.cursor.is_line_end_at(0) {
            let found = self.cursor.shown();
            let problem = format!("its text must start on the next line; found {found}");
            return Err(self.cursor.fault_in(BLOCK, start, problem));
        }
        self.cursor.line_break();
        Ok(())
    }

    /// Moves to the first line with text, and returns the widest indentation on the way.
    fn detect_indent(&mut self, breaks: &mut String) -> u32 {
        let mut widest = 0;
        loop {
            if self.cursor.skip_spaces() > 0 {
                widest = widest.max(self.cursor.column());
            }
            match self.cursor.line_break() {
                Some(line_break) => breaks.push_str(line_break),
                None => return widest,
            }
        }
    }

    /// Moves over empty lines, and into the indentation of the next one that is not.
    fn block_breaks(&mut self, indent: u32, breaks: &mut String) {
        loop {
            while self.cursor.column() < indent && self.cursor.peek() == b' ' {
                self.cursor.advance(1);
            }
            match self.cursor.line_break() {
                Some(line_break) => breaks.push_str(line_break),
                None => return,
            }
        }
    }
}
