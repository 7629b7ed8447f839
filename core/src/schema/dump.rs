//! The written forms of a checked tree.

use super::plain::plain;
use super::{Custom, Default, Extra, Field, Model, Type};
use crate::value::{Map, Node, Origin, Value};

/// How much of a tree is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Everything, defaults included.
    Full,
    /// What differs from the defaults; nulls are left out too.
    Compact,
    /// What is written, whatever it is.
    Written,
}

/// Writes a checked mapping in a form: its fields in the model's order, then the keys that the
/// model does not have. Defaults carry the built-in layer's origin.
#[must_use]
pub fn dump(model: &'static Model, node: &Node, form: Form) -> Node {
    let Some(map) = node.as_map() else {
        return node.clone();
    };
    let mut out = Map::with_capacity(model.fields.len());
    for field in model.fields {
        let entry = map.entry(field.name);
        let value = match entry {
            Some(entry) => dump_value(&field.kind, &entry.value, form),
            None if form != Form::Full => continue,
            None => match default_value(&field.kind, field.default) {
                Some(value) => value,
                None => continue,
            },
        };
        if form == Form::Compact && is_left_out(&field.kind, field.default, entry, &value) {
            continue;
        }
        out.insert(
            field.name.into(),
            entry.and_then(|entry| entry.key_span),
            value,
        );
    }
    if model.extra == Extra::Keep {
        for entry in map {
            let known = entry
                .key
                .as_str()
                .is_some_and(|name| model.field(name).is_some());
            let null = form == Form::Compact && entry.value.is_null();
            if !known && !null {
                out.insert(entry.key.clone(), entry.key_span, plain(&entry.value));
            }
        }
    }
    let mut out = Node::with_origin(Value::Map(Box::new(out)), node.origin);
    if let Some(dumped) = model.dumped {
        dumped(node, &mut out, form);
    }
    out
}

/// Whether the compact form leaves a written field out: it is null, or it is the default.
fn is_left_out(
    kind: &Type,
    default: Default,
    entry: Option<&crate::value::Entry>,
    dumped: &Node,
) -> bool {
    if dumped.is_null() {
        return true;
    }
    let full = entry.map(|entry| dump_value(kind, &entry.value, Form::Full));
    default_value(kind, default).is_some_and(|default| full.as_ref() == Some(&default))
}

/// What holds where a field is not written, in its full form; `None` where nothing is shown then.
#[must_use]
pub fn default_of(field: &'static Field) -> Option<Node> {
    default_value(&field.kind, field.default)
}

fn default_value(kind: &Type, default: Default) -> Option<Node> {
    let value = match default {
        Default::Required | Default::Absent => return None,
        Default::Null => Value::Null,
        Default::Bool(flag) => Value::Bool(flag),
        Default::Int(number) => Value::Int(number),
        Default::Float(number) => Value::Float(number),
        Default::Str(text) => Value::Str(text.into()),
        Default::EmptyList => Value::List(Vec::new()),
        Default::EmptyMap => Value::Map(Box::default()),
        Default::Model => {
            let empty = Node::with_origin(Value::Map(Box::default()), Origin::default());
            return Some(dump_value(kind, &empty, Form::Full));
        }
    };
    Some(Node::with_origin(value, Origin::default()))
}

fn dump_value(kind: &Type, node: &Node, form: Form) -> Node {
    match kind {
        Type::Nullable(inner) if !node.is_null() => dump_value(inner, node, form),
        Type::Model(model) => dump(model, node, form),
        Type::List(item) => match &node.value {
            Value::List(items) => {
                let items = items
                    .iter()
                    .map(|value| dump_value(item, value, form))
                    .collect();
                Node::with_origin(Value::List(items), node.origin)
            }
            _ => node.clone(),
        },
        Type::Map(value) => match &node.value {
            Value::Map(map) => {
                let mut out = Map::with_capacity(map.len());
                for entry in map.iter() {
                    let value = dump_value(value, &entry.value, form);
                    out.insert(entry.key.clone(), entry.key_span, value);
                }
                Node::with_origin(Value::Map(Box::new(out)), node.origin)
            }
            _ => node.clone(),
        },
        Type::Custom(custom) => Custom::dump(*custom, node, form),
        Type::Any => plain(node),
        _ => node.clone(),
    }
}
