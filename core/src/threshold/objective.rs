//! Objectives: what a single request must keep to, for it to be good.

use std::fmt;
use std::str::FromStr;

use super::read::{Amount, Parts, no_such_metric};
use super::{Comparison, Limit, ThresholdError};

/// What a single request must keep to, for it to count as good: `ttft<500ms`, `itl<50ms`,
/// `latency<5s`. `<` and `<=` say the same here, at most, and `<` is what is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// What is timed of the request.
    pub metric: ObjectiveMetric,
    /// The longest that is good, in seconds.
    pub at_most_seconds: f64,
}

/// What an objective is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectiveMetric {
    /// The time to its first token, from when it was sent.
    Ttft,
    /// The mean time between one of its tokens and the next.
    Itl,
    /// The time to the end of its response, from when it was to be sent.
    Latency,
}

const METRICS: [(&str, ObjectiveMetric); 3] = [
    ("ttft", ObjectiveMetric::Ttft),
    ("itl", ObjectiveMetric::Itl),
    ("latency", ObjectiveMetric::Latency),
];

impl FromStr for Objective {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let names = METRICS.map(|(name, _)| name);
        let parts = Parts::of(text, "ttft<500ms", &names.join(", "))?;
        let known = METRICS.iter().find(|(name, _)| *name == parts.metric.text);
        let Some((_, metric)) = known else {
            return Err(no_such_metric(&parts.metric, &names));
        };
        let (at, comparison) = parts.comparison;
        if matches!(comparison, Comparison::Greater | Comparison::GreaterOrEqual) {
            let message = format!("`{comparison}` asks for slow requests");
            return Err(ThresholdError::new(at, message, "`<`"));
        }
        match Amount::of(&parts.limit)?.time()? {
            Limit::Seconds(at_most_seconds) => Ok(Self {
                metric: *metric,
                at_most_seconds,
            }),
            // A time is in seconds.
            _ => Err(ThresholdError::new(
                parts.limit.range(),
                "this is no time",
                "a time",
            )),
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = Limit::Seconds(self.at_most_seconds);
        write!(formatter, "{}<{limit}", self.metric)
    }
}

impl fmt::Display for ObjectiveMetric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |(_, metric): &&(&str, Self)| metric == self;
        let name = METRICS.iter().find(of).map_or("", |(name, _)| *name);
        formatter.write_str(name)
    }
}
