//! `ray-serve`: Ray Serve's autoscaler.
//!
//! Source: Ray 2.60.0, `python/ray/serve/autoscaling_policy.py`. [`Decider`] is the decision alone,
//! which agrees with the original to the last bit of its times.

mod decider;
mod options;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;

pub use decider::{Decider, Pending};
pub use options::RayServeOptions;

use crate::measure::{direction, in_flight, nanoseconds, seconds};
use crate::options::checked;
use crate::window::Mean;

/// Ray Serve's autoscaler as a policy: the mean of requests in flight over the look-back period,
/// decided on at each call. The original decides every 0.1 s.
///
/// The original counts replicas that run; here they are those that are ready.
#[derive(Clone, Debug)]
pub struct RayServe {
    decider: Decider,
    load: Mean,
}

impl RayServe {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: RayServeOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        Ok(Self {
            load: Mean::new(nanoseconds(options.look_back_period_s)),
            decider: Decider::new(options),
        })
    }
}

impl ScalingPolicy for RayServe {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        for sample in observation.samples {
            self.load.add(sample.at_ns, in_flight(sample));
        }
        let Some(load) = self.load.over(observation.now_ns) else {
            return Decision {
                desired: observation.current,
                reason: Reason::NO_DATA,
            };
        };
        let now = seconds(observation.now_ns);
        let (running, target) = (observation.ready, observation.current);
        let desired = self.decider.decide(now, load, running, target);
        let reason = if desired == target && self.decider.pending().is_some() {
            Reason::HELD_BACK
        } else {
            direction(target, desired)
        };
        Decision { desired, reason }
    }
}
