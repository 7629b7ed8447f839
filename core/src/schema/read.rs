//! Checking what was written against a schema, and bringing it into its types.

use super::{Default, Extra, Field, Model, Type, coerce};
use crate::diagnostic::Diagnostic;
use crate::pointer::Pointer;
use crate::span::Span;
use crate::suggest::did_you_mean;
use crate::value::{Key, Map, Node, Value};

/// Checks a tree against a schema, in place: values are brought into their types, what is not
/// written stays absent, every problem is noted.
#[derive(Debug)]
pub struct Reader<'a> {
    domain: &'static str,
    path: Pointer,
    key_span: Option<Span>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader whose codes begin with `domain::`.
    #[must_use]
    pub fn new(domain: &'static str, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            domain,
            path: Pointer::root(),
            key_span: None,
            diagnostics,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Pointer {
        &self.path
    }

    /// Where it is, as people write it.
    #[must_use]
    pub fn place(&self) -> String {
        self.path.dotted()
    }

    /// A code of this reader's domain.
    #[must_use]
    pub fn code(&self, what: &str) -> String {
        format!("{}::{what}", self.domain)
    }

    /// Notes a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// How many problems have been noted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.diagnostics.len()
    }

    /// Notes that a value is wrong in a way of its own.
    pub fn invalid(&mut self, span: Option<Span>, message: impl Into<String>) {
        let code = self.code("invalid-value");
        self.push(Diagnostic::error(code, message).at(span));
    }

    /// Notes that keys contradict one another.
    pub fn conflict(&mut self, span: Option<Span>, message: impl Into<String>) {
        let code = self.code("conflict");
        self.push(Diagnostic::error(code, message).at(span));
    }

    /// Notes something that is taken, and probably not meant.
    pub fn warn(&mut self, what: &str, span: Option<Span>, message: impl Into<String>) {
        let code = self.code(what);
        self.push(Diagnostic::warning(code, message).at(span));
    }

    /// Works one level down.
    pub fn below<T>(&mut self, token: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(token);
        let result = work(self);
        self.path.pop();
        result
    }

    /// Checks a mapping against a model.
    pub fn model(&mut self, model: &'static Model, node: &mut Node) {
        if let Some(before) = model.before {
            let problems = self.count();
            before(node, self);
            if self.has_errors_since(problems) {
                return;
            }
        }
        let (span, key_span) = (node.span(), self.key_span);
        let Some(map) = node.as_map_mut() else {
            return self.wrong_type(node, &format!("a mapping ({})", model.name));
        };
        let problems = self.diagnostics.len();
        self.extra_keys(model, map);
        for field in model.fields {
            match map.get_mut(field.name) {
                Some(value) => self.below(field.name, |reader| reader.value(&field.kind, value)),
                None if matches!(field.default, Default::Required) => {
                    self.missing(field, span.or(key_span));
                }
                None => {}
            }
        }
        if let Some(after) = model.after
            && !self.has_errors_since(problems)
        {
            after(node, self);
        }
    }

    /// Checks one value against a type.
    pub fn value(&mut self, kind: &'static Type, node: &mut Node) {
        match kind {
            Type::Any => {}
            Type::Str | Type::StrWith(_) => self.string(kind, node),
            Type::Int(low, high) => {
                let number = coerce::int(node);
                self.integer(number, (*low, *high), kind, node);
            }
            Type::StrictInt(low, high) => {
                let number = node.as_i64();
                self.integer(number, (*low, *high), kind, node);
            }
            Type::Float => match coerce::float(node) {
                Some(number) => node.value = Value::Float(number),
                None => self.wrong_type(node, "a number"),
            },
            Type::Bool => match coerce::bool(node) {
                Some(flag) => node.value = Value::Bool(flag),
                None => self.wrong_type(node, "a boolean"),
            },
            Type::Enum(values) => self.one_of(values, false, node),
            Type::EnumUpper(values) => self.one_of(values, true, node),
            Type::Nullable(inner) => {
                if !node.is_null() {
                    self.value(inner, node);
                }
            }
            Type::List(item) => self.list(item, kind, node),
            Type::Map(value) => self.map(value, kind, node),
            Type::Model(model) => self.model(model, node),
            Type::Custom(custom) => custom.read(node, self),
        }
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

    fn subject(&self) -> String {
        match self.place() {
            place if place.is_empty() => "the configuration".to_owned(),
            place => format!("`{place}`"),
        }
    }

    fn has_errors_since(&self, count: usize) -> bool {
        use crate::diagnostic::Severity;
        self.diagnostics[count..]
            .iter()
            .any(|item| item.severity == Severity::Error)
    }

    fn missing(&mut self, field: &Field, span: Option<Span>) {
        let place = self.path.join(field.name).dotted();
        let code = self.code("missing-key");
        let diagnostic = Diagnostic::error(code, format!("`{place}` is required"))
            .at(span)
            .expected(format!("{}: {}", field.name, field.kind.describe()));
        self.push(diagnostic);
    }

    fn extra_keys(&mut self, model: &'static Model, map: &mut Map) {
        let known = |key: &Key| key.as_str().is_some_and(|name| model.field(name).is_some());
        if map.iter().all(|entry| known(&entry.key)) {
            return;
        }
        let mut dropped = Vec::new();
        for entry in map.iter().filter(|entry| !known(&entry.key)) {
            let Some(name) = entry.key.as_str() else {
                self.key_not_string(&entry.key, entry.key_span);
                continue;
            };
            let place = self.path.join(name).dotted();
            let diagnostic = match model.extra {
                Extra::Keep => continue,
                Extra::Forbid => {
                    let message = format!("there is no key `{place}`");
                    let names: Vec<_> = model.names().collect();
                    Diagnostic::error(self.code("unknown-key"), message)
                        .expected(format!("one of {}", names.join(", ")))
                }
                Extra::Drop => {
                    dropped.push(name.to_owned());
                    let message = format!("`{place}` is dropped: nothing reads it here");
                    Diagnostic::warning(self.code("dropped-key"), message)
                }
            };
            let hint = did_you_mean(name, model.names());
            self.push(diagnostic.at(entry.key_span).maybe_hint(hint));
        }
        for name in dropped {
            map.remove(&name);
        }
    }

    fn key_not_string(&mut self, key: &Key, span: Option<Span>) {
        let message = format!("{}: the key {key} is not a string", self.subject());
        let hint = match key {
            Key::Bool(_) => "put it in quotes: yes, no, on and off are booleans in YAML".to_owned(),
            _ => format!("put it in quotes: \"{key}\""),
        };
        let code = self.code("key-not-a-string");
        let diagnostic = Diagnostic::error(code, message)
            .at(span)
            .expected("a string as key");
        self.push(diagnostic.hint(hint));
    }

    fn string(&mut self, kind: &'static Type, node: &mut Node) {
        if let Value::Bytes(bytes) = &node.value
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            node.value = Value::Str(text.into());
        }
        let Some(text) = node.as_str() else {
            return self.wrong_type(node, "a string");
        };
        if let Type::StrWith(check) = kind
            && let Err(problem) = check(text)
        {
            let message = format!("{}: {problem}", self.subject());
            self.invalid(node.span(), message);
        }
    }

    fn integer(
        &mut self,
        number: Option<i64>,
        (low, high): (i64, i64),
        kind: &Type,
        node: &mut Node,
    ) {
        let Some(number) = number else {
            return self.wrong_type(node, &kind.describe());
        };
        if number < low || number > high {
            let expected = kind.describe();
            let message = format!("{} must be {expected}, and is {number}", self.subject());
            let code = self.code("out-of-range");
            self.push(
                Diagnostic::error(code, message)
                    .at(node.span())
                    .expected(expected),
            );
        } else {
            node.value = Value::Int(number);
        }
    }

    fn one_of(&mut self, values: &'static [&'static str], upper: bool, node: &mut Node) {
        let expected = || format!("one of {}", values.join(", "));
        let Some(text) = node.as_str() else {
            return self.wrong_type(node, &expected());
        };
        let text = if upper {
            text.to_uppercase()
        } else {
            text.to_owned()
        };
        if values.contains(&text.as_str()) {
            node.value = Value::Str(text.into());
        } else {
            let message = format!("{} cannot be {text:?}", self.subject());
            let diagnostic = Diagnostic::error(self.code("unknown-value"), message)
                .at(node.span())
                .expected(expected())
                .maybe_hint(did_you_mean(&text, values.iter().copied()));
            self.push(diagnostic);
        }
    }

    fn list(&mut self, item: &'static Type, kind: &Type, node: &mut Node) {
        let Value::List(items) = &mut node.value else {
            return self.wrong_type(node, &kind.describe());
        };
        for (position, value) in items.iter_mut().enumerate() {
            self.below(&position.to_string(), |reader| reader.value(item, value));
        }
    }

    fn map(&mut self, kind_of_value: &'static Type, kind: &Type, node: &mut Node) {
        let Some(map) = node.as_map_mut() else {
            return self.wrong_type(node, &kind.describe());
        };
        for entry in map.iter().filter(|entry| entry.key.as_str().is_none()) {
            self.key_not_string(&entry.key, entry.key_span);
        }
        if matches!(kind_of_value, Type::Any) {
            return;
        }
        for entry in map.entries_mut() {
            let name = entry.key.to_string();
            self.below(&name, |reader| {
                reader.value(kind_of_value, &mut entry.value);
            });
        }
    }
}
