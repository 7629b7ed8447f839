//! `trt_llm`: an engine that the platform builds. It has two stacks with keys of their own;
//! `inference_stack` says which, and the first holds where it does not.

mod build;
mod checks;
mod kwargs;
mod runtime;
mod speculator;
mod stack;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::{Custom, Form, Model, Reader, UnknownKey, dump, unknown_keys};
use plimsoll_core::value::{Node, Value};
use serde_json::{Value as Json, json};

use crate::python::is_truthy;
use stack::{V1, V2};

const STACKS: [&str; 2] = ["v1", "v2"];

/// The type of `trt_llm`.
#[derive(Debug)]
pub(crate) struct Engine;

/// Whether an engine that has been read is of the second stack.
pub(crate) fn is_v2(node: &Node) -> bool {
    node.get("inference_stack").and_then(Node::as_str) == Some("v2")
}

fn model_of(node: &Node) -> &'static Model {
    if is_v2(node) { &V2 } else { &V1 }
}

impl Custom for Engine {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let stack = node.get("inference_stack").filter(|stack| is_truthy(stack));
        match stack.map(|stack| (&stack.value, stack.span())) {
            Some((Value::Str(text), span)) if !STACKS.contains(&&**text) => {
                let message = format!("there is no inference stack `{text}`");
                let diagnostic = Diagnostic::error(reader.code("unknown-value"), message)
                    .at(span)
                    .expected("v1 or v2");
                reader.push(diagnostic);
            }
            _ => reader.model(model_of(node), node),
        }
    }

    /// The compact form shows what is written, as the real one does.
    fn dump(&self, node: &Node, form: Form) -> Node {
        let form = match form {
            Form::Full => Form::Full,
            Form::Compact | Form::Written => Form::Written,
        };
        dump(model_of(node), node, form)
    }

    fn schema(&self) -> Json {
        let second = json!({
            "properties": { "inference_stack": { "const": "v2" } },
            "required": ["inference_stack"],
        });
        json!({
            "if": second,
            "then": { "$ref": format!("#/$defs/{}", V2.name) },
            "else": { "$ref": format!("#/$defs/{}", V1.name) },
        })
    }

    fn describe(&self) -> String {
        "a mapping with a `build`".to_owned()
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&V1, &V2]
    }

    fn unknown_keys(&self, node: &Node) -> Vec<UnknownKey> {
        unknown_keys(model_of(node), node)
    }
}

/// A boolean of a mapping that has been read, or what holds where it is not written.
fn flag(node: Option<&Node>, key: &str, otherwise: bool) -> bool {
    node.and_then(|node| node.get(key)?.as_bool())
        .unwrap_or(otherwise)
}

/// Whether a key is written and is not null.
fn is_set(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|value| !value.is_null())
}

/// The model that an engine is built for.
pub(crate) fn base_model(build: Option<&Node>) -> &str {
    build
        .and_then(|build| build.get("base_model")?.as_str())
        .unwrap_or("decoder")
}

/// Whether a model makes vectors and classes, and no text.
pub(crate) fn is_encoder(base_model: &str) -> bool {
    matches!(base_model, "encoder" | "encoder_bert")
}
