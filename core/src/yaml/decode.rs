//! Bytes to text, by the rules of PyYAML's reader: UTF-8, or UTF-16 with a byte order mark, and
//! no control characters.

use std::borrow::Cow;

use super::cursor::{Cursor, Fault};
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};

/// Text, or what can be shown of it with the error and where that is.
pub(super) type Decoded<'a> = Result<Cow<'a, str>, Undecodable>;

/// Input that is not text.
pub(super) struct Undecodable {
    /// What can be shown of it.
    pub(super) shown: String,
    problem: String,
    /// Where in `shown`.
    start: usize,
}

impl Undecodable {
    /// The error, once the text has its place among the files.
    pub(super) fn fault(&self, file: FileId) -> Fault {
        let diagnostic = Diagnostic::error("yaml::encoding", self.problem.clone());
        Box::new(diagnostic.at(Some(place(&self.shown, self.start, file))))
    }
}

pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => {
                let start = error.valid_up_to();
                let byte = bytes.get(start).copied().unwrap_or_default();
                Err(Undecodable {
                    shown: String::from_utf8_lossy(bytes).into_owned(),
                    problem: format!("the byte 0x{byte:02x} here is not UTF-8"),
                    start,
                })
            }
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded<'_> {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len());
    let mut start = None;
    for decoded in char::decode_utf16(units) {
        let character = decoded.unwrap_or_else(|_| {
            start.get_or_insert(text.len());
            char::REPLACEMENT_CHARACTER
        });
        text.push(character);
    }
    match start.or(odd.then_some(text.len())) {
        None => Ok(Cow::Owned(text)),
        Some(start) => Err(Undecodable {
            shown: text,
            problem: "what stands here is not UTF-16".to_owned(),
            start,
        }),
    }
}

/// The error for the first character that YAML does not allow in a text.
pub(super) fn check_characters(text: &str, file: FileId) -> Result<(), Fault> {
    let is_suspect =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte >= 0x7F;
    // Nearly all texts are printable ASCII, for which this loop is all there is.
    if !text.bytes().fold(false, |any, byte| any | is_suspect(byte)) {
        return Ok(());
    }
    let mut characters = text.char_indices();
    let Some((start, character)) = characters.find(|(_, character)| !is_printable(*character))
    else {
        return Ok(());
    };
    let code = u32::from(character);
    let problem = format!("the character U+{code:04X} is not allowed in YAML");
    Err(Box::new(
        Diagnostic::error("yaml::character", problem)
            .at(Some(place(text, start, file)))
            .hint(format!("write it as \"\\u{code:04X}\" in double quotes")),
    ))
}

/// Whether YAML allows a character to stand in a text as it is.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{D7FF}'
        | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn place(text: &str, start: usize, file: FileId) -> Span {
    let mut cursor = Cursor::new(text, file);
    loop {
        let line = cursor.mark();
        let mut end = cursor.clone();
        end.rest_of_raw_line();
        if start <= end.at() {
            cursor.advance(start - line.at as usize);
            return cursor.point(cursor.mark());
        }
        cursor = end;
        if cursor.line_break().is_none() {
            return cursor.point(cursor.mark());
        }
    }
}
