//! How an endpoint went over time.

use serde::{Deserialize, Serialize};

use super::joined::Join;

/// About a second of an endpoint, or several where they were joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// When it ended, in seconds since the beginning.
    pub at_seconds: f64,
    /// How long it was, in seconds.
    pub length_seconds: f64,
    /// Requests a second that were to be held; 0 where no rate is held.
    pub target_rate: f64,
    /// Requests a second that were sent.
    pub sent_rate: f64,
    /// Requests a second that ended.
    pub rate: f64,
    /// Failed requests a second.
    pub error_rate: f64,
    /// Workers, mean.
    pub workers: f64,
    /// Requests in flight, mean.
    pub in_flight: f64,
    /// Requests that waited for a worker, at the end.
    pub backlog: u32,
    /// Latency in milliseconds that half did not exceed. Of joined points, these are the greatest.
    pub p50_ms: f64,
    /// As above, for 95 %.
    pub p95_ms: f64,
    /// As above, for 99 %.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// Tokens a second.
    pub tokens: f64,
}

impl Point {
    /// Counts what came in a moment after the end of the test, when nothing fell due any more, as if it
    /// had come in this second.
    pub(crate) fn count_late(&mut self, late: &Self) {
        let share = late.length_seconds / self.length_seconds.max(f64::MIN_POSITIVE);
        self.sent_rate += late.sent_rate * share;
        self.rate += late.rate * share;
        self.error_rate += late.error_rate * share;
        self.tokens += late.tokens * share;
        self.backlog = late.backlog;
        self.p50_ms = self.p50_ms.max(late.p50_ms);
        self.p95_ms = self.p95_ms.max(late.p95_ms);
        self.p99_ms = self.p99_ms.max(late.p99_ms);
        self.max_ms = self.max_ms.max(late.max_ms);
    }
}

impl Join for Point {
    fn join(&mut self, next: Self) {
        let (own, others) = (self.length_seconds, next.length_seconds);
        let mean = |one: f64, other: f64| match own + others > 0.0 {
            true => (one * own + other * others) / (own + others),
            false => other,
        };
        *self = Self {
            at_seconds: next.at_seconds,
            length_seconds: own + others,
            target_rate: mean(self.target_rate, next.target_rate),
            sent_rate: mean(self.sent_rate, next.sent_rate),
            rate: mean(self.rate, next.rate),
            error_rate: mean(self.error_rate, next.error_rate),
            workers: mean(self.workers, next.workers),
            in_flight: mean(self.in_flight, next.in_flight),
            backlog: next.backlog,
            p50_ms: self.p50_ms.max(next.p50_ms),
            p95_ms: self.p95_ms.max(next.p95_ms),
            p99_ms: self.p99_ms.max(next.p99_ms),
            max_ms: self.max_ms.max(next.max_ms),
            tokens: mean(self.tokens, next.tokens),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::Point;
    use crate::results::joined::Joined;

    #[test]
    fn a_long_run_has_few_points_and_the_same_sums() {
        let mut timeline = Joined::new(600);
        for second in 1..=10_000_u32 {
            timeline.add(Point {
                at_seconds: f64::from(second),
                length_seconds: 1.0,
                rate: f64::from(second),
                max_ms: f64::from(second % 7),
                ..Point::default()
            });
        }
        let points = timeline.into_kept();
        let requests: f64 = points
            .iter()
            .map(|point| point.rate * point.length_seconds)
            .sum();
        assert!((requests - 10_000.0 * 10_001.0 / 2.0).abs() < 1e-3);
        assert_eq!(points.last().map(|point| point.at_seconds), Some(10_000.0));
        assert!(points.iter().all(|point| point.max_ms == 6.0));
    }
}
