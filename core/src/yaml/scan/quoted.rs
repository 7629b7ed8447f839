//! Scalars in single and double quotes.

use std::borrow::Cow;

use super::Scanner;
use crate::yaml::cursor::{ByteSet, Fault, Mark};
use crate::yaml::token::Kind;

const SINGLE: &str = "a single-quoted string";
const DOUBLE: &str = "a double-quoted string";

static SINGLE_STOPS: ByteSet = ByteSet::with_line_ends(b"'");
static DOUBLE_STOPS: ByteSet = ByteSet::with_line_ends(b"\"\\");

impl<'a> Scanner<'a> {
    pub(super) fn scan_quoted(&mut self, double: bool) -> Result<(), Fault> {
        let start = self.cursor.mark();
        self.cursor.advance(1);
        let text = match self.quoted_slice(double) {
            Some(slice) => Cow::Borrowed(slice),
            None => Cow::Owned(self.quoted_text(double, start)?),
        };
        self.cursor.advance(1);
        self.push(Kind::Scalar(text, false), start);
        Ok(())
    }

    /// The string as a slice, when it is of one line and has nothing escaped.
    fn quoted_slice(&mut self, double: bool) -> Option<&'a str> {
        let stops = if double { &DOUBLE_STOPS } else { &SINGLE_STOPS };
        let mut length = self.cursor.run(0, stops);
        loop {
            match self.cursor.byte(length) {
                b'"' => break,
                b'\'' if self.cursor.byte(length + 1) != b'\'' => break,
                0xC2 | 0xE2 if self.cursor.line_break_at(length) == 0 => {}
                _ => return None,
            }
            length = self.cursor.run(length + 1, stops);
        }
        Some(self.cursor.advance(length))
    }

    fn quoted_text(&mut self, double: bool, start: Mark) -> Result<String, Fault> {
        let quote = if double { b'"' } else { b'\'' };
        let mut text = String::new();
        self.quoted_word(double, start, &mut text)?;
        while self.cursor.peek() != quote {
            self.quoted_gap(double, start, &mut text)?;
            self.quoted_word(double, start, &mut text)?;
        }
        Ok(text)
    }

    fn quoted_word(&mut self, double: bool, start: Mark, text: &mut String) -> Result<(), Fault> {
        loop {
            let mut length = 0;
            while !matches!(self.cursor.byte(length), b'\'' | b'"' | b'\\')
                && !self.cursor.is_blank_at(length)
            {
                length += 1;
            }
            text.push_str(self.cursor.advance(length));
            match self.cursor.peek() {
                b'\'' if !double && self.cursor.byte(1) == b'\'' => {
                    text.push('\'');
                    self.cursor.advance(2);
                }
                b'\'' if double => text.push_str(self.cursor.advance(1)),
                b'"' | b'\\' if !double => text.push_str(self.cursor.advance(1)),
                b'\\' => self.escape(start, text)?,
                _ => return Ok(()),
            }
        }
    }

    fn escape(&mut self, start: Mark, text: &mut String) -> Result<(), Fault> {
        self.cursor.advance(1);
        let replacement = match self.cursor.peek() {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0B',
            b'f' => '\x0C',
            b'r' => '\r',
            b'e' => '\x1B',
            b' ' => ' ',
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'N' => '\u{85}',
            b'_' => '\u{A0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code_point(2, start, text),
            b'u' => return self.code_point(4, start, text),
            b'U' => return self.code_point(8, start, text),
            _ => {
                if self.cursor.line_break().is_some() {
                    return self.quoted_breaks(true, start, text).map(|_| ());
                }
                let problem = format!("no escape has {} behind the `\\`", self.cursor.shown());
                let fault = self.cursor.fault_in(DOUBLE, start, problem);
                return Err(Box::new(
                    fault.hint("write `\\\\` for a backslash, or use single quotes"),
                ));
            }
        };
        self.cursor.advance(1);
        text.push(replacement);
        Ok(())
    }

    fn code_point(&mut self, digits: usize, start: Mark, text: &mut String) -> Result<(), Fault> {
        self.cursor.advance(1);
        if !(0..digits).all(|ahead| self.cursor.byte(ahead).is_ascii_hexdigit()) {
            let problem = format!("the escape needs {digits} hexadecimal digits");
            return Err(self.cursor.fault_in(DOUBLE, start, problem));
        }
        let mark = self.cursor.mark();
        let written = self.cursor.advance(digits);
        let code = u32::from_str_radix(written, 16).ok();
        let code = code.map(|code| self.surrogate_pair(code).unwrap_or(code));
        let Some(character) = code.and_then(char::from_u32) else {
            let problem = format!("U+{written} is no Unicode character");
            return Err(self.cursor.fault_within(DOUBLE, start, problem, mark));
        };
        text.push(character);
        Ok(())
    }

    /// The code point of two escapes as JSON has them, `\ud83d\ude00`; where this is the first of two,
    /// the second is passed over. Python keeps both halves, and writes them as JSON does.
    fn surrogate_pair(&mut self, high: u32) -> Option<u32> {
        let high = high.checked_sub(0xD800).filter(|high| *high < 0x400)?;
        let is_escape = self.cursor.byte(0) == b'\\' && self.cursor.byte(1) == b'u';
        let mut low = 0;
        for ahead in 2..6 {
            low = low * 16 + char::from(self.cursor.byte(ahead)).to_digit(16)?;
        }
        let low = low
            .checked_sub(0xDC00)
            .filter(|low| *low < 0x400 && is_escape)?;
        self.cursor.advance(6);
        Some(0x1_0000 + high * 0x400 + low)
    }

    /// Spaces and folded line breaks between two words.
    fn quoted_gap(&mut self, double: bool, start: Mark, text: &mut String) -> Result<(), Fault> {
        let spaces = self.blanks();
        if self.cursor.peek() == 0 {
            let what = if double { DOUBLE } else { SINGLE };
            return Err(self
                .cursor
                .fault_in(what, start, "the closing quote is missing"));
        }
        let Some(first) = self.cursor.line_break() else {
            text.push_str(spaces);
            return Ok(());
        };
        if first != "\n" {
            text.push_str(first);
        }
        let any = self.quoted_breaks(double, start, text)?;
        if first == "\n" && !any {
            text.push(' ');
        }
        Ok(())
    }

    /// Appends the line breaks from the start of a line on; says whether there were any.
    fn quoted_breaks(
        &mut self,
        double: bool,
        start: Mark,
        text: &mut String,
    ) -> Result<bool, Fault> {
        let mut any = false;
        loop {
            if self.cursor.at_separator() {
                let what = if double { DOUBLE } else { SINGLE };
                let problem = "a document separator comes before the closing quote";
                return Err(self.cursor.fault_in(what, start, problem));
            }
            self.blanks();
            let Some(line_break) = self.cursor.line_break() else {
                return Ok(any);
            };
            any = true;
            text.push_str(line_break);
        }
    }

    fn blanks(&mut self) -> &'a str {
        let mut count = 0;
        while matches!(self.cursor.byte(count), b' ' | b'\t') {
            count += 1;
        }
        self.cursor.advance(count)
    }
}
