//! What an endpoint did in this second.

use plimsoll_core::histogram::Histogram;

use super::endpoint::ramp;
use crate::clock::{SECOND, seconds};
use crate::plan::Endpoint;
use crate::results::{Point, milliseconds};
use crate::schedule::Ramp;

/// What an endpoint did in this second.
#[derive(Debug, Default)]
pub(super) struct ThisSecond {
    pub(super) sent: u64,
    /// Those of them for which no connection could be made.
    pub(super) unconnected: u64,
    pub(super) completions: u64,
    pub(super) errors: u64,
    pub(super) tokens: u64,
    /// Latencies from the intended time.
    pub(super) response: Histogram,
    /// Workers times nanoseconds.
    pub(super) worker_area: u128,
    /// Means of requests in flight, added up, and how many they are.
    pub(super) in_flight: f64,
    pub(super) looks: u32,
}

impl ThisSecond {
    /// Whether nothing was sent and nothing ended in it.
    pub(super) fn is_empty(&self) -> bool {
        self.sent == 0 && self.completions == 0 && self.response.is_empty()
    }

    /// How it went, for a second that began at a time; the endpoint ends at a time. Another one begins.
    pub(super) fn close(
        &mut self,
        endpoint: &Endpoint,
        began: u64,
        length: u64,
        end: u64,
        backlog: u32,
    ) -> Point {
        let length = length.max(1);
        let until = began + length;
        let per_second = |count: u64| count as f64 * SECOND as f64 / length as f64;
        let due = |ramp: Ramp| ramp.due(until.min(end)) - ramp.due(began.min(end));
        let quantiles = self.response.quantiles([0.5, 0.95, 0.99]);
        let [p50_ms, p95_ms, p99_ms] = quantiles.map(milliseconds);
        let point = Point {
            at_seconds: seconds(until),
            length_seconds: seconds(length),
            target_rate: ramp(endpoint).map_or(0.0, due) * SECOND as f64 / length as f64,
            sent_rate: per_second(self.sent.saturating_sub(self.unconnected)),
            rate: per_second(self.completions),
            error_rate: per_second(self.errors),
            workers: self.worker_area as f64 / length as f64,
            in_flight: self.in_flight / f64::from(self.looks.max(1)),
            backlog,
            p50_ms,
            p95_ms,
            p99_ms,
            max_ms: milliseconds(self.response.max()),
            tokens: per_second(self.tokens),
        };
        let mut response = std::mem::take(&mut self.response);
        response.clear();
        *self = Self {
            response,
            // What was sent in the second before may not have come through until this one.
            unconnected: self.unconnected.saturating_sub(self.sent),
            ..Self::default()
        };
        point
    }
}
