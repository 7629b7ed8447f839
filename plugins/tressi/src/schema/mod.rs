//! The keys of a load test, as the per-endpoint document has them, with the ranges that are there.
//!
//! Beside those stand Plimsoll's own: what ends a test early may be said per request, as Tressi 0.0.13
//! to 0.0.20 have it, and `errorRateWindow` keeps their monitoring window; and what a run must keep
//! to, what it fills in, and how it sends and scales (`thresholds`, `goodput`, `timeout`, `arrivals`,
//! `data`, `scaling`). Every block is closed: a misspelt key is an error.

mod autoscale;
mod endpoint;
mod limits;
mod request;
mod running;
mod types;

use plimsoll_core::schema::{Default, Extra, Field, Model, Type};

pub(crate) use autoscale::{AUTOSCALE_KEYS, OF_ENDPOINT, keep_only};
pub use endpoint::ENDPOINT;
pub(crate) use request::{METHODS, Payload, Url};
use running::{ARRIVALS, DEFAULT_TIMEOUT_SECONDS};
pub(crate) use types::{
    COUNT, FLAG, FRACTION, FROM_ZERO, Headers, Number, STATUS_CODES, Whole, number,
};
use types::{Filled, TIMEOUT, WINDOW};

/// A whole load test.
pub static LOAD_TEST: Model = Model {
    extra: Extra::Forbid,
    ..Model::new(
        "LoadTest",
        "A load test: requests, and how they are sent.",
        FIELDS,
    )
};

static FIELDS: &[Field] = &[
    Field::new(
        "$schema",
        Type::Str,
        Default::Absent,
        "Address of the JSON Schema of this file, for editors.",
    ),
    Field::new(
        "headers",
        Type::Custom(&Headers),
        Default::Absent,
        "Headers that every request is sent with. A request's own replace those of the same name.",
    ),
    Field::new(
        "autoscale",
        Type::Custom(&autoscale::Global),
        Default::Absent,
        "How the workers of endpoints follow their rates, where an endpoint does not say otherwise. \
         `true` and `false` are the older form: `plimsoll migrate` brings them to today's.",
    ),
    Field::new("workers", COUNT, Default::Int(10), WORKERS),
    Field::new("concurrentRequests", COUNT, Default::Null, CONCURRENT),
    Field::new("duration", COUNT, Default::Int(10), DURATION),
    Field::new("rampUpTime", FROM_ZERO, Default::Int(0), RAMP),
    Field::new("rps", COUNT, Default::Null, RPS),
    Field::new("export", Type::Custom(&Filled), Default::Null, EXPORT),
    Field::new("earlyExitOnError", FLAG, Default::Bool(false), EARLY_EXIT),
    Field::new("errorRateThreshold", FRACTION, Default::Null, ERROR_RATE),
    Field::new("errorRateWindow", WINDOW, Default::Null, ERROR_WINDOW),
    Field::new("errorCountThreshold", COUNT, Default::Null, ERROR_COUNT),
    Field::new("errorStatusCodes", STATUS_CODES, Default::Null, ERROR_CODES),
    Field::new(
        "thresholds",
        limits::THRESHOLDS,
        Default::Absent,
        "What all requests together must keep to. Plimsoll's own.",
    ),
    Field::new("goodput", limits::OBJECTIVES, Default::Absent, GOODPUT),
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
    Field::required(
        "requests",
        Type::Custom(&request::Requests),
        "The endpoints, at least one.",
    ),
];

const WORKERS: &str = "Workers of the endpoints that are not autoscaled.";
const CONCURRENT: &str = "Most requests in flight of one worker.";
const DURATION: &str = "How long the test runs, in seconds.";
const RAMP: &str = "Time to reach the rate of the endpoints that are not autoscaled, in seconds.";
const RPS: &str = "Requests a second of all endpoints together that are not autoscaled.";
const EXPORT: &str = "Folder to write the reports to.";
const EARLY_EXIT: &str = "Whether errors end it before its time.";
const ERROR_RATE: &str = "Share of failed requests that ends it, from 0 to 1.";
const ERROR_WINDOW: &str =
    "Time over which the share is taken, in seconds; null for all of it. Plimsoll's own.";
const ERROR_COUNT: &str = "Number of failed requests that ends it.";
const ERROR_CODES: &str = "Status codes that end it, each at once.";
const GOODPUT: &str =
    "What a single request must keep to, for it to be good: ttft<500ms, itl<50ms. Plimsoll's own.";
const TIME_OUT: &str =
    "Longest time from the send to the end of a response, in seconds. Plimsoll's own.";
const ARRIVALS_DOC: &str =
    "How requests are spaced: evenly, or as of independent users. Plimsoll's own.";
const DATA: &str = "File beside this one, of CSV or JSON lines, whose rows fill the places {{name}} \
     in url, headers and payload. Plimsoll's own.";
const SCALING: &str = "Scaling policy of the workers that are autoscaled. Plimsoll's own.";

/// The keys of what ends a test, or an endpoint, before its time.
pub(crate) const EARLY_EXIT_KEYS: [&str; 5] = [
    "earlyExitOnError",
    "errorRateThreshold",
    "errorRateWindow",
    "errorCountThreshold",
    "errorStatusCodes",
];
