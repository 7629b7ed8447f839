//! `model_metadata`: anything, with a key that the platform reads.

use plimsoll_core::schema::{Custom, Form, Reader, Type, plain, schema_of};
use plimsoll_core::value::Node;
use serde_json::{Value as Json, json};

static ANYTHING: Type = Type::Map(&Type::Any);

/// The type of `model_metadata`.
#[derive(Debug)]
pub(crate) struct Metadata;

impl Custom for Metadata {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        reader.value(&ANYTHING, node);
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        plain(node)
    }

    fn schema(&self) -> Json {
        let mut schema = schema_of(&ANYTHING);
        schema["properties"] = json!({
            "example_model_input": {
                "description": "A request that the platform's playground begins with.",
            },
        });
        schema
    }

    fn describe(&self) -> String {
        ANYTHING.describe()
    }
}
