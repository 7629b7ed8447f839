//! The options of the deployer: where the platform is, with which key, and how patient to be.

mod json;

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};

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
        let bad = |name, problem| Err(OptionsError::Option { name, problem });
        let key = api_key.expose_secret();
        if key.is_empty() {
            return bad("api_key", "it is empty");
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return bad("api_key", "it has other characters than visible ASCII ones");
        }
        // No message repeats the text: it may carry a password.
        let Ok(url) = url.parse() else {
            return bad("url", "it is not a URL");
        };
        check_url(&url)?;
        Ok(Self {
            name: name.to_owned(),
            url,
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
}

/// Fails unless a key may be sent to this address.
pub(crate) fn check_url(url: &Url) -> Result<(), OptionsError> {
    let problem = if !url.username().is_empty() || url.password().is_some() {
        "it must not carry a user name or password"
    } else if url.query().is_some() || url.fragment().is_some() {
        "it must not have a query or a fragment"
    } else {
        match url.scheme() {
            "https" => return Ok(()),
            "http" if is_loopback(url) => return Ok(()),
            "http" => {
                "it must begin with https, as a key sent over http can be read by others; http is \
                 for loopback hosts only"
            }
            _ => "it must begin with https",
        }
    };
    Err(OptionsError::Option {
        name: "url",
        problem,
    })
}

/// Whether requests to this address stay on this machine, by [`http_client`](crate::http_client).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>()
        .map_or_else(|_| is_localhost(host), |address| address.is_loopback())
}

/// Whether a host is on this machine by its name (RFC 6761, section 6.3).
pub(crate) fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
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
            "http://example.com",
            "http://api.baseten.co",
            "http://localhost.example.com",
            "http://0.0.0.0",
            "http://192.168.0.1",
            "http://[2001:db8::1]",
            "http://127.0.0.1.example.com",
            "https://user:pass@api.baseten.co",
            "https://api.baseten.co?key=1",
            "ftp://localhost",
            "nonsense",
        ] {
            let error = Options::from_json(&json!({"url": url, "api_key": "k"})).unwrap_err();
            assert!(!error.to_string().contains("pass@"), "{error}");
            assert!(error.to_string().starts_with("`url`: it "), "{error}");
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
            assert!(error.to_string().starts_with("`api_key`: it "), "{error}");
        }
        let options =
            Options::from_json(&json!({"url": "https://a.b", "api_key": "canary"})).unwrap();
        assert!(!format!("{options:?}").contains("canary"));
    }
}
