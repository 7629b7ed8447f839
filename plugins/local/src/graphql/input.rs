//! What clients send.

use async_graphql::{
    Enum, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, Value,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use plimsoll_baseten_api::JsonObject;
use serde_json::Value as Json;

use crate::refusal::Refusal;

/// JSON as text.
pub(super) struct JsonString(String);

impl JsonString {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

#[Scalar(name = "JSONString")]
impl ScalarType for JsonString {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Where a model comes from; nothing depends on it here.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum ModelOrigin {
    /// From a Truss.
    Baseten,
    /// From a chain.
    Chains,
}

/// A chainlet of a chain that is pushed.
#[derive(InputObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct ChainletInput {
    pub(super) name: String,
    pub(super) oracle: OracleInput,
}

/// The model that a chainlet is deployed as.
#[derive(InputObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct OracleInput {
    pub(super) model_name: String,
    pub(super) s3_key: String,
    pub(super) encoded_config_str: String,
    pub(super) semver_bump: Option<String>,
    pub(super) version_name: Option<String>,
}

/// The object that a JSON text holds, where there is one.
pub(super) fn object(what: &str, text: Option<&str>) -> Result<Option<JsonObject>, Refusal> {
    let parsed = match text {
        None | Some("") => return Ok(None),
        Some(text) => serde_json::from_str(text),
    };
    match parsed {
        Ok(Json::Null) => Ok(None),
        Ok(Json::Object(object)) => Ok(Some(object)),
        Ok(_) => Err(Refusal::invalid(format!("{what} is not a JSON object"))),
        Err(error) => Err(Refusal::invalid(format!("{what} is not JSON: {error}"))),
    }
}

/// The object that the JSON in a base64 text holds.
pub(super) fn encoded_object(what: &str, text: &str) -> Result<JsonObject, Refusal> {
    object(what, Some(&encoded_text(what, text)?))?
        .ok_or_else(|| Refusal::invalid(format!("{what} holds nothing")))
}

/// The text in a base64 text.
pub(super) fn encoded_text(what: &str, text: &str) -> Result<String, Refusal> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|error| Refusal::invalid(format!("{what} is not base64: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Refusal::invalid(format!("{what} is not UTF-8 text")))
}

#[cfg(test)]
mod tests {
    use super::{encoded_object, object};

    #[test]
    fn what_is_no_object_is_refused_and_nothing_is_none() {
        assert!(object("labels", None).unwrap().is_none());
        assert!(object("labels", Some("null")).unwrap().is_none());
        assert_eq!(
            object("labels", Some("{\"a\": 1}")).unwrap().unwrap()["a"],
            1
        );
        for bad in ["[1]", "{", "3"] {
            assert!(object("labels", Some(bad)).is_err(), "{bad}");
        }
        assert_eq!(encoded_object("config", "eyJhIjogMX0=").unwrap()["a"], 1);
        // Not base64, not UTF-8, empty, not JSON, null.
        for bad in ["a", "/w==", "", "e30", "bnVsbA=="] {
            assert!(encoded_object("config", bad).is_err(), "{bad}");
        }
    }
}
