//! `tressi`: the rule that load tests have scaled their workers by.
//!
//! Source: Tressi 0.0.4 to 0.0.12, `runner.ts`, with the names, the per-endpoint targets and the
//! bounds that load-test documents give it. Every cooldown the rate of completed requests is
//! compared with the target: below `scaleUpThreshold` × target, workers are added; above
//! `scaleDownThreshold` × target, they are removed; by a quarter of the workers that are missing or
//! too many at the rate one worker makes, at least one.
//!
//! Three defects of the original are not followed: a rate of 0 does not jump to the maximum, a ramp
//! is judged by its target now and not by its end, and workers do not fall below their minimum.

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;
use plimsoll_core::registry::follow::WORKERS;
use serde::{Deserialize, Serialize};

use crate::measure::{SECOND, count_up, nanoseconds, seconds, sound};
use crate::options::{Described, Field, Kind, above, between, checked, from};
use crate::window::Mean;

/// Options of [`Tressi`], with the names of load-test documents.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct TressiOptions {
    /// Share of the target below which workers are added; above 0, at most 1.
    pub scale_up_threshold: f64,
    /// Share of the target above which workers are removed; at least 1.
    pub scale_down_threshold: f64,
    /// Share of the missing workers that is added; above 0.
    pub scale_up_factor: f64,
    /// Share of the surplus workers that is removed; above 0.
    pub scale_down_factor: f64,
    /// Time between two changes, in seconds.
    pub cooldown_period: f64,
    /// Fewest workers; `None` for the plant's bound.
    pub min_workers: Option<u32>,
    /// Most workers; `None` for the plant's bound.
    pub max_workers: Option<u32>,
}

impl Default for TressiOptions {
    fn default() -> Self {
        Self {
            scale_up_threshold: 0.9,
            scale_down_threshold: 1.1,
            scale_up_factor: 0.25,
            scale_down_factor: 0.25,
            cooldown_period: 2.0,
            min_workers: None,
            max_workers: None,
        }
    }
}

const BOUND: Kind = Kind::Whole(0, u32::MAX as u64);

impl Described for TressiOptions {
    const POLICY: &'static str = "tressi";
    const SCALES: &'static [&'static str] = &[WORKERS];
    const FIELDS: &'static [Field] = &[
        Field {
            name: "scaleUpThreshold",
            kind: Kind::Number(crate::options::Range {
                from: 0.0,
                above: true,
                to: 1.0,
            }),
            doc: "Share of the target rate below which workers are added.",
        },
        Field {
            name: "scaleDownThreshold",
            kind: from(1.0),
            doc: "Share of the target rate above which workers are removed.",
        },
        Field {
            name: "scaleUpFactor",
            kind: above(0.0),
            doc: "Share of the missing workers that is added at a time.",
        },
        Field {
            name: "scaleDownFactor",
            kind: above(0.0),
            doc: "Share of the surplus workers that is removed at a time.",
        },
        Field {
            name: "cooldownPeriod",
            kind: between(0.0, 86_400.0),
            doc: "Time between two changes, in seconds.",
        },
        Field {
            name: "minWorkers",
            kind: Kind::Optional(&BOUND),
            doc: "Fewest workers; null for what the load test allows.",
        },
        Field {
            name: "maxWorkers",
            kind: Kind::Optional(&BOUND),
            doc: "Most workers; null for what the load test allows.",
        },
    ];

    fn check_together(&self) -> Result<(), String> {
        match (self.min_workers, self.max_workers) {
            (Some(min), Some(max)) if min > max => Err(format!(
                "`minWorkers` is {min}, which is above `maxWorkers`, {max}"
            )),
            _ => Ok(()),
        }
    }
}

/// Tressi's rule as a policy for the workers of one endpoint.
#[derive(Clone, Debug)]
pub struct Tressi {
    options: TressiOptions,
    cooldown_ns: u64,
    /// Completed requests a second, over the last second.
    rate: Mean,
    sampled_at: Option<u64>,
    changed_at: Option<u64>,
}

impl Tressi {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: TressiOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        Ok(Self {
            options,
            cooldown_ns: nanoseconds(options.cooldown_period),
            rate: Mean::new(SECOND),
            sampled_at: None,
            changed_at: None,
        })
    }

    fn measure(&mut self, observation: &Observation<'_>) {
        for sample in observation.samples {
            let before = self
                .sampled_at
                .unwrap_or_else(|| sample.at_ns.saturating_sub(SECOND));
            let length = sample.at_ns.saturating_sub(before);
            if length > 0 {
                self.sampled_at = Some(sample.at_ns);
                let rate = f64::from(sample.completions) / seconds(length);
                self.rate.add(sample.at_ns, sound(rate));
            }
        }
    }
}

impl ScalingPolicy for Tressi {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        self.measure(observation);
        let current = observation.current;
        let options = &self.options;
        let min = options.min_workers.unwrap_or(observation.min);
        let max = options.max_workers.unwrap_or(observation.max).max(min);
        let decision = |desired, reason| Decision { desired, reason };
        if current < min || current > max {
            return decision(current.clamp(min, max), Reason::BOUND);
        }
        let now = observation.now_ns;
        let target = observation.target_rate.map(sound);
        let (Some(target), Some(rate)) = (target, self.rate.over(now)) else {
            return decision(current, Reason::NO_DATA);
        };
        // At the rate that one worker makes; where none makes any, as if they made the target.
        let per_worker = rate / f64::from(current.max(1));
        let workers = |missing: f64, factor: f64| {
            let wanted = if per_worker > 0.0 {
                factor * missing / per_worker
            } else {
                factor * f64::from(current)
            };
            count_up(wanted).max(1)
        };
        let (desired, reason) = if rate < options.scale_up_threshold * target {
            let added = workers(target - rate, options.scale_up_factor);
            (current.saturating_add(added).min(max), Reason::ABOVE_TARGET)
        } else if rate > options.scale_down_threshold * target {
            let removed = workers(rate - target, options.scale_down_factor);
            (
                current.saturating_sub(removed).max(min),
                Reason::BELOW_TARGET,
            )
        } else {
            return decision(current, Reason::STEADY);
        };
        if desired == current {
            return decision(current, Reason::BOUND);
        }
        let cools = self
            .changed_at
            .is_some_and(|changed| now.saturating_sub(changed) < self.cooldown_ns);
        if cools {
            return decision(current, Reason::HELD_BACK);
        }
        self.changed_at = Some(now);
        decision(desired, reason)
    }
}
