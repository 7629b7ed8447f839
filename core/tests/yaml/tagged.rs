//! PyYAML's recorded answers, and whether a tree is one of them. `record.py` describes the form.

use plimsoll_core::value::{Key, Node, Value};
use serde_json::Value as Json;

fn tag(answer: &Json) -> Option<(&str, &Json)> {
    let parts = answer.as_array()?;
    Some((
        parts.first()?.as_str()?,
        parts.get(1).unwrap_or(&Json::Null),
    ))
}

/// Whether the answer is an error, and its place.
pub(crate) fn error(answer: &Json) -> Option<Option<(u64, u64)>> {
    let parts = answer.as_array()?;
    (parts.first()? == "e").then(|| Some((parts.get(1)?.as_u64()?, parts.get(2)?.as_u64()?)))
}

/// Whether the answer is a value that contains itself.
pub(crate) fn is_recursive(answer: &Json) -> bool {
    tag(answer).is_some_and(|(tag, _)| tag == "r")
}

/// Whether a value is what PyYAML answered.
pub(crate) fn same(answer: &Json, node: &Node) -> bool {
    match (answer, &node.value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(expected), Value::Bool(flag)) => expected == flag,
        (Json::String(expected), Value::Str(text)) => **expected == **text,
        (Json::Array(_), value) => {
            tag(answer).is_some_and(|(tag, expected)| tagged(tag, expected, value))
        }
        _ => false,
    }
}

fn tagged(tag: &str, expected: &Json, value: &Value) -> bool {
    let text = expected.as_str().unwrap_or_default();
    let items = expected.as_array().map_or(&[][..], Vec::as_slice);
    match (tag, value) {
        ("i", Value::Int(number)) => number.to_string() == text,
        ("i", Value::BigInt(digits)) => **digits == *text && digits.parse::<i64>().is_err(),
        ("f", Value::Float(number)) => same_float(text, *number),
        ("t", Value::Timestamp(iso)) => **iso == *text,
        ("b", Value::Bytes(bytes)) => hex(bytes) == text,
        ("l", Value::List(list) | Value::Tuple(list)) => {
            list.len() == items.len() && items.iter().zip(list).all(|(item, node)| same(item, node))
        }
        ("m", Value::Map(map)) => {
            map.len() == items.len()
                && items.iter().zip(&**map).all(|(pair, entry)| {
                    same_key(&pair[0], &entry.key) && same(&pair[1], &entry.value)
                })
        }
        ("s", Value::Set(members)) => is_set(items, members),
        _ => false,
    }
}

fn is_set(items: &[Json], members: &[Node]) -> bool {
    let holds = |item: &Json| members.iter().any(|member| same(item, member));
    members.len() == items.len() && items.iter().all(holds)
}

fn same_key(answer: &Json, key: &Key) -> bool {
    let value = match key {
        Key::Str(text) => Value::Str(text.clone()),
        Key::Int(number) => Value::Int(*number),
        Key::Bool(flag) => Value::Bool(*flag),
        Key::Float(number) => Value::Float(*number),
        Key::Null => Value::Null,
        Key::Other(text) => {
            // Bytes are recorded in hexadecimal, and kept as Python shows them.
            return tag(answer).is_some_and(|(tag, expected)| match tag {
                "i" | "t" => expected == &**text,
                "b" => text.starts_with("b'") || text.starts_with("b\""),
                _ => false,
            });
        }
    };
    same(answer, &Node::with_origin(value, Default::default()))
}

fn same_float(expected: &str, number: f64) -> bool {
    if expected == "nan" {
        return number.is_nan();
    }
    expected
        .parse::<f64>()
        .is_ok_and(|expected| expected.to_bits() == number.to_bits())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
