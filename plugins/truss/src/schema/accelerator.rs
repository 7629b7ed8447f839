//! `resources.accelerator`: kept as an object of what is written, shown as a string.
//!
//! A string is a whole specification: `H100` is one H100. An object sets only its own keys, so that
//! an override can change the name and keep the count.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{
    Custom, Default, Extra, Field, Form, MAX, Model, Reader, Type, schema_of,
};
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::value::{Map, Node, Origin, Value};
use serde_json::{Value as Json, json};

use crate::python;

/// The accelerators that Truss knows.
pub const NAMES: [&str; 15] = [
    "B10",
    "T4",
    "L4",
    "A10G",
    "V100",
    "A100",
    "A100_40GB",
    "H100",
    "H200",
    "H100_40GB",
    "B200",
    "L40S",
    "RTX_PRO_6000",
    "B300",
    "GB300",
];

/// Beyond this many bytes nothing is a misspelt name.
const LONGEST_NAME: usize = 32;

/// The type of `resources.accelerator`.
#[derive(Debug)]
pub(crate) struct Accelerator;

pub(crate) static ACCELERATOR: Accelerator = Accelerator;

const COUNT: Type = Type::Int(0, MAX);

/// The object form. The real loader loses keys that it does not have.
static OBJECT: Model = Model {
    extra: Extra::Drop,
    ..Model::new(
        "AcceleratorSpec",
        "An accelerator and how many.",
        &[
            Field::new(
                "accelerator",
                Type::Nullable(&Type::Enum(&NAMES)),
                Default::Absent,
                "Which accelerator.",
            ),
            Field::new(
                "count",
                COUNT,
                Default::Absent,
                "How many; 1 where it is not written.",
            ),
        ],
    )
};

impl Custom for Accelerator {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        match &node.value {
            Value::Null => {}
            Value::Map(map) => {
                for entry in map.iter().filter(|entry| entry.key.as_str().is_none()) {
                    reader.key_not_string(&entry.key, entry.key_span);
                }
                reader.model(&OBJECT, node);
            }
            Value::Str(text) => {
                let text = text.clone();
                if let Some((name, count)) = read_text(&text, node, reader) {
                    let mut map = Map::with_capacity(2);
                    map.set(
                        "accelerator",
                        Node::with_origin(Value::Str(name.into()), node.origin),
                    );
                    map.set("count", Node::with_origin(count, node.origin));
                    node.value = Value::Map(Box::new(map));
                }
            }
            _ => reader.wrong_type(node, "a string or a mapping such as H100:2"),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        let origin = strongest_origin(node);
        let value = match (parts(node), node.get("count").map(|count| &count.value)) {
            ((Some(name), _), Some(Value::BigInt(count))) => {
                Value::Str(format!("{name}:{count}").into())
            }
            ((Some(name), Some(count)), _) if count > 1 => {
                Value::Str(format!("{name}:{count}").into())
            }
            ((Some(name), Some(1) | None), _) => Value::Str(name.into()),
            _ => Value::Null,
        };
        Node::with_origin(value, origin)
    }

    fn schema(&self) -> Json {
        // A count in the digits of any script, which no two engines of patterns name alike: beyond
        // ASCII anything goes. Or several counts, which the real loader passes over.
        let space = r"[\s\x1C-\x1F]*";
        let counts = format!(r"(:(?!0+{space}$)[^\x00-\x2F\x3A-\x7F]+|:[^:]*:.*)?");
        let pattern = format!("^{space}({}){counts}{space}$", NAMES.join("|"));
        json!({ "anyOf": [
            { "type": "string", "pattern": pattern },
            schema_of(&Type::Model(&OBJECT)),
            { "type": "null" },
        ] })
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&OBJECT]
    }

    fn describe(&self) -> String {
        "an accelerator such as H100 or H100:2, a mapping {accelerator, count}, or null".to_owned()
    }
}

/// The name and the count of an accelerator that has been read.
pub(crate) fn parts(node: &Node) -> (Option<&str>, Option<i64>) {
    let name = node.get("accelerator").and_then(Node::as_str);
    (name, node.get("count").and_then(python::integer))
}

/// The origin of the part that the strongest layer set.
pub(crate) fn strongest_origin(node: &Node) -> Origin {
    // Of equals the last wins: where one layer sets both, the name is what a reader looks for.
    let parts = [node.get("count"), node.get("accelerator")]
        .into_iter()
        .flatten();
    parts
        .map(|part| part.origin)
        .max_by_key(|origin| origin.layer)
        .unwrap_or(node.origin)
}

fn read_text(text: &str, node: &Node, reader: &mut Reader<'_>) -> Option<(String, Value)> {
    let mut words = python::strip(text).split(':');
    let name = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    if !NAMES.contains(&name) {
        let message = match name {
            "" => format!("`{}` names no accelerator", reader.place()),
            name => format!("there is no accelerator `{name}`"),
        };
        let mut diagnostic = Diagnostic::error(reader.code("unknown-value"), message)
            .at(node.span())
            .expected(format!(
                "one of {}, with `:n` for n of them",
                NAMES.join(", ")
            ));
        // A text of megabytes is not worth comparing.
        if name.len() <= LONGEST_NAME {
            diagnostic = diagnostic.maybe_hint(did_you_mean(name, NAMES));
        }
        reader.push(diagnostic);
        return None;
    }
    match rest.as_slice() {
        [] => Some((name.to_owned(), Value::Int(1))),
        [count] => match positive(count) {
            Some(count) => Some((name.to_owned(), count)),
            None => {
                let message = format!("{count:?} is no count of accelerators");
                let diagnostic = Diagnostic::error(reader.code("invalid-value"), message)
                    .at(node.span())
                    .expected(format!("a positive integer, as in `{name}:2`"));
                reader.push(diagnostic);
                None
            }
        },
        // The real loader reads the name and passes over the rest.
        _ => {
            let message = format!("`{text}` has more than one `:`: it is read as one {name}");
            reader.warn("accelerator-parts", node.span(), message);
            Some((name.to_owned(), Value::Int(1)))
        }
    }
}

/// A positive integer in any script's decimal digits, as Python's `int` reads it.
fn positive(text: &str) -> Option<Value> {
    let ascii = |character| char::from_digit(python::decimal(character)?, 10);
    let digits: String = text.chars().map(ascii).collect::<Option<_>>()?;
    match digits.trim_start_matches('0') {
        "" => None,
        digits => Some(
            digits
                .parse()
                .map_or_else(|_| Value::BigInt(digits.into()), Value::Int),
        ),
    }
}
