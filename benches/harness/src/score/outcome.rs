//! The score of a run.

use serde::Serialize;

use super::Histogram;
use super::elasticity::Elasticity;
use super::percentiles::Percentiles;
use super::timeline::Point;
use crate::time::seconds;

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The scenario's name.
    pub scenario: String,
    /// The seed it ran under.
    pub seed: u64,
    /// Whether it was told to stop before its end.
    pub stopped: bool,
    /// Events and arrivals that were simulated.
    pub events: u64,
    /// The score of each workload, in the scenario's order.
    pub workloads: Vec<Score>,
}

/// The score of one workload: of the requests that arrived in the measured window, and of the
/// replicas in it. The window begins after the warm-up and ends with the arrivals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The workload's name.
    pub workload: String,
    /// How long the window is.
    pub window_seconds: f64,
    /// Requests.
    pub requests: Requests,
    /// Latencies of the completed requests.
    pub latency: Latencies,
    /// The objective, and how far it was met.
    pub slo: ServiceLevel,
    /// Replicas.
    pub replicas: Replicas,
    /// What the replicas cost.
    pub cost: f64,
    /// What a million completed requests cost.
    pub cost_per_million: f64,
    /// How well supply followed demand.
    pub elasticity: Elasticity,
    /// What the policy did.
    pub scaling: Scaling,
    /// What happened over time, the warm-up included.
    pub timeline: Vec<Point>,
    /// The latency distribution: shares of the requests, and the latency that they are within, in
    /// seconds.
    pub distribution: Vec<(f64, f64)>,
    /// All latencies that were counted: what objectives are judged by. Not serialised.
    #[serde(skip)]
    pub percentiles: Percentiles,
}

/// Numbers of requests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Requests {
    /// That arrived.
    pub arrived: u64,
    /// That were completed.
    pub completed: u64,
    /// Those of them that were completed after arrivals ended, in replica time that is in no cost.
    /// Where they are many, the cost is of less than was served.
    pub completed_after_end: u64,
    /// That met a full queue.
    pub dropped: u64,
    /// That were neither when the run ended.
    pub unfinished: u64,
    /// Completed ones whose replica was not ready when they arrived.
    pub met_cold_start: u64,
    /// That waited when the run ended, whenever they arrived.
    pub in_queue_at_end: u32,
    /// That were in service when the run ended, whenever they arrived.
    pub in_service_at_end: u32,
    /// That were completed, whenever they arrived.
    pub completed_in_all: u64,
    /// Arrivals a second. A window of less than a second counts as one, here and in the other
    /// rates: what a moment holds, such as the one request of a trace, is no rate of its own.
    pub per_second: f64,
    /// Tokens of the completed requests a second.
    pub tokens_per_second: f64,
}

/// Latencies, whole and in parts. A request's latency is the sum of its parts; a percentile of the
/// whole is not that of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latencies {
    /// From arrival to completion.
    pub total: Latency,
    /// Waiting that was not for a replica to start.
    pub queueing: Latency,
    /// Waiting until the replica that served the request was ready.
    pub cold_start: Latency,
    /// From the beginning of the service to its end.
    pub service: Latency,
}

/// A latency distribution, in seconds: the mean and the longest exact, percentiles to 0.4 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// The mean.
    pub mean: f64,
    /// The median.
    pub p50: f64,
    /// 90 % are within it.
    pub p90: f64,
    /// 95 % are within it.
    pub p95: f64,
    /// 99 % are within it.
    pub p99: f64,
    /// 99.9 % are within it.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Latency {
    pub(super) fn of(histogram: &Histogram) -> Self {
        let quantiles = histogram.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]);
        let [p50, p90, p95, p99, p999] = quantiles.map(seconds);
        Self {
            mean: histogram.mean() / 1e9,
            p50,
            p90,
            p95,
            p99,
            p999,
            max: seconds(histogram.max()),
        }
    }
}

/// The objective, and how far it was met.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ServiceLevel {
    /// The longest latency that is within the objective.
    pub latency_seconds: f64,
    /// The share of the requests that must be within it.
    pub wanted: f64,
    /// The share of the arrived requests that were; dropped and unfinished ones were not.
    pub attainment: f64,
    /// Whether that is enough.
    pub met: bool,
    /// Requests within the objective, a second; of a window of less than a second, in all of it.
    pub goodput_per_second: f64,
}

/// Replica time, and what it was used for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Replicas {
    /// Replica-seconds of starting.
    pub starting_seconds: f64,
    /// Replica-seconds of being ready.
    pub ready_seconds: f64,
    /// Replica-seconds of draining.
    pub draining_seconds: f64,
    /// All of these: what is paid for.
    pub provisioned_seconds: f64,
    /// The mean number of provisioned replicas.
    pub mean: f64,
    /// The largest number of provisioned replicas at the end of a sample.
    pub peak: u32,
    /// Requests in service relative to the places for them, from 0 to 1.
    pub utilization: f64,
}

/// What a policy did: its decisions in the measured window, and what came of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scaling {
    /// How often it asked for more replicas.
    pub ups: u64,
    /// How often it asked for fewer.
    pub downs: u64,
    /// How often a request that met no replica asked for one, whenever that was.
    pub activations: u64,
    /// Replicas that were started, whenever that was.
    pub replicas_started: u64,
}

/// Shares that a latency distribution is given at: each hundredth, then ever finer.
pub(super) fn distribution(histogram: &Histogram) -> Vec<(f64, f64)> {
    let hundredths = (0..100).map(|percent| f64::from(percent) / 100.0);
    let tail = [0.992, 0.995, 0.998, 0.999, 0.9995, 0.9999, 0.99999, 1.0];
    hundredths
        .chain(tail)
        .map(|share| (share, seconds(histogram.quantile(share))))
        .collect()
}
