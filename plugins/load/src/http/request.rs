//! Requests as bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};

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

/// `user:password` as the scheme Basic says it (RFC 7617).
pub(crate) fn basic(user: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(user)
}

/// The other forms that a text may be sent in: in an address, and in a string of JSON.
pub(crate) fn spellings(text: &str) -> [String; 2] {
    [Form::Address, Form::Json].map(|form| {
        let mut bytes = Vec::new();
        super::template::write(text, form, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
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
            head.push(format!("authorization: Basic {}\r\n", basic(user)).as_bytes());
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

    /// Whether it may be sent again where it is not known whether it came (RFC 9110, section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        !["POST", "PATCH"].contains(&self.method.as_str())
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

    /// The n-th request as HTTP/2 has it: the host is its authority, and what is of the connection is
    /// left out. Nothing where HTTP/2 cannot say it.
    pub(crate) fn message(&self, number: u64, random: u128) -> Option<http::Request<Bytes>> {
        let row = self.rows.as_deref().map(|rows| rows.row(number));
        let mut head = Vec::new();
        self.head.fill(number, random, row, &mut head);
        let mut lines = head.split(|byte| *byte == b'\n');
        let target = lines
            .next()?
            .strip_prefix(self.method.as_bytes())?
            .strip_prefix(b" ")?
            .strip_suffix(b" HTTP/1.1\r")?;
        let mut authority = None;
        let mut headers = http::HeaderMap::new();
        for line in lines {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            let value: Vec<u8> = line[colon + 1..].trim_ascii().to_vec();
            if name == header::HOST {
                authority = Authority::from_maybe_shared(value).ok();
            } else if !is_of_the_connection(&name, &value) {
                headers.append(
                    name,
                    HeaderValue::from_maybe_shared(Bytes::from(value)).ok()?,
                );
            }
        }
        let authority = match authority {
            Some(authority) => authority,
            None => Authority::from_maybe_shared(self.origin.authority()).ok()?,
        };
        let scheme = match self.origin.secure {
            true => Scheme::HTTPS,
            false => Scheme::HTTP,
        };
        let uri = http::Uri::builder()
            .scheme(scheme)
            .authority(authority)
            .path_and_query(PathAndQuery::from_maybe_shared(address(target)).ok()?)
            .build()
            .ok()?;
        let mut body = Vec::new();
        if let Some(template) = &self.body {
            template.fill(number, random, row, &mut body);
        }
        let mut request = http::Request::new(Bytes::from(body));
        *request.method_mut() = http::Method::from_bytes(self.method.as_bytes()).ok()?;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Some(request)
    }
}

/// What HTTP/2 says otherwise, or not at all: RFC 9113, section 8.2.2.
fn is_of_the_connection(name: &HeaderName, value: &[u8]) -> bool {
    let [settings, keep_alive, proxy] = ["http2-settings", "keep-alive", "proxy-connection"];
    let headers = [
        &header::CONNECTION,
        &header::HOST,
        &header::TRANSFER_ENCODING,
        &header::UPGRADE,
    ];
    headers.contains(&name)
        || [settings, keep_alive, proxy].contains(&name.as_str())
        || *name == header::TE && !value.eq_ignore_ascii_case(b"trailers")
}

/// A target of which what no address may have is percent-encoded.
fn address(target: &[u8]) -> String {
    let mut encoded = String::with_capacity(target.len());
    for byte in target {
        match byte {
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(*byte)),
            byte if b"-._~:/?[]@!$&'()*+,;=%".contains(byte) => encoded.push(char::from(*byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
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
