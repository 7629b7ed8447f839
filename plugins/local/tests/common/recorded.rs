//! Flows that were recorded from official clients.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value as Json;

/// The exchanges of a recorded flow, where the recordings are there.
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
pub fn recorded(name: &str) -> Option<Vec<Json>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/wire/golden")
        .join(name);
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: no recorded flow at {}", file.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// `found` has what `recorded` has. What is null in either may be anything in the other: the
/// recording's server ran replicas, and finished at other moments.
pub fn covers(found: &Json, recorded: &Json, path: &str) {
    match (found, recorded) {
        (Json::Object(found), Json::Object(recorded)) => {
            for (key, value) in recorded {
                let path = format!("{path}/{key}");
                let found = found.get(key);
                assert!(found.is_some(), "{path} is missing");
                covers(found.unwrap(), value, &path);
            }
        }
        (Json::Array(found), Json::Array(recorded)) => {
            assert_eq!(found.is_empty(), recorded.is_empty(), "{path}: {found:?}");
            if let (Some(found), Some(recorded)) = (found.first(), recorded.first()) {
                covers(found, recorded, &format!("{path}/0"));
            }
        }
        (Json::Null, _) | (_, Json::Null) => {}
        (found, recorded) => assert_eq!(kind(found), kind(recorded), "{path}: {found}"),
    }
}

/// Identities and keys are made anew: those of the recording stand for ours.
pub fn translate(text: &str, names: &HashMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (recorded, ours) in names {
        text = text.replace(recorded, ours);
    }
    text
}
