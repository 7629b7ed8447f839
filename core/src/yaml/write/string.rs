//! Strings: plain, in double quotes, or as literal blocks.

use std::borrow::Cow;

use crate::yaml::decode::is_printable;
use crate::yaml::resolve::{Class, classify};

/// A string on one line: plain if nobody can mistake it, and in double quotes if not.
pub(in crate::yaml) fn inline(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(double_quoted(text))
    }
}

/// Whether a string needs no quotes. Stricter than any reader.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let starts_well = match first {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' => true,
        // `10Gi` and `500m`: a letter that is in no number of any YAML or JSON.
        b'0'..=b'9' => bytes
            .iter()
            .any(|byte| matches!(byte | 0x20, b'g'..=b'n' | b'p'..=b'w' | b'y' | b'z')),
        _ => false,
    };
    starts_well
        && !matches!(last, b' ' | b':')
        && classify(text) == Class::Str
        && !matches!(text, "y" | "Y" | "n" | "N")
        && bytes.iter().enumerate().all(|(position, byte)| match byte {
            b':' => bytes.get(position + 1) != Some(&b' '),
            b' ' => bytes.get(position + 1) != Some(&b'#'),
            byte => byte.is_ascii_alphanumeric() || b"_-./+@=(),;~$%*&<>!^?".contains(byte),
        })
}

pub(super) fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // Line breaks to YAML 1.1, and a byte order mark.
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' => escape(&mut quoted, character),
            printable if is_printable(printable) => quoted.push(printable),
            other => escape(&mut quoted, other),
        }
    }
    quoted.push('"');
    quoted
}

fn escape(out: &mut String, character: char) {
    let code = u32::from(character);
    out.push_str(&match code {
        0..=0xFF => format!("\\x{code:02X}"),
        0x100..=0xFFFF => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    });
}

/// Whether a literal block holds exactly this string, with no indicator but `-`.
pub(super) fn fits_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_plain_character = |character| {
        matches!(character, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FEFE}' | '\u{10000}'..)
            && !matches!(character, '\u{2028}' | '\u{2029}')
    };
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with(['\n', ' '])
        && text.chars().all(is_plain_character)
        && body.lines().all(|line| !line.ends_with(' '))
}

/// Writes a literal block, without the line break that ends its last line.
pub(super) fn literal(out: &mut String, text: &str, indent: usize) {
    out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
}
