//! Reads calls.

use super::{Call, SpecError, Value, Word};

/// How deep calls may stand in each other.
const DEPTH: usize = 16;

/// Reads the calls of an expression.
pub(crate) fn parse(text: &str) -> Result<Vec<Call<'_>>, SpecError> {
    let mut reader = Reader { text, at: 0 };
    let mut calls = Vec::new();
    loop {
        match reader.value(0)? {
            Value::Call(call) => calls.push(call),
            Value::Word(word) => calls.push(Call {
                name: word,
                arguments: Vec::new(),
            }),
        }
        reader.space();
        if reader.at == text.len() {
            return Ok(calls);
        }
        if !reader.take('+') {
            return Err(reader.unexpected("`+` or the end"));
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.rest().starts_with(wanted);
        self.at += usize::from(found) * wanted.len_utf8();
        found
    }

    fn unexpected(&self, wanted: &str) -> SpecError {
        let found = self.rest().chars().next();
        let length = found.map_or(0, char::len_utf8);
        let message = match found {
            Some(letter) => format!("expected {wanted}, found `{letter}`"),
            None => format!("expected {wanted}, and the text ends"),
        };
        SpecError {
            text: self.text.to_owned(),
            place: (self.at, length),
            message,
        }
    }

    fn word(&mut self, wanted: &str) -> Result<Word<'t>, SpecError> {
        self.space();
        let at = self.at;
        if let Some(quoted) = self.rest().strip_prefix('"') {
            let length = quoted.find('"').ok_or_else(|| SpecError {
                text: self.text.to_owned(),
                place: (at, self.text.len() - at),
                message: "this text has no closing quote".to_owned(),
            })?;
            self.at += length + 2;
            return Ok(Word {
                text: &quoted[..length],
                at: at + 1,
            });
        }
        let rest = self.rest();
        let length = rest
            .find(['(', ')', ',', '=', '+', '"'])
            .unwrap_or(rest.len());
        let text = rest[..length].trim_end();
        if text.is_empty() {
            return Err(self.unexpected(wanted));
        }
        self.at += text.len();
        Ok(Word { text, at })
    }

    fn value(&mut self, depth: usize) -> Result<Value<'t>, SpecError> {
        let name = self.word("a name")?;
        if !self.take('(') {
            return Ok(Value::Word(name));
        }
        if depth == DEPTH {
            return Err(
                SpecError::at(name, "calls stand too deep in each other").in_text(self.text)
            );
        }
        let mut arguments = Vec::new();
        while !self.take(')') {
            let value = self.value(depth + 1)?;
            match value {
                Value::Word(name) if self.take('=') => {
                    arguments.push((Some(name), self.value(depth + 1)?));
                }
                value => arguments.push((None, value)),
            }
            if !self.take(',') && !self.rest().starts_with(')') {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        Ok(Value::Call(Call { name, arguments }))
    }
}
