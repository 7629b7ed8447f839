//! The decision: requests in flight in, a number of replicas out.

use super::RayServeOptions;
use crate::measure::{count, sound};

/// Two readings of a clock may differ by a hair less than the time between them; the original
/// forgives this much, in seconds.
const FORGIVEN_SECONDS: f64 = 1e-6;

/// A change that waits for its delay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pending {
    /// In how many decisions in a row it was wanted; below 0 for fewer replicas.
    pub times: i64,
    /// Since when, in seconds on the clock that decisions are told.
    pub since_seconds: f64,
}

/// Ray Serve's decision and its state.
#[derive(Clone, Debug)]
pub struct Decider {
    options: RayServeOptions,
    pending: Option<Pending>,
}

impl Decider {
    /// A decider with these options, which are taken as they are.
    #[must_use]
    pub fn new(options: RayServeOptions) -> Self {
        Self {
            options,
            pending: None,
        }
    }

    /// The change that waits; `None` when there is none.
    #[must_use]
    pub fn pending(&self) -> Option<Pending> {
        self.pending
    }

    /// Continues from a change that waits, or from none.
    pub fn resume(&mut self, pending: Option<Pending>) {
        self.pending = pending;
    }

    /// Decides on a number of requests in flight, where `running` replicas run and `target` are
    /// wanted. Bounds are the caller's to apply; a number beyond the type's range is its end.
    pub fn decide(&mut self, now_seconds: f64, requests: f64, running: u32, target: u32) -> u32 {
        let requests = sound(requests);
        if running == 0 {
            // From nothing there is no delay, and nothing to multiply.
            if requests > 0.0 {
                return count(self.options.upscaling_factor.ceil()).max(target);
            }
            if target == 0 {
                // Nothing is wanted, and nothing waits any more.
                self.pending = None;
            }
            return target;
        }
        let desired = self.scaled(requests, f64::from(running));
        self.delayed(now_seconds, desired, target)
    }

    /// The number that the load asks for, the factors applied.
    fn scaled(&self, requests: f64, running: f64) -> u32 {
        // In the original's order, as it rounds differently in another.
        let error_ratio = requests / (self.options.target_ongoing_requests * running);
        let wanted = running * error_ratio;
        let change = wanted - running;
        let factor = if change > 0.0 {
            self.options.upscaling_factor
        } else {
            self.options.downscaling_factor
        };
        let mut scaled = (running + factor * change).ceil();
        if wanted.ceil() < running && scaled == running {
            // A small factor must not keep a replica forever.
            scaled -= 1.0;
        }
        count(scaled)
    }

    /// Applies a change once it was wanted for its delay.
    fn delayed(&mut self, now: f64, desired: u32, target: u32) -> u32 {
        let (sign, delay, desired) = if desired > target {
            (1, self.options.upscale_delay_s, desired)
        } else if desired == target {
            self.pending = None;
            return target;
        } else if target == 1 {
            let options = &self.options;
            let delay = options.downscale_to_zero_delay_s;
            (-1, delay.unwrap_or(options.downscale_delay_s), desired)
        } else {
            // Only the last replica goes to zero, by a step of its own.
            (-1, self.options.downscale_delay_s, desired.max(1))
        };
        let same = self
            .pending
            .filter(|pending| pending.times.signum() == sign);
        let pending = Pending {
            times: same.map_or(0, |pending| pending.times).saturating_add(sign),
            since_seconds: same.map_or(now, |pending| pending.since_seconds),
        };
        if now - pending.since_seconds + FORGIVEN_SECONDS >= delay {
            self.pending = None;
            return desired;
        }
        self.pending = Some(pending);
        target
    }
}
