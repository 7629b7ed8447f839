//! Checking what was written against a schema, and bringing it into its types.

use super::plain::no_text;
use super::sound::Unsound;
use super::{Default, Extra, Field, Model, Type};
use crate::diagnostic::{Diagnostic, Severity};
use crate::pointer::Pointer;
use crate::span::{SourceMap, Span};
use crate::value::{Map, Node};

/// Checks a tree against a schema, in place: values are brought into their types, what is not
/// written stays absent, every problem is noted.
#[derive(Debug)]
pub struct Reader<'a> {
    domain: &'static str,
    pub(super) path: Pointer,
    pub(super) key_span: Option<Span>,
    pub(super) unsound: Unsound,
    diagnostics: &'a mut Vec<Diagnostic>,
    again: bool,
    files: Option<&'a SourceMap>,
    /// Whether a rule is at work: what it finds wrong is no single value.
    ruling: bool,
}

impl<'a> Reader<'a> {
    /// A reader whose codes begin with `domain::`.
    #[must_use]
    pub fn new(domain: &'static str, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            domain,
            path: Pointer::root(),
            key_span: None,
            unsound: Unsound::default(),
            diagnostics,
            again: false,
            files: None,
            ruling: false,
        }
    }

    /// A reader of what has been read before, and put together anew. Values are in their types, so
    /// checks of how they were written have had their turn.
    #[must_use]
    pub fn again(domain: &'static str, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            again: true,
            ..Self::new(domain, diagnostics)
        }
    }

    /// The reader, knowing the files that the places are in.
    #[must_use]
    pub fn of_files(self, files: &'a SourceMap) -> Self {
        Self {
            files: Some(files),
            ..self
        }
    }

    /// What a scalar was written as, where its file is known: `1.10` of the number 1.1.
    #[must_use]
    pub fn written(&self, node: &Node) -> Option<&'a str> {
        self.files?.text(node.span()?)
    }

    /// Whether the tree has been read before.
    #[must_use]
    pub fn is_again(&self) -> bool {
        self.again
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

    /// Notes a problem. An error, unless a rule finds it, is one of the value that it is at.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error && !self.ruling {
            self.unsound.note(&self.path);
        }
        self.diagnostics.push(diagnostic);
    }

    /// How many problems have been noted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether a problem noted after the first `count` refuses the input.
    #[must_use]
    pub fn has_errors_since(&self, count: usize) -> bool {
        let mut since = self.diagnostics[count..].iter();
        since.any(|item| item.severity == Severity::Error)
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
            self.rule(before, node);
        }
        let span = node.span().or(self.key_span);
        let Some(map) = node.as_map_mut() else {
            return self.wrong_type(node, &format!("a mapping ({})", model.name));
        };
        self.fields(model, map);
        for field in model.required() {
            if !map.contains(field.name) {
                self.missing(field, span);
            }
        }
        if let Some(after) = model.after {
            self.rule(after, node);
        }
    }

    fn rule(&mut self, rule: fn(&mut Node, &mut Self), node: &mut Node) {
        let outer = std::mem::replace(&mut self.ruling, true);
        rule(node, self);
        self.ruling = outer;
    }

    fn fields(&mut self, model: &'static Model, map: &mut Map) {
        let mut drops = false;
        for entry in map.entries_mut() {
            let name = entry.key.as_str();
            if let Some(field) = name.and_then(|name| model.field(name)) {
                let outer = std::mem::replace(&mut self.key_span, entry.key_span);
                self.below(field.name, |reader| {
                    reader.value(&field.kind, &mut entry.value);
                });
                self.key_span = outer;
                continue;
            }
            match (model.extra, name) {
                (Extra::Drop, _) => {
                    self.dropped(&entry.key.to_string(), entry.key_span);
                    drops = true;
                }
                (_, None) => self.key_not_string(&entry.key, entry.key_span),
                (Extra::Forbid, Some(name)) => self.unknown_key(model, name, entry.key_span),
                (Extra::Keep, Some(name)) => self.below(name, |reader| reader.free(&entry.value)),
            }
        }
        if drops {
            let known = |name: &str| model.field(name).is_some();
            for entry in std::mem::take(map) {
                if entry.key.as_str().is_some_and(known) {
                    map.insert(entry.key, entry.key_span, entry.value);
                }
            }
        }
    }

    /// Checks one value against a type.
    pub fn value(&mut self, kind: &'static Type, node: &mut Node) {
        match kind {
            Type::Any => self.free(node),
            Type::Str | Type::StrWith(_) | Type::StrInto(_) => self.string(kind, node),
            Type::Int(..) | Type::StrictInt(..) => self.integer(kind, node),
            Type::Float | Type::StrictFloat(..) => self.float(kind, node),
            Type::Bool => self.boolean(node),
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

    /// Checks a free-form value.
    fn free(&mut self, node: &Node) {
        if let Some(bytes) = no_text(node) {
            let message = format!("{}: binary data that is no text", self.subject());
            self.push(
                Diagnostic::error(self.code("invalid-value"), message)
                    .at(bytes.span().or(self.key_span))
                    .expected("binary data in UTF-8"),
            );
        }
    }

    fn list(&mut self, item: &'static Type, kind: &Type, node: &mut Node) {
        let Some(items) = node.as_list_mut() else {
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
        for entry in map.entries_mut() {
            let Some(name) = entry.key.as_str() else {
                self.key_not_string(&entry.key, entry.key_span);
                continue;
            };
            let outer = std::mem::replace(&mut self.key_span, entry.key_span);
            self.below(name, |reader| {
                reader.value(kind_of_value, &mut entry.value);
            });
            self.key_span = outer;
        }
    }
}

/// Whether a value is one of a type.
#[must_use]
pub fn takes(kind: &'static Type, node: &Node) -> bool {
    let mut problems = Vec::new();
    let mut reader = Reader::new("schema", &mut problems);
    reader.value(kind, &mut node.clone());
    !reader.has_errors_since(0)
}

impl Model {
    fn required(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let required = |field: &&Field| matches!(field.default, Default::Required);
        self.fields.iter().filter(required)
    }
}
