//! Types of `trt_llm` with rules of their own.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Custom, Form, MAX, MIN, Model, Reader, Type, dump, schema_of};
use plimsoll_core::value::{Map, Node, Value};
use serde_json::{Value as Json, json};

use super::build::CHECKPOINT;
use super::runtime::RUNTIME_V2;

static ANY: Type = Type::Map(&Type::Any);
static INT: Type = Type::Int(MIN, MAX);
static REPOSITORIES: Type = Type::Map(&Type::Model(&CHECKPOINT));

/// `patch_kwargs`: any values but dates; booleans become 0 and 1.
#[derive(Debug)]
pub(super) struct Kwargs;

impl Custom for Kwargs {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        reader.value(&ANY, node);
        let Some(map) = node.as_map_mut() else { return };
        if !map.is_empty() {
            let span = map.iter().next().and_then(|entry| entry.key_span);
            let message = "`patch_kwargs` is a preview: what it takes may change";
            reader.warn("preview", span, message);
        }
        for entry in map.entries_mut() {
            let Some(name) = entry.key.as_str() else {
                continue;
            };
            if name == "build_config" || RUNTIME_V2.field(name).is_some() {
                let message = format!("`{name}` is a key of `trt_llm.runtime`: write it there");
                reader.warn("engine-option", entry.key_span, message);
            }
            match &entry.value.value {
                Value::Bool(flag) => entry.value.value = Value::Int(i64::from(*flag)),
                Value::Bytes(_) => reader.below(name, |reader| {
                    reader.value(&Type::Str, &mut entry.value);
                }),
                Value::Timestamp(_) => reader.below(name, |reader| {
                    reader.wrong_type(&entry.value, "a string, a number, a list or a mapping");
                }),
                _ => {}
            }
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        // Only free-form values are below.
        plimsoll_core::schema::plain(node)
    }

    fn schema(&self) -> Json {
        json!({ "type": "object" })
    }

    fn describe(&self) -> String {
        ANY.describe()
    }
}

/// An integer from 64 to 16384 that is a multiple of 64.
#[derive(Debug)]
pub(super) struct MultipleOf64;

impl Custom for MultipleOf64 {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let before = reader.count();
        reader.value(&INT, node);
        if reader.has_errors_since(before) {
            return;
        }
        let sound = |number: i64| (64..=16_384).contains(&number) && number % 64 == 0;
        if !node.as_i64().is_some_and(sound) {
            let message = format!(
                "{} must be {}, and is {}",
                reader.subject(),
                self.describe(),
                node.describe()
            );
            let diagnostic = Diagnostic::error(reader.code("out-of-range"), message);
            reader.push(diagnostic.at(node.span()).expected(self.describe()));
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        let mut schema = schema_of(&INT);
        schema["anyOf"][0] =
            json!({ "type": "integer", "minimum": 64, "maximum": 16_384, "multipleOf": 64 });
        schema
    }

    fn describe(&self) -> String {
        "a multiple of 64 from 64 to 16384".to_owned()
    }
}

/// `lora_adapters`: names of letters, digits and `_-.:`, each with its repository.
#[derive(Debug)]
pub(super) struct Adapters;

impl Custom for Adapters {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
        for entry in node.as_map().into_iter().flatten() {
            let name = entry.key.as_str().unwrap_or("-");
            if name.is_empty() || !name.bytes().all(known) {
                let message = format!("{}: {name:?} is no name of an adapter", reader.subject());
                let expected = "letters, digits, `_`, `-`, `.` and `:`";
                reader.invalid(entry.key_span, message, expected);
            }
        }
        reader.value(&REPOSITORIES, node);
    }

    fn dump(&self, node: &Node, form: Form) -> Node {
        let mut out = Map::new();
        for entry in node.as_map().into_iter().flatten() {
            let value = dump(&CHECKPOINT, &entry.value, form);
            out.insert(entry.key.clone(), entry.key_span, value);
        }
        Node::with_origin(Value::Map(Box::new(out)), node.origin)
    }

    fn schema(&self) -> Json {
        let mut schema = schema_of(&REPOSITORIES);
        schema["propertyNames"] = json!({ "pattern": r"^[a-zA-Z0-9_\-.:]+$" });
        schema
    }

    fn describe(&self) -> String {
        "a mapping from names to repositories".to_owned()
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&CHECKPOINT]
    }
}
