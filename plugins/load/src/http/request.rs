//! Requests as bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::template::{Form, Known, Template};
use super::url::{Origin, Url};
use crate::data::Table;
use crate::plan::Rows;

/// What an endpoint is sent.
#[derive(Debug)]
pub struct Request {
    /// Where it goes.
    pub origin: Origin,
    /// Its method.
    pub method: String,
    /// Whether its responses have no body.
    pub is_head: bool,
    /// The bytes of every request, where they are the same.
    fixed: Option<Arc<[u8]>>,
    head: Template,
    /// What follows the head's own headers: nothing where nothing is sent.
    body: Option<Template>,
    rows: Option<Rows>,
}

/// Headers whose values are not shown.
const SECRET: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
];

/// Whether a header's value is not to be shown.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.contains(&name.as_str())
        || ["token", "secret", "password"]
            .iter()
            .any(|word| name.contains(word))
        || value.contains("{{$env:")
}

impl Request {
    pub(crate) fn new(
        url: Url,
        key: &str,
        settings: &crate::plan::RequestSettings,
        rows: Option<Arc<Table>>,
        secrets: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let known = Known {
            table: rows.as_deref(),
            secrets,
            endpoint: key,
        };
        let none = BTreeMap::new();
        let headers = settings.headers.as_ref().unwrap_or(&none);
        let has = |name: &str| headers.keys().any(|own| own.eq_ignore_ascii_case(name));
        let mut head = Template::default();
        head.push(format!("{} ", settings.method).as_bytes());
        head.push_filled(&url.target, Form::Address, known)?;
        head.push(b" HTTP/1.1\r\n");
        if !has("host") {
            head.push(format!("host: {}\r\n", url.origin.authority()).as_bytes());
        }
        for (name, value) in headers {
            check_header(name, value)?;
            if name.eq_ignore_ascii_case("content-length")
                || name.eq_ignore_ascii_case("transfer-encoding")
            {
                return Err(format!("`{name}` is for the runner to say"));
            }
            head.push(format!("{name}: ").as_bytes());
            head.push_filled(value, Form::Header, known)?;
            head.push(b"\r\n");
        }
        if !has("user-agent") {
            head.push(
                concat!("user-agent: plimsoll/", env!("CARGO_PKG_VERSION"), "\r\n").as_bytes(),
            );
        }
        if !has("accept") {
            head.push(b"accept: */*\r\n");
        }
        if let Some(user) = url.user.as_ref().filter(|_| !has("authorization")) {
            use base64::Engine as _;
            let basic = base64::engine::general_purpose::STANDARD.encode(user);
            head.push(format!("authorization: Basic {basic}\r\n").as_bytes());
        }
        let body = match &settings.payload {
            serde_json::Value::Null => None,
            payload => {
                let mut body = Template::default();
                body.push_filled(&payload.to_string(), Form::Json, known)?;
                if !has("content-type") {
                    head.push(b"content-type: application/json\r\n");
                }
                Some(body)
            }
        };
        let mut request = Self {
            is_head: settings.method == "HEAD",
            method: settings.method.clone(),
            origin: url.origin,
            fixed: None,
            head,
            body,
            rows,
        };
        let fixed = request
            .body
            .as_ref()
            .is_none_or(|body| body.fixed().is_some());
        if request.head.fixed().is_some() && fixed {
            let mut bytes = Vec::new();
            request.write(0, 0, &mut bytes);
            request.fixed = Some(bytes.into());
        }
        Ok(request)
    }

    /// The bytes of every request, where they are the same.
    #[inline]
    pub(crate) fn fixed(&self) -> Option<&Arc<[u8]>> {
        self.fixed.as_ref()
    }

    /// Writes the bytes of the n-th request.
    pub(crate) fn write(&self, number: u64, random: u128, out: &mut Vec<u8>) {
        let row = self.rows.as_deref().map(|rows| rows.row(number));
        self.head.fill(number, random, row, out);
        let method = self.method.as_str();
        let Some(body) = &self.body else {
            // A server may want to know that nothing follows where something usually does.
            if ["POST", "PUT", "PATCH"].contains(&method) {
                out.extend_from_slice(b"content-length: 0\r\n");
            }
            return out.extend_from_slice(b"\r\n");
        };
        let mut bytes = Vec::new();
        body.fill(number, random, row, &mut bytes);
        out.extend_from_slice(format!("content-length: {}\r\n\r\n", bytes.len()).as_bytes());
        out.extend_from_slice(&bytes);
    }
}

fn check_header(name: &str, value: &str) -> Result<(), String> {
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_name {
        return Err(format!("{name:?} is no name of a header"));
    }
    match value.bytes().any(|byte| b"\r\n\0".contains(&byte)) {
        true => Err(format!("the header `{name}` has an end of line in it")),
        false => Ok(()),
    }
}
