//! How requests are sent, what fills them, and what scales their workers.

use plimsoll_core::schema::{Custom, Default, Extra, Field, Form, Model, Reader, Refusal, Type};
use plimsoll_core::value::Node;
use serde_json::{Value as Json, json};

use super::types::Filled;
use crate::data::FORMATS;

/// How requests are spaced.
pub(crate) const ARRIVALS: &[&str] = &["constant", "poisson"];

/// The longest that a request takes, where nothing says so.
pub(crate) const DEFAULT_TIMEOUT_SECONDS: i64 = 30;

pub(super) const DATA: Type = Type::Custom(&DataPath);
pub(super) const SCALING: Type = Type::Custom(&Scaling);

/// A file beside the load test.
#[derive(Debug)]
struct DataPath;

impl Custom for DataPath {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let Some(text) = node.as_str() else {
            return reader.wrong_type(node, "a string");
        };
        let drive = text.as_bytes().get(1) == Some(&b':');
        let problem = if text.is_empty() {
            "it is empty".to_owned()
        } else if text.starts_with('/') || drive {
            format!("{text:?} is an absolute path")
        } else if text.contains(['\\', '\0']) {
            format!("{text:?} is no path with `/` between its parts")
        } else if !FORMATS.iter().any(|end| text.ends_with(&format!(".{end}"))) {
            format!("{text:?} ends in none of .csv, .jsonl, .ndjson")
        } else {
            return;
        };
        reader.refused(node.span(), Refusal::new(problem, self.describe()));
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        let pattern = "^(?![/]|.:)[^\\\\]*[.](csv|jsonl|ndjson)$";
        json!({ "type": "string", "pattern": pattern })
    }

    fn describe(&self) -> String {
        "the path of a .csv, .jsonl or .ndjson file, from the folder of the load test".to_owned()
    }
}

/// A scaling policy with options of its own.
static POLICY: Model = Model {
    extra: Extra::Forbid,
    ..Model::new(
        "Scaling",
        "A scaling policy and its options.",
        &[
            Field::required("policy", Type::Custom(&Filled), "Name of the policy."),
            Field::new(
                "options",
                Type::Map(&Type::Any),
                Default::EmptyMap,
                "Options of the policy.",
            ),
        ],
    )
};

/// The name of a policy, or its name and its options.
#[derive(Debug)]
struct Scaling;

impl Custom for Scaling {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        if node.as_map().is_some() {
            reader.model(&POLICY, node);
        } else if node.as_str().is_some() {
            Filled.read(node, reader);
        } else {
            reader.wrong_type(node, &self.describe());
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        plimsoll_core::schema::plain(node)
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [
            Filled.schema(),
            { "$ref": format!("#/$defs/{}", POLICY.name) },
        ] })
    }

    fn describe(&self) -> String {
        format!(
            "the name of a scaling policy, or a mapping ({})",
            POLICY.name
        )
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&POLICY]
    }
}
