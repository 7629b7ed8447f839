//! Typed options: a struct that is both the schema that users see and what a factory takes.

use plimsoll_core::registry::FactoryError;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// For what takes no options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// The JSON Schema of options.
pub(crate) fn schema<O: JsonSchema>() -> Json {
    schemars::schema_for!(O).to_value()
}

/// Reads options, which have been checked against the schema wherever a host does so.
pub(crate) fn read<O: DeserializeOwned>(name: &str, options: &Json) -> Result<O, FactoryError> {
    O::deserialize(options).map_err(|error| FactoryError::Options {
        name: name.to_owned(),
        message: error.to_string(),
    })
}
