//! What came of a run: the summary, and what reports are drawn from.

pub(crate) mod detail;
mod joined;
mod judge;
mod measured;
mod summary;
mod timeline;
mod verdict;

use std::time::SystemTime;

use plimsoll_core::histogram::Histogram;
use plimsoll_core::policy::Reason;

pub(crate) use joined::{Join, Joined};
pub(crate) use judge::judge;
pub use measured::{Goodput, Latency, Measured};
pub(crate) use measured::{Totals, milliseconds};
pub use summary::{EndpointSummary, Generator, Global, ResponseSample, Summary, ThresholdResult};
pub use timeline::Point;
pub(crate) use verdict::Evidence;
pub use verdict::{Limited, Verdict};

/// Everything that came of a run.
#[derive(Clone, Debug)]
pub struct Results {
    /// What is written for machines.
    pub summary: Summary,
    /// When it began.
    pub began: SystemTime,
    /// The latencies of each endpoint from the intended time, in the summary's order.
    pub histograms: Vec<Histogram>,
    /// The latencies of all requests, second by second; of a long run, each is of several.
    pub seconds: Vec<Second>,
    /// How each endpoint went over time, in the summary's order.
    pub timelines: Vec<Vec<Point>>,
    /// What was decided, in order.
    pub events: Vec<Event>,
    /// Events beyond those that are kept.
    pub events_left_out: u64,
}

/// The latencies of all requests of a second.
#[derive(Clone, Debug)]
pub struct Second {
    /// When it ended, in seconds since the beginning.
    pub at_seconds: f64,
    /// The latencies from the intended time.
    pub latencies: Histogram,
}

impl Join for Second {
    fn join(&mut self, next: Self) {
        self.at_seconds = next.at_seconds;
        self.latencies.merge(&next.latencies);
    }
}

/// What was done to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It got more workers.
    ScaleUp,
    /// It got fewer.
    ScaleDown,
    /// It ended before its time.
    EarlyExit,
}

impl Action {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ScaleUp => "scale_up",
            Self::ScaleDown => "scale_down",
            Self::EarlyExit => "early_exit",
        }
    }
}

/// Something that was done to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The endpoint, by its place.
    pub endpoint: usize,
    /// What was done.
    pub action: Action,
    /// Workers from now on.
    pub workers: u32,
    /// Why.
    pub why: Why,
    /// When, in nanoseconds since the beginning.
    pub at: u64,
}

/// Why something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its policy says so.
    Policy(Reason),
    /// The budget was shared anew.
    Budget,
    /// Too large a share of its requests failed.
    ErrorRate,
    /// Too many of its requests failed.
    ErrorCount,
    /// A status came that ends it.
    Status(u16),
}

impl std::fmt::Display for Why {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Policy(reason) => match reason.words() {
                Some(words) => formatter.write_str(words),
                None => write!(formatter, "the policy's reason {}", reason.0),
            },
            Self::Budget => formatter.write_str("the budget was shared anew"),
            Self::ErrorRate => formatter.write_str("the share of errors"),
            Self::ErrorCount => formatter.write_str("the number of errors"),
            Self::Status(status) => write!(formatter, "status {status}"),
        }
    }
}
