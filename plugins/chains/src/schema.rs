//! The schema of what a chain resolves to.

use serde_json::Value as Json;

/// Where the schema says that it lives.
const SCHEMA_ID: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/raw/main/docs/schema/chain.schema.json"
);

/// What a chainlet's configuration is once it is resolved, as JSON Schema (2020-12): a Truss, without
/// the overrides that have been applied.
#[must_use]
pub fn config_schema() -> Json {
    let mut schema = plimsoll_truss::config_schema();
    schema["$id"] = SCHEMA_ID.into();
    schema["title"] = "Chainlet".into();
    schema["description"] =
        "The resolved configuration of a chainlet: the Truss that it becomes.".into();
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.shift_remove("environment_overrides");
    }
    if let Some(definitions) = schema["$defs"].as_object_mut() {
        for unused in ["EnvironmentOverrides", "ResourcesOverrides"] {
            definitions.shift_remove(unused);
        }
    }
    schema
}
