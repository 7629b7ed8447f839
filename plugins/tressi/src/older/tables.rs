//! The keys below `options`, of every version that had it. A key that no version had is kept, so that
//! it can be named.

use plimsoll_core::schema::{Custom, Default, Field, Form, Model, Reader, Type};
use plimsoll_core::value::{Node, Value};
use serde_json::{Value as Json, json};

use crate::schema::{
    COUNT, FLAG, FRACTION, FROM_ZERO, Headers, METHODS, Number, Payload, STATUS_CODES, Url, Whole,
};

/// A whole file.
pub(crate) static OPTIONS_FILE: Model = Model::new(
    "OptionsFile",
    "A load test of Tressi 0.0.13 to 0.0.20.",
    &[
        field("$schema", Type::Str),
        field("options", Type::Model(&OPTIONS)),
        field("headers", Type::Custom(&Headers)),
        Field::required("requests", Type::Custom(&Requests), ""),
    ],
);

const fn field(name: &'static str, kind: Type) -> Field {
    Field::new(name, kind, Default::Absent, "")
}

static OPTIONS: Model = Model::new(
    "Options",
    "How the test runs.",
    &[
        field("durationSec", COUNT),
        field("rampUpDurationSec", FROM_ZERO),
        field("rampUpTimeSec", FROM_ZERO),
        field("headers", Type::Custom(&Headers)),
        field("workers", COUNT),
        field("concurrentRequests", COUNT),
        field("rps", COUNT),
        field("autoscale", FLAG),
        field("threads", COUNT),
        field(
            "workerMemoryLimit",
            Type::Custom(&Whole { low: 16, high: 512 }),
        ),
        field("workerEarlyExit", Type::Model(&EARLY_EXIT)),
        field("earlyExitOnError", FLAG),
        field("errorRateThreshold", FRACTION),
        field("errorCountThreshold", COUNT),
        field("errorStatusCodes", STATUS_CODES),
        field("exportPath", Type::Custom(&ExportPath)),
        field("useUI", FLAG),
        field("silent", FLAG),
    ],
);

static EARLY_EXIT: Model = Model::new(
    "EarlyExit",
    "What ends it early.",
    &[
        field("enabled", FLAG),
        field(
            "errorRateThreshold",
            Type::Custom(&Number {
                low: 0.0,
                above: false,
                high: 100.0,
            }),
        ),
        field("exitStatusCodes", STATUS_CODES),
        field("monitoringWindowMs", COUNT),
        field("monitoringWindowSeconds", COUNT),
    ],
);

static REQUEST: Model = Model::new(
    "OptionsRequest",
    "An endpoint.",
    &[
        Field::required("url", Type::Custom(&Url), ""),
        field("method", Type::EnumUpper(METHODS)),
        field("headers", Type::Custom(&Headers)),
        field("payload", Type::Custom(&Payload)),
        field("rps", COUNT),
        field("rampUpDurationSec", FROM_ZERO),
        field("earlyExit", Type::Model(&EARLY_EXIT)),
    ],
);

/// The endpoints, of which there must be one.
#[derive(Debug)]
struct Requests;

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
        json!({ "type": "array", "minItems": 1 })
    }

    fn describe(&self) -> String {
        "a list of requests".to_owned()
    }
}

/// A folder, or whether to write one.
#[derive(Debug)]
struct ExportPath;

impl Custom for ExportPath {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        match &node.value {
            Value::Bool(_) => {}
            Value::Str(text) if !text.is_empty() => {}
            _ => reader.wrong_type(node, &self.describe()),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        node.clone()
    }

    fn schema(&self) -> Json {
        json!({ "type": ["string", "boolean"] })
    }

    fn describe(&self) -> String {
        "a folder, or a boolean".to_owned()
    }
}
