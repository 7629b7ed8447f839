//! Thresholds: what a load test must keep to, as `p99<500ms`, `errors<1%` or `rate>=95%`.
//!
//! A threshold is a text `METRIC OP LIMIT`, in which white space is free:
//!
//! | METRIC | what it is | LIMIT |
//! |---|---|---|
//! | `[TIMING-]QUANTILE` | a latency: `p99`, `service-mean`, `ttft-p50` | a time: `250us`, `500ms`, `1.5s`, `2m`; 0 needs no unit |
//! | `errors` | failed requests | a share of requests: `1%`, or a number below 1; an integer from 1 up is a number of requests |
//! | `dropped` | requests that were never sent, timed out or are unfinished | as `errors` |
//! | `rate` | requests a second | `95%` of the target rate; a number, which `/s` may follow |
//! | `goodput` | requests that met every [`Objective`] | `99%` of all; `40/s` |
//! | `tokens` | tokens a second | a number, which `/s` may follow |
//!
//! OP is `<`, `<=`, `>` or `>=`. TIMING is nothing or `response`, `service`, `lag`, `ttft` or `itl`;
//! QUANTILE is `p50`, `p99.9` and the like, `mean` (`avg` is read as well), `min` or `max`. What is
//! shown is the canonical text, which is read back as the same threshold, to the last digit.

mod digits;
mod error;
mod objective;
mod read;
mod write;

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use error::ThresholdError;
pub use objective::{Objective, ObjectiveMetric};

/// What a load test must keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// What is measured.
    pub metric: Metric,
    /// How it must compare with the limit.
    pub comparison: Comparison,
    /// The limit. Of the kinds that the metric has, where the threshold was read.
    pub limit: Limit,
}

/// What a threshold is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    /// A latency, which is limited by a time.
    Latency {
        /// What is timed.
        timing: Timing,
        /// What of all the times.
        quantile: Quantile,
    },
    /// Failed requests: a share, or how many.
    Errors,
    /// Requests a second, or the share of the target rate.
    Rate,
    /// Requests that were never sent, timed out or are unfinished: a share, or how many.
    Dropped,
    /// Requests that met the objectives: the share, or how many a second.
    Goodput,
    /// Tokens a second.
    Tokens,
}

/// What is timed of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timing {
    /// From when it was to be sent to the end of its response. It holds what coordinated omission
    /// leaves out.
    Response,
    /// From when it was sent to the end of its response.
    Service,
    /// From when it was to be sent to when it was.
    SendLag,
    /// From when it was sent to its first token.
    FirstToken,
    /// Between one token and the next.
    InterToken,
}

/// What of all the times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantile {
    /// What this many percent of the times are at most; above 0 and below 100.
    Percentile(f64),
    /// Their arithmetic mean.
    Mean,
    /// The least.
    Min,
    /// The greatest.
    Max,
}

/// How a value must compare with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Below it.
    Less,
    /// Below it, or the limit itself.
    LessOrEqual,
    /// Above it.
    Greater,
    /// Above it, or the limit itself.
    GreaterOrEqual,
}

impl Comparison {
    /// Whether a value keeps to a limit. What is not a number keeps to none.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::LessOrEqual => value <= limit,
            Self::Greater => value > limit,
            Self::GreaterOrEqual => value >= limit,
        }
    }
}

/// A limit. Each is finite and at least 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A time in seconds.
    Seconds(f64),
    /// A share: 0.01 is one percent.
    Share(f64),
    /// A number of requests, from 1 up.
    Count(u64),
    /// So many a second.
    PerSecond(f64),
}

macro_rules! as_its_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_str(&text).map_err(D::Error::custom)
            }
        }
    };
}

as_its_text!(Threshold);
as_its_text!(Objective);

#[cfg(test)]
mod tests;
