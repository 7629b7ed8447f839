//! `requests`: the endpoints.

use plimsoll_core::schema::{
    Custom, Default, Extra, Field, Form, Model, Reader, Refusal, Type, schema_of,
};
use plimsoll_core::value::Node;
use serde_json::{Value as Json, json};

use super::autoscale::OF_ENDPOINT;
use super::limits::{OBJECTIVES, THRESHOLDS};
use super::running::{self, ARRIVALS};
use super::types::{COUNT, FLAG, FRACTION, Headers, STATUS_CODES, TIMEOUT, WINDOW};
use super::{
    ARRIVALS_DOC, DATA, EARLY_EXIT, ERROR_CODES, ERROR_COUNT, ERROR_RATE, ERROR_WINDOW, GOODPUT,
    SCALING, TIME_OUT,
};

pub(crate) const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// One endpoint, as it is written.
static REQUEST: Model = Model {
    extra: Extra::Forbid,
    elsewhere: OF_ITS_OWN,
    ..Model::new("Request", "An endpoint, and how it is asked.", FIELDS)
};

/// What some shapes have beside the address.
const OF_ITS_OWN: &[(&str, &str)] = &[
    (
        "rps",
        "a rate of its own is `\"autoscale\": {\"enabled\": true, \"targetRps\": 100}`",
    ),
    (
        "workers",
        "workers of its own are `minWorkers` and `maxWorkers` of its `autoscale`",
    ),
];

pub(super) const URL_DOC: &str = "Where the request goes: http:// or https://, a host, a path.";
pub(super) const METHOD_DOC: &str = "Method, in any case.";
pub(super) const HEADERS_DOC: &str = "Headers beside those of all requests.";
pub(super) const PAYLOAD_DOC: &str = "What is sent, as JSON.";
pub(super) const OWN_THRESHOLDS: &str =
    "What the requests of this endpoint must keep to, beside those of all. Plimsoll's own.";

static FIELDS: &[Field] = &[
    Field::required("url", Type::Custom(&Url), URL_DOC),
    Field::new(
        "method",
        Type::EnumUpper(METHODS),
        Default::Str("GET"),
        METHOD_DOC,
    ),
    Field::new(
        "headers",
        Type::Custom(&Headers),
        Default::Absent,
        HEADERS_DOC,
    ),
    Field::new(
        "payload",
        Type::Custom(&Payload),
        Default::Absent,
        PAYLOAD_DOC,
    ),
    Field::new(
        "autoscale",
        Type::Model(&OF_ENDPOINT),
        Default::Absent,
        "How the workers of this endpoint follow its rate: enabled, over what all endpoints have; \
         disabled, not at all.",
    ),
    Field::new("earlyExitOnError", FLAG, Default::Absent, EARLY_EXIT),
    Field::new("errorRateThreshold", FRACTION, Default::Absent, ERROR_RATE),
    Field::new("errorRateWindow", WINDOW, Default::Absent, ERROR_WINDOW),
    Field::new("errorCountThreshold", COUNT, Default::Absent, ERROR_COUNT),
    Field::new(
        "errorStatusCodes",
        STATUS_CODES,
        Default::Absent,
        ERROR_CODES,
    ),
    Field::new("thresholds", THRESHOLDS, Default::Absent, OWN_THRESHOLDS),
    Field::new("goodput", OBJECTIVES, Default::Absent, GOODPUT),
    Field::new("timeout", TIMEOUT, Default::Absent, TIME_OUT),
    Field::new(
        "arrivals",
        Type::Enum(ARRIVALS),
        Default::Absent,
        ARRIVALS_DOC,
    ),
    Field::new("data", running::DATA, Default::Absent, DATA),
    Field::new("scaling", running::SCALING, Default::Absent, SCALING),
];

/// The endpoints, of which there must be one.
#[derive(Debug)]
pub(super) struct Requests;

static LIST: Type = Type::List(&Type::Model(&REQUEST));

impl Custom for Requests {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        reader.value(&LIST, node);
        if node.as_list().is_some_and(<[Node]>::is_empty) {
            let message = format!("{} is empty", reader.subject());
            reader.invalid(node.span(), message, "at least one request");
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        let mut schema = schema_of(&LIST);
        schema["minItems"] = json!(1);
        schema
    }

    fn describe(&self) -> String {
        "a list of requests".to_owned()
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&REQUEST, &OF_ENDPOINT]
    }
}

/// An address of HTTP. One that begins with `/` is taken as well, as the document's own examples have
/// such; it cannot be run.
#[derive(Debug)]
pub(crate) struct Url;

impl Custom for Url {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        let Some(text) = node.as_str() else {
            return reader.wrong_type(node, "a string");
        };
        if let Err(refusal) = check_url(text) {
            reader.refused(node.span(), refusal);
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": "string", "pattern": "^([hH][tT][tT][pP][sS]?://[^/?#\\s{}]+([/?#]\\S*)?|/\\S*)$" })
    }

    fn describe(&self) -> String {
        "http:// or https://, a host and a path".to_owned()
    }
}

fn check_url(text: &str) -> Result<(), Refusal> {
    let expected = Url.describe();
    let refuse = |problem: String| Refusal::new(problem, expected.clone());
    if text.is_empty() {
        return Err(refuse("it is empty".to_owned()));
    }
    if text.contains(char::is_whitespace) {
        let hint = "write a space as %20".to_owned();
        return Err(refuse(format!("{text:?} holds white space")).maybe_hint(Some(hint)));
    }
    if text.starts_with('/') {
        return Ok(());
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => {
            let hint = format!("did you mean `http://{text}`?");
            return Err(refuse(format!("{text:?} names no scheme")).maybe_hint(Some(hint)));
        }
    };
    if scheme != "http" && scheme != "https" {
        return Err(refuse(format!("`{scheme}` is no scheme that is asked")));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() {
        return Err(refuse(format!("{text:?} names no host")));
    }
    if host.contains(['{', '}']) {
        let hint = "places such as {{id}} are filled behind the host alone".to_owned();
        let problem = format!("{text:?} has a brace in its host");
        return Err(refuse(problem).maybe_hint(Some(hint)));
    }
    Ok(())
}

/// What is sent: an object or a list.
#[derive(Debug)]
pub(crate) struct Payload;

impl Custom for Payload {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        reader.value(&Type::Any, node);
        if node.as_map().is_none() && node.as_list().is_none() {
            reader.wrong_type(node, &self.describe());
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        plimsoll_core::schema::plain(node)
    }

    fn schema(&self) -> Json {
        json!({ "type": ["object", "array"] })
    }

    fn describe(&self) -> String {
        "a mapping or a list".to_owned()
    }
}
