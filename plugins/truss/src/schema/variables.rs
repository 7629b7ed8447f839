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
            if !matches!(entry.value.value, Value::Int(_) | Value::Bool(_)) {
                let (key, was) = (&entry.key, entry.value.describe());
                let message = format!("environment variable {key} is {was} and becomes {text:?}");
                let code = reader.code("stringified");
                reader.push(
                    Diagnostic::warning(code, message)
                        .at(entry.value.span().or(entry.key_span))
                        .hint("write the string that is meant, in quotes"),
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
