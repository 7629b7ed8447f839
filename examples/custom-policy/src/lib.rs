//! A scaling policy of one's own: one replica more where requests wait, one less where places idle.
//!
//! It shows typed options, how they follow what is known of a workload, and what a policy is shown.

use plimsoll_sdk::prelude::*;

/// Options of `acme/steps`.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("x-plimsoll-scales" = ["replicas"]))]
struct Options {
    /// Requests in flight that one replica should hold.
    #[schemars(range(min = 0.01), extend("x-plimsoll-follows" = "target_in_flight"))]
    target: f64,
    /// Replicas to add or to take away at a time.
    #[schemars(range(min = 1, max = 100))]
    step: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            target: 1.0,
            step: 1,
        }
    }
}

/// One step up where requests wait, one down where a step's worth of places and a half is idle.
struct Steps {
    target: f64,
    step: u32,
}

impl Steps {
    fn new(options: Options) -> Result<Self, String> {
        let Options { target, step } = options;
        Ok(Self { target, step })
    }
}

impl ScalingPolicy for Steps {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let Some(last) = seen.samples.last() else {
            return Decision {
                desired: seen.current,
                reason: Reason::NO_DATA,
            };
        };
        let idle = f64::from(seen.ready) * self.target - last.in_flight;
        let (desired, reason) = if last.queued > 0.0 && seen.starting == 0 {
            (seen.current.saturating_add(self.step), Reason::ABOVE_TARGET)
        } else if idle > 1.5 * self.target * f64::from(self.step) {
            (seen.current.saturating_sub(self.step), Reason::BELOW_TARGET)
        } else {
            (seen.current, Reason::STEADY)
        };
        Decision { desired, reason }
    }
}

plimsoll_sdk::plugin! {
    name: "acme",
    scaling_policies: [("steps", "A step up where requests wait, a step down where places idle.", Steps::new)],
}
