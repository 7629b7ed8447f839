//! Metric windows: one bucket a second, averaged.

use serde::{Deserialize, Serialize};

use super::smoothing::smoothing;
use crate::measure::SECOND;

/// How buckets are averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// All alike.
    #[default]
    Linear,
    /// Each weighs less than the one after it.
    WeightedExponential,
}

/// A metric over a window, in buckets of one second; what is recorded in one second is summed.
///
/// Every sum is made in the original's order, so that it is the same to the last bit. Source:
/// `pkg/autoscaler/aggregation/bucketing.go`.
#[derive(Clone, Debug)]
pub struct Buckets {
    algorithm: Algorithm,
    /// What the newest bucket weighs in an exponential average.
    smoothing: f64,
    buckets: Box<[f64]>,
    total: f64,
    /// The first and the last second that were written, counted from the clock's zero.
    written: Option<(u64, u64)>,
}

impl Buckets {
    /// An empty window of this many seconds, at least 1.
    #[must_use]
    pub fn new(algorithm: Algorithm, window_seconds: u32) -> Self {
        let window = window_seconds.max(1);
        Self {
            algorithm,
            smoothing: smoothing(window),
            buckets: (0..window).map(|_| 0.0).collect(),
            total: 0.0,
            written: None,
        }
    }

    /// Records a value. One that is a window or more older than the newest is passed over.
    pub fn record(&mut self, at_ns: u64, value: f64) {
        let window = self.window();
        let second = at_ns / SECOND;
        let (first, last) = match self.written {
            Some((first, last)) if second < last.saturating_add(window) => {
                if second.saturating_add(window) <= last {
                    return;
                }
                for passed in last + 1..=second {
                    let bucket = &mut self.buckets[place(passed, window)];
                    self.total -= *bucket;
                    *bucket = 0.0;
                }
                (first.min(second), last.max(second))
            }
            // Nothing for a window's length: the series begins anew.
            _ => {
                self.buckets.fill(0.0);
                self.total = 0.0;
                (second, second)
            }
        };
        self.written = Some((first, last));
        self.buckets[place(second, window)] += value;
        self.total += value;
    }

    /// Whether nothing was recorded for longer than the window.
    #[must_use]
    pub fn is_empty(&self, now_ns: u64) -> bool {
        let window = self.window();
        self.written
            .is_none_or(|(_, last)| (now_ns / SECOND).saturating_sub(last) > window)
    }

    /// The average over the window that ends now.
    #[must_use]
    pub fn average(&self, now_ns: u64) -> f64 {
        let Some((first, last)) = self.written else {
            return 0.0;
        };
        let silent = (now_ns / SECOND).saturating_sub(last);
        match self.algorithm {
            Algorithm::Linear => self.linear(first, last, silent),
            Algorithm::WeightedExponential => self.weighted(last, silent),
        }
    }

    /// The mean since the first write or over the window, whichever is shorter. Where nothing was
    /// written for some seconds, the oldest buckets have left the window.
    fn linear(&self, first: u64, last: u64, silent: u64) -> f64 {
        let window = self.window();
        if silent >= window {
            return 0.0;
        }
        let mut total = self.total;
        for passed in last + 1..=last + silent {
            total -= self.buckets[place(passed, window)];
        }
        let buckets = (last - first + 1).min(window - silent);
        round(total / float(buckets))
    }

    /// The sum of `a(1-a)^i` times the bucket of i seconds ago; neither rounded nor normalised.
    fn weighted(&self, last: u64, silent: u64) -> f64 {
        let window = self.window();
        if silent > window {
            return 0.0;
        }
        let decay = 1.0 - self.smoothing;
        let mut weight = self.smoothing;
        if silent > 0 {
            weight *= power(decay, silent);
        }
        let mut sum = 0.0;
        let mut bucket = place(last, window);
        for _ in silent..window {
            sum += self.buckets[bucket] * weight;
            weight *= decay;
            bucket = bucket.checked_sub(1).unwrap_or(self.buckets.len() - 1);
        }
        sum
    }

    fn window(&self) -> u64 {
        self.buckets.len() as u64
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a remainder of a slice's length"
)]
fn place(second: u64, window: u64) -> usize {
    (second % window) as usize
}

#[expect(clippy::cast_precision_loss, reason = "a window is at most an hour")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Rounded to six decimals, half away from zero.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// `base^exponent` by squaring.
fn power(base: f64, exponent: u64) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}
