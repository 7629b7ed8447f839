//! Texts with places that are filled for each request.

use std::collections::BTreeMap;

use crate::data::{Cell, Table};

/// How what is filled in is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In a path or query: what is not plain is percent-encoded.
    Address,
    /// In a header.
    Header,
    /// In a string of JSON.
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    /// A column of the data file.
    Column {
        place: usize,
        form: Form,
    },
    /// A column in place of a whole string of JSON, quotes and all.
    Whole(usize),
    /// How many requests of the endpoint there were before, from 0.
    Counter,
    /// A random number in the form of a UUID, version 4.
    Uuid,
}

/// A text with places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

/// What places are filled from.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) table: Option<&'k Table>,
    pub(super) secrets: &'k BTreeMap<String, String>,
    pub(super) endpoint: &'k str,
}

impl Template {
    /// Adds a text as it stands.
    pub(super) fn push(&mut self, text: &[u8]) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(before)) => before.extend_from_slice(text),
            _ => self.0.push(Piece::Text(text.to_vec())),
        }
    }

    /// Adds a text whose places are to be filled.
    pub(super) fn push_filled(
        &mut self,
        mut text: &str,
        form: Form,
        known: Known<'_>,
    ) -> Result<(), String> {
        while let Some((before, rest)) = text.split_once("{{") {
            let Some((name, after)) = rest.split_once("}}") else {
                break;
            };
            if name.contains(['{', '}', '"', '\n']) {
                // Braces of the text itself.
                let length = before.len() + 1;
                self.push(&text.as_bytes()[..length]);
                text = &text[length..];
                continue;
            }
            // In JSON a string that is one place alone may become another value.
            let is_whole = form == Form::Json && before.ends_with('"') && after.starts_with('"');
            let name = name.trim();
            match name.strip_prefix('$') {
                Some("counter") => {
                    self.push(before.as_bytes());
                    self.0.push(Piece::Counter);
                }
                Some("uuid") => {
                    self.push(before.as_bytes());
                    self.0.push(Piece::Uuid);
                }
                Some("endpoint") => {
                    self.push(before.as_bytes());
                    let mut filled = Vec::new();
                    write(known.endpoint, form, &mut filled);
                    self.push(&filled);
                }
                Some(special) => {
                    let variable = special.strip_prefix("env:").ok_or_else(|| {
                        format!(
                            "`{{{{{name}}}}}` is no place; those with a `$` are: $counter, $uuid, \
                             $endpoint, $env:NAME"
                        )
                    })?;
                    let value = known
                        .secrets
                        .get(variable)
                        .ok_or_else(|| format!("the environment variable {variable} is not set"))?;
                    self.push(before.as_bytes());
                    let mut filled = Vec::new();
                    write(value, form, &mut filled);
                    self.push(&filled);
                }
                None => match known.table {
                    Some(table) => {
                        let place = table.column(name)?;
                        if is_whole {
                            self.push(&before.as_bytes()[..before.len() - 1]);
                            self.0.push(Piece::Whole(place));
                            text = &after[1..];
                            continue;
                        }
                        self.push(before.as_bytes());
                        self.0.push(Piece::Column { place, form });
                    }
                    // Without data it is no place, but what it looks like.
                    None => {
                        let length = text.len() - after.len();
                        self.push(&text.as_bytes()[..length]);
                    }
                },
            }
            text = after;
        }
        self.push(text.as_bytes());
        Ok(())
    }

    /// The text, where it has no places.
    pub(super) fn fixed(&self) -> Option<&[u8]> {
        match self.0.as_slice() {
            [] => Some(&[]),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Writes the text of the n-th request.
    pub(super) fn fill(&self, number: u64, random: u128, row: Option<&[Cell]>, out: &mut Vec<u8>) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Counter => out.extend_from_slice(number.to_string().as_bytes()),
                Piece::Uuid => out.extend_from_slice(uuid(random).as_bytes()),
                Piece::Column { place, form } => {
                    if let Some(cell) = row.and_then(|row| row.get(*place)) {
                        write(&cell.text, *form, out);
                    }
                }
                Piece::Whole(place) => match row.and_then(|row| row.get(*place)) {
                    Some(Cell {
                        json: Some(json), ..
                    }) => out.extend_from_slice(json.as_bytes()),
                    Some(cell) => {
                        out.push(b'"');
                        write(&cell.text, Form::Json, out);
                        out.push(b'"');
                    }
                    None => out.extend_from_slice(b"null"),
                },
            }
        }
    }
}

/// RFC 9562, section 5.4: 122 random bits.
fn uuid(random: u128) -> String {
    let bits = random & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

pub(super) fn write(text: &str, form: Form, out: &mut Vec<u8>) {
    match form {
        Form::Address => {
            for byte in text.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(byte);
                } else {
                    out.extend_from_slice(format!("%{byte:02X}").as_bytes());
                }
            }
        }
        // A line's end would begin another header.
        Form::Header => out.extend(text.bytes().filter(|byte| !b"\r\n\0".contains(byte))),
        Form::Json => {
            let quoted = serde_json::Value::from(text).to_string();
            out.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
        }
    }
}
