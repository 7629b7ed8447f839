//! What is effective for one endpoint.

use plimsoll_core::schema::{Default, Field, Model, Type};

use super::autoscale::EFFECTIVE;
use super::limits::{OBJECTIVES, THRESHOLDS};
use super::request::{
    HEADERS_DOC, METHOD_DOC, METHODS, OWN_THRESHOLDS, PAYLOAD_DOC, Payload, URL_DOC, Url,
};
use super::running::{self, ARRIVALS, DEFAULT_TIMEOUT_SECONDS};
use super::types::{
    COUNT, FLAG, FRACTION, FROM_ZERO, Filled, Headers, STATUS_CODES, TIMEOUT, WINDOW,
};
use super::{
    ARRIVALS_DOC, CONCURRENT, DATA, DURATION, EARLY_EXIT, ERROR_CODES, ERROR_COUNT, ERROR_RATE,
    ERROR_WINDOW, EXPORT, GOODPUT, RAMP, RPS, SCALING, TIME_OUT, WORKERS,
};

/// An endpoint with all that holds for it: its own settings over those of all.
pub static ENDPOINT: Model = Model::new("Endpoint", "An endpoint, resolved.", FIELDS);

static FIELDS: &[Field] = &[
    Field::required("url", Type::Custom(&Url), URL_DOC),
    Field::required("method", Type::EnumUpper(METHODS), METHOD_DOC),
    Field::new(
        "headers",
        Type::Custom(&Headers),
        Default::EmptyMap,
        HEADERS_DOC,
    ),
    Field::new(
        "payload",
        Type::Custom(&Payload),
        Default::Absent,
        PAYLOAD_DOC,
    ),
    Field::required(
        "autoscale",
        Type::Model(&EFFECTIVE),
        "How its workers follow its rate.",
    ),
    Field::new("workers", COUNT, Default::Int(10), WORKERS),
    Field::new("concurrentRequests", COUNT, Default::Absent, CONCURRENT),
    Field::new("duration", COUNT, Default::Int(10), DURATION),
    Field::new("rampUpTime", FROM_ZERO, Default::Int(0), RAMP),
    Field::new("rps", COUNT, Default::Absent, RPS),
    Field::new("export", Type::Custom(&Filled), Default::Absent, EXPORT),
    Field::new("earlyExitOnError", FLAG, Default::Bool(false), EARLY_EXIT),
    Field::new("errorRateThreshold", FRACTION, Default::Absent, ERROR_RATE),
    Field::new("errorRateWindow", WINDOW, Default::Absent, ERROR_WINDOW),
    Field::new("errorCountThreshold", COUNT, Default::Absent, ERROR_COUNT),
    Field::new(
        "errorStatusCodes",
        STATUS_CODES,
        Default::Absent,
        ERROR_CODES,
    ),
    Field::new("thresholds", THRESHOLDS, Default::EmptyList, OWN_THRESHOLDS),
    Field::new(
        "testThresholds",
        THRESHOLDS,
        Default::EmptyList,
        "What all requests together must keep to.",
    ),
    Field::new("goodput", OBJECTIVES, Default::EmptyList, GOODPUT),
    Field::new(
        "timeout",
        TIMEOUT,
        Default::Int(DEFAULT_TIMEOUT_SECONDS),
        TIME_OUT,
    ),
    Field::new(
        "arrivals",
        Type::Enum(ARRIVALS),
        Default::Str("constant"),
        ARRIVALS_DOC,
    ),
    Field::new("data", running::DATA, Default::Absent, DATA),
    Field::new("scaling", running::SCALING, Default::Absent, SCALING),
    Field::new(
        "$schema",
        Type::Str,
        Default::Absent,
        "Address of the JSON Schema of the file.",
    ),
];
