//! `baseten`: the autoscaler that Baseten documents.
//!
//! Source: docs.baseten.co, "Autoscaling", and the platform's management API. What is documented is
//! followed; what is not is left out (panic modes) or said here:
//!
//! - **Up**: the requests in flight, averaged over the window, are held at concurrency target ×
//!   utilisation per replica, rounded up, and applied at once. Requests that wait for a replica are
//!   in flight too.
//! - **Down**: the load must stay below what the replicas are there for during a whole delay; then
//!   one step is taken, and the delay begins anew. Load that returns cancels it.
//! - How much a step takes is documented in two ways: see [`ScaleDown`].

mod options;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;

pub use options::{BasetenOptions, ScaleDown};

use crate::measure::{SECOND, count_up, in_flight, sound};
use crate::options::checked;
use crate::window::Mean;

/// Baseten's autoscaler as a policy.
#[derive(Clone, Debug)]
pub struct Baseten {
    load: Mean,
    tokens: Option<(Mean, f64)>,
    /// What one replica should hold, in hundredths of requests. Whole, so that a load which is a
    /// multiple of it takes that many replicas and not one more.
    hundredths_per_replica: f64,
    delay_ns: u64,
    step: ScaleDown,
    percent: u32,
    /// Since when fewer replicas would do, or since the last step.
    below: Option<u64>,
}

impl Baseten {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: BasetenOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        let window_ns = u64::from(options.autoscaling_window) * SECOND;
        let percent = f64::from(options.target_utilization_percentage);
        let tokens = options.target_in_flight_tokens;
        Ok(Self {
            load: Mean::new(window_ns),
            tokens: tokens.map(|tokens| (Mean::new(window_ns), f64::from(tokens))),
            hundredths_per_replica: f64::from(options.concurrency_target) * percent,
            delay_ns: u64::from(options.scale_down_delay) * SECOND,
            step: options.scale_down,
            percent: options.max_scale_down_rate,
            below: None,
        })
    }

    /// How many replicas the load needs; `None` when nothing was measured.
    fn needed(&mut self, observation: &Observation<'_>) -> Option<u32> {
        for sample in observation.samples {
            self.load.add(sample.at_ns, in_flight(sample));
            if let Some((tokens, _)) = &mut self.tokens {
                tokens.add(sample.at_ns, sound(sample.tokens_in_flight));
            }
        }
        let load = self.load.over(observation.now_ns)?;
        let needed = count_up(load * 100.0 / self.hundredths_per_replica);
        let by_tokens = self.tokens.as_mut().and_then(|(tokens, target)| {
            let tokens = tokens.over(observation.now_ns)?;
            Some(count_up(tokens / *target))
        });
        Some(needed.max(by_tokens.unwrap_or(0)))
    }

    /// How many replicas are left after one step down.
    fn step_down(&self, current: u32, needed: u32) -> u32 {
        let excess = current - needed;
        let most = match self.step {
            // Rounded up, so that the last of the excess goes too.
            ScaleDown::RateOfExcess => share(excess, self.percent).div_ceil(100),
            ScaleDown::RateOfActive => (share(current, self.percent) / 100).max(1),
        };
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        current - excess.min(most)
    }
}

fn share(replicas: u32, percent: u32) -> u64 {
    u64::from(replicas) * u64::from(percent)
}

impl ScalingPolicy for Baseten {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        let current = observation.current;
        let decision = |desired, reason| Decision { desired, reason };
        let Some(needed) = self.needed(observation) else {
            return decision(current, Reason::NO_DATA);
        };
        let bounded = needed.min(observation.max).max(observation.min);
        if bounded >= current {
            self.below = None;
            return match (bounded > current, bounded < needed) {
                (_, true) => decision(bounded, Reason::BOUND),
                (true, _) => decision(bounded, Reason::ABOVE_TARGET),
                _ => decision(bounded, Reason::STEADY),
            };
        }
        let now = observation.now_ns;
        let since = *self.below.get_or_insert(now);
        if now.saturating_sub(since) < self.delay_ns {
            return decision(current, Reason::HELD_BACK);
        }
        self.below = Some(now);
        decision(self.step_down(current, bounded), Reason::BELOW_TARGET)
    }
}
