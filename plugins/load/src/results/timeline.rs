//! How an endpoint went over time.

use serde::{Deserialize, Serialize};

/// Most points that are kept; more are joined, two and two.
const MOST: usize = 600;

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
    /// What both were together.
    pub(crate) fn joined(self, next: Self) -> Self {
        let length = self.length_seconds + next.length_seconds;
        let mean = |one: f64, other: f64| match length > 0.0 {
            true => (one * self.length_seconds + other * next.length_seconds) / length,
            false => other,
        };
        Self {
            at_seconds: next.at_seconds,
            length_seconds: length,
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
        }
    }
}

/// Points in order of time, of a bounded number however long a run is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    points: Vec<Point>,
    /// Seconds that a point is of; 0 for one.
    step: u32,
    #[serde(skip)]
    joining: Option<(Point, u32)>,
}

impl Timeline {
    /// The points.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Adds a second.
    pub(crate) fn add(&mut self, point: Point) {
        let (joined, count) = match self.joining.take() {
            Some((before, count)) => (before.joined(point), count + 1),
            None => (point, 1),
        };
        if count < self.step.max(1) {
            self.joining = Some((joined, count));
            return;
        }
        self.points.push(joined);
        if self.points.len() >= MOST {
            let pairs = self.points.chunks(2);
            self.points = pairs
                .map(|pair| {
                    pair.iter()
                        .copied()
                        .reduce(Point::joined)
                        .unwrap_or_default()
                })
                .collect();
            self.step = self.step.max(1) * 2;
        }
    }

    /// Adds what is left of the last point.
    pub(crate) fn close(&mut self) {
        if let Some((point, _)) = self.joining.take() {
            self.points.push(point);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Point, Timeline};

    #[test]
    fn a_long_run_has_few_points_and_the_same_sums() {
        let mut timeline = Timeline::default();
        for second in 1..=10_000_u32 {
            timeline.add(Point {
                at_seconds: f64::from(second),
                length_seconds: 1.0,
                rate: f64::from(second),
                max_ms: f64::from(second % 7),
                ..Point::default()
            });
        }
        timeline.close();
        let points = timeline.points();
        assert!(
            points.len() <= MOST && points.len() > MOST / 3,
            "{}",
            points.len()
        );
        let requests: f64 = points
            .iter()
            .map(|point| point.rate * point.length_seconds)
            .sum();
        assert!((requests - 10_000.0 * 10_001.0 / 2.0).abs() < 1e-3);
        assert_eq!(points.last().map(|point| point.at_seconds), Some(10_000.0));
        assert!(points.iter().all(|point| point.max_ms == 6.0));
    }
}
