//! How a run stands, for who watches it.

use std::sync::Arc;

use super::Control;
use super::endpoint::ramp;
use crate::clock::seconds;
use crate::results::{Event, Point};

/// Where a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Connections are being made ready.
    #[default]
    Starting,
    /// Requests fall due.
    Running,
    /// What is in flight has time to end.
    Draining,
}

/// How a run stands.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Where it is.
    pub phase: Phase,
    /// Seconds since the beginning, and how many there are to be.
    pub elapsed_seconds: f64,
    /// How long requests fall due, in seconds.
    pub duration_seconds: f64,
    /// Most workers of all autoscaled endpoints together.
    pub budget: Option<u32>,
    /// Each endpoint.
    pub endpoints: Vec<EndpointSnapshot>,
    /// How late requests were sent for which a worker was free, at the 99th percentile, in milliseconds.
    pub pacing_p99_ms: f64,
    /// What was decided last of all endpoints, the newest first.
    pub decisions: Vec<Event>,
}

/// How an endpoint stands.
#[derive(Clone, Debug)]
pub struct EndpointSnapshot {
    /// Its name.
    pub key: Arc<str>,
    /// Requests a second that it is to hold now; none where it holds no rate.
    pub target_rate: Option<f64>,
    /// Its last whole second.
    pub last: Point,
    /// Workers now.
    pub workers: u32,
    /// Requests in flight, mean of the last tick.
    pub in_flight: f64,
    /// Requests that wait for a worker.
    pub backlog: u32,
    /// Requests that ended so far.
    pub requests: u64,
    /// Those that failed.
    pub errors: u64,
    /// Why it ended before its time, where it did.
    pub ended: Option<String>,
    /// Requests that ended in each of the last 60 seconds.
    pub history: Vec<f64>,
    /// What was decided last for it, the newest first.
    pub decisions: Vec<Event>,
}

/// Decisions that are shown.
const DECISIONS: usize = 16;

impl Control {
    pub(super) fn snapshot(&self, now: u64) -> Snapshot {
        let states = self.endpoints.iter().zip(&self.test.endpoints);
        let endpoints = states.map(|(state, endpoint)| {
            let (requests, errors) = (state.totals.completions, state.totals.errors);
            EndpointSnapshot {
                key: endpoint.key.as_str().into(),
                target_rate: ramp(endpoint).map(|ramp| ramp.at(now)),
                last: state.last,
                workers: state.workers,
                in_flight: state.in_flight,
                backlog: state.backlog,
                requests,
                errors,
                ended: state.ended.map(|(_, why)| why.to_string()),
                history: state.history.iter().rev().copied().collect(),
                decisions: state.decisions.iter().rev().copied().collect(),
            }
        });
        let last = &self.events[self.events.len().saturating_sub(DECISIONS)..];
        Snapshot {
            phase: match now < self.end {
                true => Phase::Running,
                false => Phase::Draining,
            },
            elapsed_seconds: seconds(now),
            duration_seconds: seconds(self.end),
            budget: self.test.budget,
            endpoints: endpoints.collect(),
            pacing_p99_ms: crate::results::milliseconds(self.together.pacing.quantile(0.99)),
            decisions: last.iter().rev().copied().collect(),
        }
    }
}
