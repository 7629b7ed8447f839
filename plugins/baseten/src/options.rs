//! The options of the deployer: where the platform is, with which key, and how patient to be.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::error::OptionsError;

/// Where the platform is, with which key, and how patient to be. The key shows nowhere.
#[derive(Clone, Debug)]
pub struct Options {
    /// What plans and messages call the target.
    pub name: String,
    /// The base of the REST interface, such as `https://api.baseten.co`.
    pub url: Url,
    /// The key.
    pub api_key: SecretString,
    /// The team, by name or identity; `None` is the key's default.
    pub team: Option<String>,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to try again, and after how long.
    pub retries: Retries,
    /// Time between two looks at a deployment's status.
    pub poll_interval: Duration,
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a request and its whole answer.
    pub request: Duration,
    /// For sending one part of an archive.
    pub part: Duration,
    /// Until changed settings show.
    pub settle: Duration,
    /// Until a deployment comes to an end of its way, good or bad.
    pub wait: Duration,
}

/// How often to try again what may be tried again, and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often, beside the first attempt.
    pub count: u32,
    /// The longest delay before the first of them; it doubles with each.
    pub delay: Duration,
    /// What it doubles up to.
    pub longest: Duration,
}

impl Options {
    /// Options for a platform, all else by default.
    ///
    /// # Errors
    /// When the address is not one that a key may be sent to, or the key cannot be sent.
    pub fn new(name: &str, url: &str, api_key: SecretString) -> Result<Self, OptionsError> {
        let key = api_key.expose_secret();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OptionsError::Key);
        }
        Ok(Self {
            name: name.to_owned(),
            url: checked_url(url)?,
            api_key,
            team: None,
            timeouts: Timeouts {
                connect: Duration::from_secs(10),
                request: Duration::from_secs(60),
                part: Duration::from_secs(600),
                settle: Duration::from_secs(30),
                wait: Duration::from_secs(25 * 60 * 60),
            },
            retries: Retries {
                count: 5,
                delay: Duration::from_millis(250),
                longest: Duration::from_secs(20),
            },
            poll_interval: Duration::from_secs(2),
        })
    }

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

fn checked_url(text: &str) -> Result<Url, OptionsError> {
    // No message repeats the text: it may carry a password.
    let url: Url = text
        .parse()
        .map_err(|_| OptionsError::Url("is not a URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(OptionsError::Url("must not carry a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(OptionsError::Url("must not have a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(OptionsError::Url(
            "must begin with https, as a key sent over http can be read by others; \
             http is for loopback hosts only",
        )),
        _ => Err(OptionsError::Url("must begin with https")),
    }
}

/// Whether requests to this address stay on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().map_or_else(
        |_| host == "localhost" || host.ends_with(".localhost"),
        |address| address.is_loopback(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Options;

    #[test]
    fn plain_http_is_for_loopback_hosts() {
        for url in [
            "http://127.0.0.1:1/x",
            "http://localhost:8000",
            "http://[::1]:9",
            "https://a.b",
        ] {
            assert!(
                Options::from_json(&json!({"url": url, "api_key": "k"})).is_ok(),
                "{url}"
            );
        }
        for url in [
            "http://api.baseten.co",
            "http://127.0.0.1.example.com",
            "https://user:pass@api.baseten.co",
            "https://api.baseten.co?key=1",
            "ftp://localhost",
            "nonsense",
        ] {
            let error = Options::from_json(&json!({"url": url, "api_key": "k"})).unwrap_err();
            assert!(!error.to_string().contains("pass@"), "{error}");
        }
    }

    #[test]
    fn the_key_is_in_no_message() {
        for key in [
            json!(["canary"]),
            json!({"canary": 1}),
            json!("canary\n"),
            json!(null),
        ] {
            let options = json!({"url": "https://a.b", "api_key": key});
            let error = Options::from_json(&options).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("canary"));
        }
        let options =
            Options::from_json(&json!({"url": "https://a.b", "api_key": "canary"})).unwrap();
        assert!(!format!("{options:?}").contains("canary"));
    }

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
