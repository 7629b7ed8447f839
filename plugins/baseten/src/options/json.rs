//! The options as they are written, and their schema.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value as Json, json};

use super::Options;
use crate::error::OptionsError;
use crate::text::escaped;

impl Options {
    /// Reads options of the shape of [`Options::schema`].
    ///
    /// # Errors
    /// When they do not have that shape, or as [`Options::new`]. No message repeats the key.
    pub fn from_json(json: &Json) -> Result<Self, OptionsError> {
        let written = Written::of(json)?;
        let name = written.text("name")?.unwrap_or(DEFAULT_NAME);
        if name.is_empty() {
            return Err(bad("name", "it is empty"));
        }
        let missing = |name| move || bad(name, "it is missing");
        let url = written.text("url")?.ok_or_else(missing("url"))?;
        let key = written.text("api_key")?.ok_or_else(missing("api_key"))?;
        let mut options = Self::new(name, url, SecretString::from(key))?;
        options.team = written.text("team")?.map(str::to_owned);
        let timeouts = &mut options.timeouts;
        for (name, slot) in [
            ("connect_timeout_seconds", &mut timeouts.connect),
            ("request_timeout_seconds", &mut timeouts.request),
            ("part_timeout_seconds", &mut timeouts.part),
            ("settle_timeout_seconds", &mut timeouts.settle),
            ("wait_timeout_seconds", &mut timeouts.wait),
            ("retry_delay_seconds", &mut options.retries.delay),
            ("poll_interval_seconds", &mut options.poll_interval),
        ] {
            if let Some(duration) = written.seconds(name)? {
                *slot = duration;
            }
        }
        if let Some(count) = written.count("retries")? {
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
                    "type": "integer", "minimum": 0, "maximum": MAX_RETRIES, "default": 5,
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

/// The most retries that may be asked for.
const MAX_RETRIES: u64 = 100;

/// Every option, in the order of the documentation.
const NAMES: [&str; 12] = [
    "url",
    "api_key",
    "name",
    "team",
    "connect_timeout_seconds",
    "request_timeout_seconds",
    "part_timeout_seconds",
    "settle_timeout_seconds",
    "wait_timeout_seconds",
    "retries",
    "retry_delay_seconds",
    "poll_interval_seconds",
];

/// The options as they are written. They are read by hand: what serde says about a value of the
/// wrong type repeats the value, which may be a key, and does not name the option.
struct Written<'a>(&'a Map<String, Json>);

impl<'a> Written<'a> {
    fn of(json: &'a Json) -> Result<Self, OptionsError> {
        let map = json.as_object().ok_or(OptionsError::Shape)?;
        match map.keys().find(|name| !NAMES.contains(&name.as_str())) {
            Some(name) => Err(OptionsError::Unknown {
                name: escaped(name),
                known: NAMES.join(", "),
            }),
            None => Ok(Self(map)),
        }
    }

    /// What is written; null is nothing.
    fn get(&self, name: &str) -> Option<&'a Json> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &'static str) -> Result<Option<&'a str>, OptionsError> {
        let text = |value: &'a Json| {
            value
                .as_str()
                .ok_or_else(|| bad(name, "it is not a string"))
        };
        self.get(name).map(text).transpose()
    }

    fn seconds(&self, name: &'static str) -> Result<Option<Duration>, OptionsError> {
        let seconds = |value: &Json| {
            value
                .as_f64()
                .filter(|seconds| *seconds > 0.0 && *seconds <= MAX_SECONDS)
                .map(Duration::from_secs_f64)
                .ok_or_else(|| bad(name, "it is not a number of seconds above 0, up to 30 days"))
        };
        self.get(name).map(seconds).transpose()
    }

    fn count(&self, name: &'static str) -> Result<Option<u32>, OptionsError> {
        let count = |value: &Json| {
            value
                .as_u64()
                .filter(|count| *count <= MAX_RETRIES)
                .and_then(|count| u32::try_from(count).ok())
                .ok_or_else(|| bad(name, "it is not a whole number from 0 to 100"))
        };
        self.get(name).map(count).transpose()
    }
}

fn bad(name: &'static str, problem: &'static str) -> OptionsError {
    OptionsError::Option { name, problem }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Options;

    #[test]
    fn every_option_of_the_schema_is_read_and_no_other() {
        let schema = Options::schema();
        let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        names.sort();
        let mut known = super::NAMES;
        known.sort_unstable();
        assert_eq!(names, known);
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

    #[test]
    fn messages_begin_with_the_option_and_repeat_no_value() {
        let messages: Vec<String> = [
            json!([]),
            json!({"api_key": "k"}),
            json!({"url": 1, "api_key": "k"}),
            json!({"url": "http://example.com", "api_key": "k"}),
            json!({"url": "nonsense", "api_key": "k"}),
            json!({"url": "https://a.b"}),
            json!({"url": "https://a.b", "api_key": ""}),
            json!({"url": "https://a.b", "api_key": "k", "name": ""}),
            json!({"url": "https://a.b", "api_key": "k", "retries": "canary"}),
            json!({"url": "https://a.b", "api_key": "k", "retries": 101}),
            json!({"url": "https://a.b", "api_key": "k", "wait_timeout_seconds": "canary"}),
            json!({"url": "https://a.b", "api_key": "k", "tema": "canary"}),
        ]
        .iter()
        .map(|options| Options::from_json(options).unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        they are not an object
        `url`: it is missing
        `url`: it is not a string
        `url`: it must begin with https, as a key sent over http can be read by others; http is for loopback hosts only
        `url`: it is not a URL
        `api_key`: it is missing
        `api_key`: it is empty
        `name`: it is empty
        `retries`: it is not a whole number from 0 to 100
        `retries`: it is not a whole number from 0 to 100
        `wait_timeout_seconds`: it is not a number of seconds above 0, up to 30 days
        `tema`: there is no such option; there are: url, api_key, name, team, connect_timeout_seconds, request_timeout_seconds, part_timeout_seconds, settle_timeout_seconds, wait_timeout_seconds, retries, retry_delay_seconds, poll_interval_seconds
        ");
    }
}
