//! `environment_variables`: whatever is written becomes a string, as Python's `str` makes it.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Custom, Form, Reader};
use plimsoll_core::value::{Node, Value};
use serde_json::{Value as Json, json};

use crate::python;

/// Environment variables that the platform sets itself.
const RESERVED: [&str; 2] = ["HOSTNAME", "PORT"];

/// The type of `environment_variables`.
#[derive(Debug)]
pub(crate) struct Variables;

/// What a number, a boolean or a date is written as, where that is a word without quotes.
fn plainly_written<'a>(node: &Node, reader: &Reader<'a>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    let is_word = |text: &&str| {
        let odd = |c: char| c.is_control() || matches!(c, '"' | '\'' | '\\');
        !text.is_empty() && text.len() <= LONGEST && !text.contains(odd)
    };
    match node.value {
        Value::Bool(_)
        | Value::Int(_)
        | Value::BigInt(_)
        | Value::Float(_)
        | Value::Timestamp(_) => reader.written(node).filter(is_word),
        _ => None,
    }
}

impl Custom for Variables {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let Some(map) = node.as_map_mut() else {
            return reader.wrong_type(node, "a mapping from names to values");
        };
        for name in RESERVED {
            if let Some(entry) = map.entry(name) {
                let message = format!("the platform sets {name} itself; this value is not used");
                reader.warn("reserved-variable", entry.key_span, message);
            }
        }
        for entry in map.entries_mut() {
            if entry.key.as_str().is_none() {
                reader.key_not_string(&entry.key, entry.key_span);
            }
            if matches!(entry.value.value, Value::Str(_)) {
                continue;
            }
            let text = python::str_of(&entry.value);
            let written = plainly_written(&entry.value, reader);
            if written != Some(&text) {
                let was = match written {
                    Some(written) => format!("written `{written}`"),
                    None => entry.value.describe(),
                };
                let hint = match written {
                    Some(written) => format!("write \"{written}\" or {text:?}, whichever is meant"),
                    None => "write the string that is meant, in quotes".to_owned(),
                };
                let name = &entry.key;
                let message = format!("environment variable {name} is {was} and becomes {text:?}");
                reader.push(
                    Diagnostic::warning(reader.code("stringified"), message)
                        .at(entry.value.span().or(entry.key_span))
                        .hint(hint),
                );
            }
            entry.value.value = Value::Str(text.into());
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "object" })
    }

    fn describe(&self) -> String {
        "a mapping from names to values".to_owned()
    }
}
