//! The keys that a schema does not know.

use std::borrow::Cow;

use super::{Extra, Model, Type};
use crate::pointer::Pointer;
use crate::span::Span;
use crate::suggest::nearest;
use crate::value::{Key, Node, Value};

/// Beyond this many unknown keys a file is no Truss, and nobody wants to know what was meant.
const MOST_SUGGESTED: usize = 100;

/// A key that the model at its place does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// The mapping it is in.
    pub parent: Pointer,
    /// The key.
    pub name: String,
    /// Where it is written.
    pub span: Option<Span>,
    /// The key that was probably meant.
    pub nearest: Option<&'static str>,
    /// Whether a push lets it pass all the same.
    pub passes: bool,
}

/// The keys that a model, and those below it, do not have. Models that take any key on purpose
/// have none.
#[must_use]
pub fn unknown_keys(model: &'static Model, node: &Node) -> Vec<UnknownKey> {
    let mut found = Vec::new();
    in_model(model, node, &mut Pointer::root(), &mut found);
    found
}

fn in_model(model: &'static Model, node: &Node, path: &mut Pointer, found: &mut Vec<UnknownKey>) {
    let Some(map) = node.as_map() else { return };
    let first = found.len();
    for entry in map {
        let name = match &entry.key {
            Key::Str(text) => Cow::Borrowed(&**text),
            other => Cow::Owned(other.to_string()),
        };
        match model.field(&name) {
            Some(field) => {
                path.push(field.name);
                in_type(&field.kind, &entry.value, path, found);
                path.pop();
            }
            None if model.extra == Extra::Keep => found.push(UnknownKey {
                parent: path.clone(),
                nearest: (found.len() < MOST_SUGGESTED)
                    .then(|| nearest(&name, of_like_length(&name, model.names())))
                    .flatten(),
                name: name.into_owned(),
                span: entry.key_span,
                passes: false,
            }),
            None => {}
        }
    }
    if model.lenient {
        found[first..]
            .iter_mut()
            .for_each(|unknown| unknown.passes = true);
    }
}

/// The candidates that can be near enough to be what was meant by a name: a distance is never less
/// than what the lengths differ by. This keeps a name of megabytes from being compared.
pub(super) fn of_like_length<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let length = name.chars().count();
    candidates.filter(move |candidate| {
        let other = candidate.chars().count();
        length.abs_diff(other) <= (length.max(other) / 3).max(1)
    })
}

fn in_type(kind: &Type, node: &Node, path: &mut Pointer, found: &mut Vec<UnknownKey>) {
    match kind {
        Type::Nullable(inner) => in_type(inner, node, path, found),
        Type::Model(model) => in_model(model, node, path, found),
        Type::List(Type::Str | Type::Any | Type::StrWith(_)) => {}
        Type::List(item) => {
            for (position, value) in node.as_list().into_iter().flatten().enumerate() {
                path.push(&position.to_string());
                in_type(item, value, path, found);
                path.pop();
            }
        }
        Type::Map(value) => {
            if let Value::Map(map) = &node.value {
                if matches!(value, Type::Str | Type::Any | Type::Nullable(Type::Str)) {
                    return;
                }
                for entry in map.iter() {
                    path.push(&entry.key.to_string());
                    in_type(value, &entry.value, path, found);
                    path.pop();
                }
            }
        }
        Type::Custom(custom) => {
            for mut unknown in custom.unknown_keys(node) {
                let mut parent = path.clone();
                unknown
                    .parent
                    .tokens()
                    .for_each(|token| parent.push(&token));
                unknown.parent = parent;
                found.push(unknown);
            }
        }
        _ => {}
    }
}
