//! TOML to a tree in which every value and every key knows its place.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::span::FileId;
use plimsoll_core::value::{Key, Map, Node, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::places::Places;

/// Reads a text, or says everything that makes it no TOML.
pub(super) fn read(text: &str, file: FileId, items: &mut Vec<Diagnostic>) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut places = Places::new(text, file);
    for error in &errors {
        let span = error.span().map(|range| places.span(range));
        let message = format!("this is no TOML: {}", error.message());
        items.push(Diagnostic::error("load-test::toml", message).at(span));
    }
    errors.is_empty().then(|| {
        let span = places.span(0..0);
        Node::at(
            Value::Map(Box::new(map(table.get_ref(), &mut places))),
            span,
        )
    })
}

/// A table, in the order written.
fn map(table: &DeTable<'_>, places: &mut Places<'_>) -> Map {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut map = Map::with_capacity(entries.len());
    for (key, value) in entries {
        let span = places.span(key.span());
        let value = node(value, places);
        map.insert(Key::from(&**key.get_ref()), Some(span), value);
    }
    map
}

fn node(value: &Spanned<DeValue<'_>>, places: &mut Places<'_>) -> Node {
    let span = places.span(value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Str((&**text).into()),
        DeValue::Integer(number) => {
            let (digits, radix) = (number.as_str(), number.radix());
            i64::from_str_radix(digits, radix).map_or_else(|_| big(digits, radix), Value::Int)
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        // As it goes into a payload, which is JSON.
        DeValue::Datetime(time) => Value::Str(time.to_string().into()),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| node(item, places));
            Value::List(items.collect())
        }
        DeValue::Table(table) => Value::Map(Box::new(map(table, places))),
    };
    Node::at(value, span)
}

/// An integer beyond 64 bits.
fn big(digits: &str, radix: u32) -> Value {
    match i128::from_str_radix(digits, radix) {
        Ok(number) => Value::BigInt(number.to_string().into()),
        Err(_) if radix == 10 => Value::BigInt(digits.trim_start_matches('+').into()),
        Err(_) => Value::Float(f64::INFINITY),
    }
}
