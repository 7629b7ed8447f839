//! All endpoints together, second by second.

use plimsoll_core::histogram::Histogram;

use crate::clock::{SECOND, seconds};
use crate::engine::Ended;
use crate::results::{Join as _, Joined, Second};

/// Seconds of which the latencies are kept; more are joined.
const MOST: usize = 600;

/// All endpoints together.
pub(super) struct Together {
    /// Latencies of this second.
    latencies: Histogram,
    /// How late requests were sent for which a worker was free: what the generator adds.
    pub(super) pacing: Histogram,
    pub(super) seconds: Joined<Second>,
    /// The most requests that ended in a second.
    pub(super) peak: f64,
}

impl Together {
    pub(super) fn new() -> Self {
        Self {
            latencies: Histogram::default(),
            pacing: Histogram::default(),
            seconds: Joined::new(MOST),
            peak: 0.0,
        }
    }

    /// Counts a request that is over.
    pub(super) fn count(&mut self, ended: &Ended) {
        if ended.outcome.has_latency() {
            self.latencies.record(ended.response);
        }
        if let Some(service) = ended.service.filter(|_| !ended.waited) {
            self.pacing.record(ended.response - service);
        }
    }

    /// Closes a second that ends at a time, was so long, and in which so many requests ended.
    pub(super) fn close_second(&mut self, until: u64, length: u64, completions: u64) {
        // What is left at the end may be of a moment.
        if length >= SECOND * 9 / 10 {
            let rate = completions as f64 * SECOND as f64 / length as f64;
            self.peak = self.peak.max(rate);
        }
        let latencies = std::mem::take(&mut self.latencies);
        let at_seconds = seconds(until);
        match self.seconds.last_mut() {
            // A moment that is left at the end is a part of the second before it.
            Some(last) if length < SECOND / 2 => {
                last.join(Second {
                    at_seconds,
                    latencies,
                });
            }
            _ => self.seconds.add(Second {
                at_seconds,
                latencies,
            }),
        }
    }
}
