//! What a [`Reader`] has to say.

use super::unknown::of_like_length;
use super::{Field, Model, Reader, Refusal};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::did_you_mean;
use crate::value::{Key, Node, Value};

impl Reader<'_> {
    /// Notes that a string here is refused.
    pub fn refused(&mut self, span: Option<Span>, refusal: Refusal) {
        let message = format!("{}: {}", self.subject(), refusal.problem);
        let diagnostic = Diagnostic::error(self.code("invalid-value"), message)
            .at(span)
            .expected(refusal.expected)
            .maybe_hint(refusal.hint);
        self.push(diagnostic);
    }

    /// Notes that a value is wrong in a way of its own, and what would be right.
    pub fn invalid(
        &mut self,
        span: Option<Span>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.wrong("invalid-value", span, message.into(), expected.into());
    }

    /// Notes that keys contradict one another, and what would not.
    pub fn conflict(
        &mut self,
        span: Option<Span>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.wrong("conflict", span, message.into(), expected.into());
    }

    /// Notes that a key is needed here, and what it is.
    pub fn missing_key(
        &mut self,
        span: Option<Span>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.wrong("missing-key", span, message.into(), expected.into());
    }

    fn wrong(&mut self, what: &str, span: Option<Span>, message: String, expected: String) {
        let code = self.code(what);
        let diagnostic = Diagnostic::error(code, message);
        self.push(diagnostic.at(span).expected(expected));
    }

    /// Notes something that is taken, and probably not meant.
    pub fn warn(&mut self, what: &str, span: Option<Span>, message: impl Into<String>) {
        let code = self.code(what);
        self.push(Diagnostic::warning(code, message).at(span));
    }

    /// Notes that a value is of the wrong type.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let name = self.subject();
        let message = format!("{name} must be {expected}, and is {}", node.describe());
        let mut diagnostic = Diagnostic::error(self.code("wrong-type"), message)
            .at(node.span().or(self.key_span))
            .expected(expected);
        let scalar = matches!(
            node.value,
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Timestamp(_)
        );
        if scalar && expected.starts_with("a string") {
            diagnostic = diagnostic.hint("put it in quotes");
        }
        if node.is_null() {
            diagnostic = diagnostic.hint("give it a value, or leave the key out");
        }
        self.push(diagnostic);
    }

    /// Notes that a value is none of those that are known.
    pub fn unknown_value(&mut self, text: &str, span: Option<Span>, known: &[&str]) {
        let message = format!("{} cannot be {text:?}", self.subject());
        let diagnostic = Diagnostic::error(self.code("unknown-value"), message)
            .at(span)
            .expected(format!("one of {}", known.join(", ")))
            .maybe_hint(near(text, known.iter().copied()));
        self.push(diagnostic);
    }

    /// Where it is, as the subject of a sentence.
    #[must_use]
    pub fn subject(&self) -> String {
        match self.place() {
            place if place.is_empty() => "the configuration".to_owned(),
            place => format!("`{place}`"),
        }
    }

    pub(super) fn missing(&mut self, field: &Field, span: Option<Span>) {
        let code = self.code("missing-key");
        self.below(field.name, |reader| {
            let message = format!("{} is required", reader.subject());
            let diagnostic = Diagnostic::error(code, message).at(span).expected(format!(
                "{}: {}",
                field.name,
                field.kind.describe()
            ));
            reader.push(diagnostic);
        });
    }

    pub(super) fn dropped(&mut self, name: &str, span: Option<Span>) {
        let place = self.path.join(name).dotted();
        let message = format!("`{place}` is dropped: nothing reads it here");
        self.warn("dropped-key", span, message);
    }

    pub(super) fn unknown_key(&mut self, model: &'static Model, name: &str, span: Option<Span>) {
        let code = self.code("unknown-key");
        let names: Vec<_> = model.names().collect();
        let mut elsewhere = model.elsewhere.iter();
        let elsewhere = elsewhere.find(|(key, _)| *key == name);
        let hint = elsewhere.map(|(_, hint)| (*hint).to_owned());
        let hint = hint.or_else(|| near(name, model.names()));
        self.below(name, |reader| {
            let message = format!("there is no key {}", reader.subject());
            let diagnostic = Diagnostic::error(code, message)
                .at(span)
                .expected(format!("one of {}", names.join(", ")))
                .maybe_hint(hint);
            reader.push(diagnostic);
        });
    }

    /// Notes that a key is no string.
    pub fn key_not_string(&mut self, key: &Key, span: Option<Span>) {
        let message = format!("{}: the key {key} is not a string", self.subject());
        let hint = match key {
            Key::Bool(_) => "put it in quotes: yes, no, on and off are booleans in YAML".to_owned(),
            _ => format!("put it in quotes: \"{key}\""),
        };
        let code = self.code("key-not-a-string");
        let diagnostic = Diagnostic::error(code, message)
            .at(span)
            .expected("a string as key")
            .hint(hint);
        self.below(&key.to_string(), |reader| reader.push(diagnostic));
    }
}

fn near<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    did_you_mean(name, of_like_length(name, candidates))
}
