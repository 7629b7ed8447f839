//! The canonical text of a threshold.

use std::fmt;

use super::digits::text;
use super::{Comparison, Limit, Metric, Quantile, Threshold, Timing};

impl fmt::Display for Threshold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}{}{}",
            self.metric, self.comparison, self.limit
        )
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latency {
                timing: Timing::Response,
                quantile,
            } => write!(formatter, "{quantile}"),
            Self::Latency { timing, quantile } => write!(formatter, "{timing}-{quantile}"),
            Self::Errors => formatter.write_str("errors"),
            Self::Rate => formatter.write_str("rate"),
            Self::Dropped => formatter.write_str("dropped"),
            Self::Goodput => formatter.write_str("goodput"),
            Self::Tokens => formatter.write_str("tokens"),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Response => "response",
            Self::Service => "service",
            Self::SendLag => "lag",
            Self::FirstToken => "ttft",
            Self::InterToken => "itl",
        })
    }
}

impl fmt::Display for Quantile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(percent) => write!(formatter, "p{}", text(*percent, 0)),
            Self::Mean => formatter.write_str("mean"),
            Self::Min => formatter.write_str("min"),
            Self::Max => formatter.write_str("max"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

/// A time is in the largest unit that it has one of.
impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Seconds(seconds) => {
                let (power, unit) = match seconds {
                    0.0 | 1.0.. => (0, "s"),
                    1e-3.. => (3, "ms"),
                    1e-6.. => (6, "us"),
                    _ => (9, "ns"),
                };
                write!(formatter, "{}{unit}", text(seconds, power))
            }
            Self::Share(share) => write!(formatter, "{}%", text(share, 2)),
            Self::Count(count) => write!(formatter, "{count}"),
            Self::PerSecond(rate) => write!(formatter, "{}/s", text(rate, 0)),
        }
    }
}
