//! The options as they are written, and their schema.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Options;
use crate::error::OptionsError;

impl Options {
    /// Reads options of the shape of [`Options::schema`].
    ///
    /// # Errors
    /// When they do not have that shape, or as [`Options::new`]. No message repeats the key.
    pub fn from_json(json: &Json) -> Result<Self, OptionsError> {
        let mut json = json.clone();
        // Taken out first: what serde says about a value of the wrong type repeats the value.
        let key = json.as_object_mut().and_then(|map| map.remove("api_key"));
        let key = match key {
            Some(Json::String(key)) => SecretString::from(key),
            _ => return Err(OptionsError::Key),
        };
        let written: Written =
            serde_json::from_value(json).map_err(|error| OptionsError::Shape(error.to_string()))?;
        let mut options = Self::new(&written.name, &written.url, key)?;
        options.team = written.team;
        let timeouts = &mut options.timeouts;
        for (name, slot, seconds) in [
            (
                "connect_timeout_seconds",
                &mut timeouts.connect,
                written.connect_timeout_seconds,
            ),
            (
                "request_timeout_seconds",
                &mut timeouts.request,
                written.request_timeout_seconds,
            ),
            (
                "part_timeout_seconds",
                &mut timeouts.part,
                written.part_timeout_seconds,
            ),
            (
                "settle_timeout_seconds",
                &mut timeouts.settle,
                written.settle_timeout_seconds,
            ),
            (
                "wait_timeout_seconds",
                &mut timeouts.wait,
                written.wait_timeout_seconds,
            ),
            (
                "retry_delay_seconds",
                &mut options.retries.delay,
                written.retry_delay_seconds,
            ),
            (
                "poll_interval_seconds",
                &mut options.poll_interval,
                written.poll_interval_seconds,
            ),
        ] {
            if let Some(seconds) = seconds {
                *slot = duration(name, seconds)?;
            }
        }
        if let Some(count) = written.retries {
            options.retries.count = count;
        }
        Ok(options)
    }

    /// The JSON Schema of the options.
    #[must_use]
    pub fn schema() -> Json {
        let seconds = |doc: &str, default: f64| {
            json!({
                "type": "number", "exclusiveMinimum": 0, "maximum": MAX_SECONDS,
                "default": default, "description": doc,
            })
        };
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["url", "api_key"],
            "properties": {
                "name": {
                    "type": "string", "minLength": 1, "default": DEFAULT_NAME,
                    "description": "What plans and messages call the target.",
                },
                "url": {
                    "type": "string", "format": "uri",
                    "description": "The base of the REST interface, such as https://api.baseten.co. \
                        Plain http is for loopback hosts only.",
                },
                "api_key": {
                    "type": "string", "minLength": 1, "writeOnly": true,
                    "description": "The key.",
                },
                "team": {
                    "type": ["string", "null"],
                    "description": "The team, by name or identity.",
                },
                "connect_timeout_seconds": seconds("Time for a connection.", 10.0),
                "request_timeout_seconds": seconds("Time for a request and its answer.", 60.0),
                "part_timeout_seconds": seconds("Time to send one part of an archive.", 600.0),
                "settle_timeout_seconds": seconds("Time until changed settings show.", 30.0),
                "wait_timeout_seconds": seconds("Time until a deployment is ready.", 90_000.0),
                "retries": {
                    "type": "integer", "minimum": 0, "maximum": 100, "default": 5,
                    "description": "How often to try again what may be tried again.",
                },
                "retry_delay_seconds": seconds(
                    "The longest delay before the first retry; it doubles with each.", 0.25),
                "poll_interval_seconds": seconds(
                    "Time between two looks at a deployment's status.", 2.0),
            },
        })
    }
}

const DEFAULT_NAME: &str = "baseten";

/// The longest duration that an option may give: thirty days, in seconds.
const MAX_SECONDS: f64 = 2_592_000.0;

/// The options as they are written, less the key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "default_name")]
    name: String,
    url: String,
    #[serde(default)]
    team: Option<String>,
    #[serde(default)]
    connect_timeout_seconds: Option<f64>,
    #[serde(default)]
    request_timeout_seconds: Option<f64>,
    #[serde(default)]
    part_timeout_seconds: Option<f64>,
    #[serde(default)]
    settle_timeout_seconds: Option<f64>,
    #[serde(default)]
    wait_timeout_seconds: Option<f64>,
    #[serde(default)]
    retries: Option<u32>,
    #[serde(default)]
    retry_delay_seconds: Option<f64>,
    #[serde(default)]
    poll_interval_seconds: Option<f64>,
}

fn default_name() -> String {
    DEFAULT_NAME.to_owned()
}

fn duration(name: &'static str, seconds: f64) -> Result<Duration, OptionsError> {
    if seconds > 0.0 && seconds <= MAX_SECONDS {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(OptionsError::Seconds { name, seconds })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Options;

    #[test]
    fn every_option_of_the_schema_is_read_and_no_other() {
        let schema = Options::schema();
        let mut options = json!({"url": "https://a.b", "api_key": "k"});
        for (name, property) in schema["properties"].as_object().unwrap() {
            if property["type"] == "number" {
                options[name] = json!(1.5);
            }
        }
        let read = Options::from_json(&options).unwrap();
        assert_eq!(read.timeouts.settle.as_secs_f64(), 1.5);
        assert_eq!(read.poll_interval.as_secs_f64(), 1.5);
        options["poll_interval_seconds"] = json!(0);
        assert!(Options::from_json(&options).is_err());
        let unknown = json!({"url": "https://a.b", "api_key": "k", "tema": "x"});
        assert!(
            Options::from_json(&unknown)
                .unwrap_err()
                .to_string()
                .contains("tema")
        );
    }
}
