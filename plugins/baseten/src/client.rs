//! The REST client: how a request is sent, once, and its answer read.

pub(crate) mod graphql;
pub(crate) mod requests;

use reqwest::{Method, StatusCode, Url, header};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::error::{ApiError, OptionsError};
use crate::options::{Options, check_url};
use crate::retry::retry_after;
use crate::text::stripped;
use crate::tls;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// The longest message of the platform's that is passed on, in characters.
const LONGEST_MESSAGE: usize = 4000;

/// Sends requests to one platform with one key.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    options: Options,
}

impl Client {
    pub(crate) fn new(options: Options) -> Result<Self, OptionsError> {
        // Fields are open to callers: the address may not be the one that was checked.
        check_url(&options.url)?;
        let timeouts = options.timeouts;
        let http = tls::client(&options.url, timeouts.connect, timeouts.request)?;
        Ok(Self { http, options })
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Takes the key out of a text that came from elsewhere, and what would steer a terminal. The
    /// latter first, so that nothing hides the key that is not seen in the end.
    pub(crate) fn redact(&self, text: &str) -> String {
        let text = stripped(text).replace(self.options.api_key.expose_secret(), "[key]");
        match text.char_indices().nth(LONGEST_MESSAGE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    fn models_url(&self, team_id: Option<&str>) -> Url {
        match team_id {
            Some(team) => self.url(&["teams", team, "models"]),
            None => self.url(&["models"]),
        }
    }

    pub(crate) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.options.url.clone();
        // It fails for an address that cannot be a base, such as `data:`, and options hold none.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        url
    }

    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        what: &'static str,
        method: Method,
        url: Url,
        body: Option<&impl Serialize>,
    ) -> Result<T, ApiError> {
        let mut request = self
            .http
            .request(method, url)
            .bearer_auth(self.options.api_key.expose_secret())
            .header(header::ACCEPT, "application/json");
        if let Some(body) = body {
            request = request.json(body);
        }
        let failed = |error: reqwest::Error| self.transport(what, error);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(retry_after);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > LONGEST_ANSWER {
                let reason = format!("it is longer than {LONGEST_ANSWER} bytes");
                return Err(ApiError::Answer { what, reason });
            }
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return read(&bytes).map_err(|error| ApiError::Answer {
                what,
                reason: self.redact(&error.to_string()),
            });
        }
        Err(ApiError::Status {
            what,
            status: status.as_u16(),
            message: self.redact(&message_of(status, &bytes)),
            retry_after: after,
        })
    }

    fn transport(&self, what: &'static str, error: reqwest::Error) -> ApiError {
        // A connection that was not made in time is a time-out too: it comes first.
        let connecting = error.is_connect();
        let reason = self.redact(&reason_of(&error.without_url()));
        if connecting {
            ApiError::Unreachable { what, reason }
        } else {
            ApiError::Lost { what, reason }
        }
    }
}

/// Reads an answer. Its texts (statuses, names, lines of a log) end up on terminals, and are rid of
/// what would steer one.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    let mut json: Json = serde_json::from_slice(bytes)?;
    strip(&mut json);
    serde_json::from_value(json)
}

fn strip(json: &mut Json) {
    match json {
        Json::String(text) => *text = stripped(text),
        Json::Array(items) => items.iter_mut().for_each(strip),
        Json::Object(members) => members.values_mut().for_each(strip),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The innermost cause and the outermost word on it: the layers between repeat both.
pub(crate) fn reason_of(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    let (outer, inner) = (error.to_string(), root.to_string());
    if outer.contains(&inner) {
        outer
    } else {
        format!("{outer}: {inner}")
    }
}

/// What the platform says went wrong. Errors have no schema: `message` is what the official
/// clients show.
fn message_of(status: StatusCode, body: &[u8]) -> String {
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let message = json.as_ref().and_then(|json| json.get("message"));
    if let Some(message) = message
        .and_then(Json::as_str)
        .filter(|text| !text.is_empty())
    {
        return message.to_owned();
    }
    let text = String::from_utf8_lossy(body);
    match text.trim() {
        "" => status.canonical_reason().unwrap_or("no message").to_owned(),
        text => text.to_owned(),
    }
}
