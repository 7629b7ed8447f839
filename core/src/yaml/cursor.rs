//! A position in the text that knows its line and column at no cost per character.

use std::fmt::Display;

use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};

/// Why a document is refused.
pub(super) type Fault = Box<Diagnostic>;

/// A place in the text. Line and column count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Mark {
    pub(super) fn to(self, end: u32, file: FileId) -> Span {
        Span {
            file,
            start: self.at,
            end: end.max(self.at),
            line: self.line + 1,
            column: self.column + 1,
        }
    }
}

/// A set of bytes.
pub(super) struct ByteSet([bool; 256]);

impl ByteSet {
    /// The bytes of `members`, and those that a line break or the end may start with.
    pub(super) const fn with_line_ends(members: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut position = 0;
        while position < members.len() {
            set[members[position] as usize] = true;
            position += 1;
        }
        set[0] = true;
        set[b'\n' as usize] = true;
        set[b'\r' as usize] = true;
        set[0xC2] = true;
        set[0xE2] = true;
        Self(set)
    }
}

static LINE_ENDS: ByteSet = ByteSet::with_line_ends(b"");

/// Walks over text that [`decode`](super::decode) has let through, so a zero byte is the end.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) file: FileId,
    at: usize,
    line: u32,
    line_start: usize,
    /// Bytes since the line started that take no column: all but the first of each character.
    hidden: usize,
    ascii: bool,
}

/// The byte is a space, or nothing more comes.
pub(super) fn is_space_or_end(byte: u8) -> bool {
    matches!(byte, b' ' | 0)
}

/// A letter, a digit, `-` or `_`: what names of anchors, handles and directives are made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, file: FileId) -> Self {
        Self {
            text,
            file,
            at: 0,
            line: 0,
            line_start: 0,
            hidden: 0,
            ascii: text.is_ascii(),
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "texts are shorter than 4 GiB"
    )]
    pub(super) fn column(&self) -> u32 {
        (self.at - self.line_start - self.hidden) as u32
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "texts are shorter than 4 GiB"
    )]
    pub(super) fn mark(&self) -> Mark {
        Mark {
            at: self.at as u32,
            line: self.line,
            column: self.column(),
        }
    }

    pub(super) fn peek(&self) -> u8 {
        self.byte(0)
    }

    /// The byte `ahead` of this one; 0 behind the end.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        let bytes = self.text.as_bytes();
        bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The character here, to show; the zero character at the end.
    pub(super) fn character(&self) -> char {
        let rest = self.text.get(self.at..).unwrap_or("");
        rest.chars().next().unwrap_or('\0')
    }

    /// The character here, as messages show it.
    pub(super) fn shown(&self) -> String {
        match self.character() {
            '\0' => "the end of the file".to_owned(),
            '\n' | '\r' => "the end of the line".to_owned(),
            '\t' => "a tab".to_owned(),
            character => format!("`{character}`"),
        }
    }

    /// How many bytes the line break `ahead` has; 0 when there is none. YAML 1.1 has three that
    /// are not ASCII.
    pub(super) fn line_break_at(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' if self.byte(ahead + 1) == b'\n' => 2,
            b'\r' => 1,
            0xC2 if self.byte(ahead + 1) == 0x85 => 2,
            0xE2 if self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xA8 | 0xA9) => {
                3
            }
            _ => 0,
        }
    }

    /// At a space, a line break or the end.
    pub(super) fn is_space_at(&self, ahead: usize) -> bool {
        is_space_or_end(self.byte(ahead)) || self.line_break_at(ahead) > 0
    }

    /// At a space, a tab, a line break or the end.
    pub(super) fn is_blank_at(&self, ahead: usize) -> bool {
        self.byte(ahead) == b'\t' || self.is_space_at(ahead)
    }

    /// At a line break or the end.
    pub(super) fn is_line_end_at(&self, ahead: usize) -> bool {
        self.byte(ahead) == 0 || self.line_break_at(ahead) > 0
    }

    /// At `---` or `...` alone on a line, provided that the line starts here.
    pub(super) fn at_separator(&self) -> bool {
        let first = self.peek();
        matches!(first, b'-' | b'.')
            && self.byte(1) == first
            && self.byte(2) == first
            && self.is_blank_at(3)
    }

    /// Moves over `count` bytes that hold no line break, and returns them.
    pub(super) fn advance(&mut self, count: usize) -> &'a str {
        let passed = self.text.get(self.at..self.at + count).unwrap_or("");
        self.at += passed.len();
        if !self.ascii {
            for character in passed.chars().filter(|character| !character.is_ascii()) {
                // A byte order mark takes no column.
                let columns = usize::from(character != '\u{FEFF}');
                self.hidden += character.len_utf8() - columns;
            }
        }
        passed
    }

    /// Moves over a line break. What a scalar gets for it: `\n`, but for two Unicode breaks that
    /// stay as they are.
    pub(super) fn line_break(&mut self) -> Option<&'a str> {
        let length = self.line_break_at(0);
        if length == 0 {
            return None;
        }
        let broken = self.text.get(self.at..self.at + length).unwrap_or("\n");
        self.at += length;
        self.line += 1;
        self.line_start = self.at;
        self.hidden = 0;
        Some(if length == 3 { broken } else { "\n" })
    }

    pub(super) fn skip_spaces(&mut self) -> usize {
        let mut count = 0;
        while self.byte(count) == b' ' {
            count += 1;
        }
        self.advance(count);
        count
    }

    /// Moves to the end of the line if a comment starts here.
    pub(super) fn skip_comment(&mut self) {
        if self.peek() == b'#' {
            self.rest_of_line();
        }
    }

    pub(super) fn rest_of_line(&mut self) -> &'a str {
        let mut count = self.run(0, &LINE_ENDS);
        while !self.is_line_end_at(count) {
            count = self.run(count + 1, &LINE_ENDS);
        }
        self.advance(count)
    }

    /// How far ahead, at least `from`, the first byte of the set is; or the end.
    pub(super) fn run(&self, from: usize, stops: &ByteSet) -> usize {
        let rest = self.text.as_bytes().get(self.at + from..).unwrap_or(&[]);
        let length = rest.iter().position(|byte| stops.0[usize::from(*byte)]);
        from + length.unwrap_or(rest.len())
    }

    /// Moves to the end of the line in text that may hold zero bytes.
    pub(super) fn rest_of_raw_line(&mut self) {
        let mut count = 0;
        while self.at + count < self.text.len() && self.line_break_at(count) == 0 {
            count += 1;
        }
        self.advance(count);
    }

    /// The span of the one character at a mark.
    pub(super) fn point(&self, mark: Mark) -> Span {
        let rest = self.text.get(mark.at as usize..).unwrap_or("");
        let character = rest.chars().next().filter(|c| !matches!(c, '\n' | '\r'));
        let width = u8::try_from(character.map_or(0, char::len_utf8)).unwrap_or(0);
        mark.to(mark.at + u32::from(width), self.file)
    }

    /// A syntax error at a mark, in the words of PyYAML.
    pub(super) fn fault(&self, mark: Mark, problem: impl Display) -> Fault {
        let diagnostic = Diagnostic::error("yaml::syntax", problem.to_string());
        Box::new(diagnostic.at(Some(self.point(mark))))
    }

    /// A syntax error here, inside of something that started at `start`.
    pub(super) fn fault_in(&self, what: &str, start: Mark, problem: impl Display) -> Fault {
        self.fault_within(what, start, problem, self.mark())
    }

    /// A syntax error at a mark, inside of something that started at `start`.
    pub(super) fn fault_within(
        &self,
        what: &str,
        start: Mark,
        problem: impl Display,
        mark: Mark,
    ) -> Fault {
        let fault = self.fault(mark, format_args!("in {what}: {problem}"));
        Box::new(fault.also(Some(self.point(start)), format!("{what} starts here")))
    }
}
