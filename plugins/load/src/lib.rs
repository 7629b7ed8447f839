//! The load runner: open-loop load tests whose endpoints each hold their own rate with their own
//! workers.
//!
//! Requests fall due on an absolute schedule, whatever became of those before; one that finds no free
//! worker waits, and its latency counts from when it was due. A worker is one request in flight. A
//! policy decides how many an endpoint has, and a strategy shares a budget over all endpoints.

mod clock;
mod control;
mod data;
mod deployer;
mod engine;
mod error;
mod http;
mod options;
mod plan;
mod results;
mod run;
mod schedule;
mod setup;
mod stream;

pub mod report;

pub use clock::{RunClock, SECOND};
pub use control::{EndpointSnapshot, Phase, Snapshot};
pub use deployer::{LoadDeployer, NAME, register};
pub use engine::Failure;
pub use error::LoadError;
pub use http::{Origin, Request, Url};
pub use options::{HttpVersion, RunOptions, Trust};
pub use plan::{EarlyExit, Endpoint, LoadTest, MOST_WORKERS, Rate, Workers};
pub use results::{
    Action, EndpointSummary, Event, Generator, Global, Goodput, Latency, Limited, Measured, Point,
    ResponseSample, Results, Second, Summary, ThresholdResult, Verdict, Why,
};
pub use run::{Run, Watcher};
pub use schedule::Ramp;

plimsoll_core::plugin!("load", register);
