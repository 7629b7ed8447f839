//! JSON (RFC 8259) to a tree in which every value and every key knows its place.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::span::{FileId, Span};
use plimsoll_core::value::{Key, Map, Node, Value};

use super::DEEPEST;
use super::escape::{Unsound, unescape};
use super::places::Places;

/// Why a text is no JSON. Boxed, as most texts are.
type Fault = Box<Diagnostic>;

/// Reads a text, or says where it ceases to be JSON. Of a key that is there twice the last counts,
/// with a warning.
pub(super) fn read(text: &str, file: FileId, items: &mut Vec<Diagnostic>) -> Option<Node> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        places: Places::new(text, file),
        items,
    };
    match parser.document() {
        Ok(node) => Some(node),
        Err(fault) => {
            items.push(*fault);
            None
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    places: Places<'a>,
    items: &'a mut Vec<Diagnostic>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Node, Fault> {
        let node = self.value()?;
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(self.fault(
                "something stands behind the document",
                "the end of the file",
            )),
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn here(&mut self, from: usize) -> Span {
        self.places.span(from..self.at)
    }

    /// What is wrong at the place that is next.
    fn fault(&mut self, message: &str, expected: &str) -> Fault {
        let next = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next());
        let end = self.at + next.map_or(0, char::len_utf8);
        let span = self.places.span(self.at..end);
        let message = match next {
            Some(_) => message.to_owned(),
            None => format!("the file ends too soon: {message}"),
        };
        let hint = match next {
            Some('/' | '#') => Some("JSON has no comments: take it out, or write YAML".to_owned()),
            Some('\'') => Some("JSON's quotes are double ones".to_owned()),
            _ => None,
        };
        let diagnostic = Diagnostic::error("load-test::json", message);
        Box::new(
            diagnostic
                .at(Some(span))
                .expected(expected)
                .maybe_hint(hint),
        )
    }

    fn value(&mut self) -> Result<Node, Fault> {
        let next = self.peek();
        let start = self.at;
        match next {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => {
                let text = self.string()?;
                let span = self.here(start);
                Ok(Node::at(Value::Str(text.into()), span))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Fault>) -> Result<Node, Fault> {
        let span = self.places.span(self.at..self.at + 1);
        if self.depth == DEEPEST {
            let message = format!("more than {DEEPEST} collections are nested");
            return Err(self.fault(&message, "fewer levels"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(Node::at(value, span))
    }

    fn object(&mut self) -> Result<Value, Fault> {
        let mut map = Map::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Map(Box::new(map)));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key is missing", "a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let span = self.here(start);
            if self.peek() != Some(b':') {
                return Err(self.fault("a key has no value", "`:` behind the key"));
            }
            self.at += 1;
            let value = self.value()?;
            if let Some(before) = map.insert(Key::from(key.clone()), Some(span), value) {
                let message = format!("the key {key:?} is there twice: the last one counts");
                self.items.push(
                    Diagnostic::warning("load-test::duplicate-key", message)
                        .at(Some(span))
                        .also(before.key_span, "the first one")
                        .hint("take one of them out"),
                );
            }
            match self.peek() {
                Some(b',') => self.comma(b'}')?,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Map(Box::new(map)));
                }
                _ => return Err(self.fault("an object goes on without a comma", "`,` or `}`")),
            }
        }
    }

    fn array(&mut self) -> Result<Value, Fault> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            match self.peek() {
                Some(b',') => self.comma(b']')?,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::List(items));
                }
                _ => return Err(self.fault("a list goes on without a comma", "`,` or `]`")),
            }
        }
    }

    /// Passes a comma, behind which something must follow.
    fn comma(&mut self, end: u8) -> Result<(), Fault> {
        let comma = self.at;
        self.at += 1;
        if self.peek() == Some(end) {
            self.at = comma;
            let fault = self.fault("nothing follows the last comma", "no comma here");
            return Err(Box::new(fault.hint("take the comma out")));
        }
        Ok(())
    }

    /// A string, whose opening quote is next.
    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut end = start;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(..=0x1F) => {
                    self.at = end;
                    let message = "a string holds a control character";
                    return Err(self.fault(message, "an escape, such as `\\n`"));
                }
                Some(_) => end += 1,
                None => {
                    self.at = bytes.len();
                    return Err(self.fault("a string has no end", "`\"`"));
                }
            }
        }
        let Some(inner) = self.text.get(start..end) else {
            self.at = start;
            return Err(self.fault(
                "a string has an escape that means nothing",
                "an escape of JSON",
            ));
        };
        match unescape(inner) {
            Ok(text) => {
                self.at = end + 1;
                Ok(text)
            }
            Err(Unsound { at, message }) => {
                self.at = start + at;
                Err(self.fault(message, "an escape of JSON, such as `\\n` or `\\u00e9`"))
            }
        }
    }

    fn number(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let digits = |from: usize| {
            rest[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let sign = usize::from(rest[0] == b'-');
        let whole = digits(sign);
        let mut end = sign + whole;
        let mut sound = whole > 0 && (whole == 1 || rest[sign] != b'0');
        if rest.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            sound &= fraction > 0;
            end += 1 + fraction;
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(end + 1 + sign);
            sound &= exponent > 0;
            end += 1 + sign + exponent;
        }
        let text = &self.text[start..start + end];
        let value = if text.contains(['.', 'e', 'E']) {
            text.parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(Value::Float)
        } else {
            Some(
                text.parse()
                    .map_or_else(|_| Value::BigInt(text.into()), Value::Int),
            )
        };
        let Some(value) = value.filter(|_| sound) else {
            return Err(self.fault("this is no number of JSON", "a number, such as 10 or 0.5"));
        };
        self.at = start + end;
        let span = self.here(start);
        Ok(Node::at(value, span))
    }

    fn word(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let words = [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ];
        for (word, value) in words {
            let rest = &self.text[start..];
            let goes_on = |rest: &str| rest.starts_with(|next: char| next.is_alphanumeric());
            if rest.strip_prefix(word).is_some_and(|rest| !goes_on(rest)) {
                self.at += word.len();
                let span = self.here(start);
                return Ok(Node::at(value, span));
            }
        }
        Err(self.fault("a value is missing", "a value of JSON"))
    }
}
