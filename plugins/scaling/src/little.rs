//! `little`: the fewest load workers that hold a rate.
//!
//! A worker is one request in flight. By Little's law a rate λ of requests that take S each keeps
//! λ × S workers busy. Requests do not come and go evenly, so there is headroom, by the square-root
//! staffing rule (Halfin and Whitt 1981): β × √(λ × S) more, whose share shrinks as the load grows.
//! A backlog B that is to be gone in D seconds takes B × S ÷ D workers beside them:
//!
//! > workers = ⌈λ S + β √(λ S) + B S ÷ D⌉
//!
//! λ is the rate that is to be held now, ramps included, or, where nothing holds a rate, the rate
//! of arrivals. S is measured: the service time of completed requests, averaged exponentially; when
//! nothing completes, the time for which nothing has.

use plimsoll_core::policy::{Decision, Observation, Reason, Sample, ScalingPolicy};
use plimsoll_core::registry::FactoryError;
use plimsoll_core::registry::follow::{SPARE_DEVIATIONS, WORKERS};
use serde::{Deserialize, Serialize};

use crate::measure::{count_up, direction, nanoseconds, seconds, sound};
use crate::options::{Described, Field, above, between, checked, from};
use crate::window::Average;

/// Options of [`Little`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LittleOptions {
    /// β: standard deviations of the busy workers that are kept free.
    pub headroom: f64,
    /// Time in which a backlog is to be gone, in seconds.
    pub drain_seconds: f64,
    /// Time constant of the averages, in seconds.
    pub averaging_seconds: f64,
    /// How long fewer workers must do before any goes, in seconds.
    pub scale_down_delay_seconds: f64,
}

impl Default for LittleOptions {
    fn default() -> Self {
        Self {
            headroom: 1.0,
            drain_seconds: 1.0,
            averaging_seconds: 2.0,
            scale_down_delay_seconds: 5.0,
        }
    }
}

impl Described for LittleOptions {
    const POLICY: &'static str = "little";
    const SCALES: &'static [&'static str] = &[WORKERS];
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[("headroom", SPARE_DEVIATIONS)];
    const FIELDS: &'static [Field] = &[
        Field {
            name: "headroom",
            kind: from(0.0),
            doc: "Standard deviations of the busy workers that are kept free.",
        },
        Field {
            name: "drain_seconds",
            kind: above(0.0),
            doc: "Time in which a backlog is to be gone, in seconds.",
        },
        Field {
            name: "averaging_seconds",
            kind: above(0.0),
            doc: "Time constant of the averages of service time and rate, in seconds.",
        },
        Field {
            name: "scale_down_delay_seconds",
            kind: between(0.0, 86_400.0),
            doc: "How long fewer workers must do before any goes, in seconds.",
        },
    ];
}

/// Little's law as a policy for the workers of one endpoint.
#[derive(Clone, Debug)]
pub struct Little {
    options: LittleOptions,
    delay_ns: u64,
    service: Average,
    arrivals: Average,
    /// The service time of a request at the least: for so long workers were busy and nothing
    /// completed.
    stalled_seconds: f64,
    sampled_at: Option<u64>,
    /// Since when fewer workers would do, and the most that were needed since.
    below: Option<(u64, u32)>,
}

impl Little {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: LittleOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        Ok(Self {
            options,
            delay_ns: nanoseconds(options.scale_down_delay_seconds),
            service: Average::default(),
            arrivals: Average::default(),
            stalled_seconds: 0.0,
            sampled_at: None,
            below: None,
        })
    }

    fn measure(&mut self, sample: &Sample) {
        // The first sample's length is not known: what it says of rates is passed over.
        let before = self.sampled_at.replace(sample.at_ns);
        let length = seconds(sample.at_ns.saturating_sub(before.unwrap_or(sample.at_ns)));
        let constant = self.options.averaging_seconds;
        let keep = constant / (constant + length);
        let completions = f64::from(sample.completions);
        // What never completed has no service time to lose: only completions forget.
        if completions > 0.0 {
            let service = sound(sample.service_time_seconds);
            self.service.add(keep, service, completions);
            self.stalled_seconds = 0.0;
        } else if sound(sample.in_flight) > 0.0 {
            self.stalled_seconds += length;
        }
        if length > 0.0 {
            self.arrivals.add(keep, f64::from(sample.arrivals), length);
        }
    }

    fn needed(&self, observation: &Observation<'_>) -> Option<u32> {
        let rate = match observation.target_rate {
            Some(rate) => sound(rate),
            None => self.arrivals.value()?,
        };
        let measured = self.service.value();
        if measured.is_none() && self.stalled_seconds == 0.0 {
            return None;
        }
        let service = measured.unwrap_or(0.0).max(self.stalled_seconds);
        let busy = rate * service;
        let spare = self.options.headroom * busy.sqrt();
        let drain = f64::from(observation.backlog) * service / self.options.drain_seconds;
        Some(count_up(busy + spare + drain))
    }
}

impl ScalingPolicy for Little {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        for sample in observation.samples {
            self.measure(sample);
        }
        let (min, max) = (observation.min, observation.max.max(observation.min));
        let current = observation.current;
        let decision = |desired, reason| Decision { desired, reason };
        let Some(needed) = self.needed(observation) else {
            // Nothing has completed yet. One worker finds out what a request takes; with a backlog
            // there are too few, however long it takes.
            let probing = match observation.backlog {
                0 => current.max(1),
                _ => current.saturating_mul(2).max(1),
            };
            let bounded = probing.clamp(min, max);
            let reason = match () {
                () if bounded == current => Reason::NO_DATA,
                () if bounded == probing => Reason::ABOVE_TARGET,
                () => Reason::BOUND,
            };
            return decision(bounded, reason);
        };
        let bounded = needed.clamp(min, max);
        if bounded >= current {
            self.below = None;
            let reason = match bounded < needed {
                true => Reason::BOUND,
                false => direction(current, bounded),
            };
            return decision(bounded, reason);
        }
        let now = observation.now_ns;
        let (since, most) = match self.below {
            Some((since, most)) => (since, most.max(bounded)),
            None => (now, bounded),
        };
        if now.saturating_sub(since) < self.delay_ns {
            self.below = Some((since, most));
            return decision(current, Reason::HELD_BACK);
        }
        self.below = None;
        decision(most.min(current), Reason::BELOW_TARGET)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::policy::{Observation, Reason, Sample, ScalingPolicy};

    use super::{Little, LittleOptions};

    fn observe<'a>(second: u64, samples: &'a [Sample], current: u32) -> Observation<'a> {
        Observation {
            now_ns: second * 1_000_000_000,
            current,
            ready: current,
            starting: 0,
            draining: 0,
            min: 0,
            max: 1000,
            reachable: true,
            target_rate: Some(100.0),
            backlog: 0,
            samples,
            replicas: &[],
        }
    }

    fn sample(second: u64, completions: u32, each: f64) -> Sample {
        Sample {
            at_ns: second * 1_000_000_000,
            in_flight: 1.0,
            arrivals: 100,
            completions,
            service_time_seconds: f64::from(completions) * each,
            ..Sample::default()
        }
    }

    #[test]
    fn it_holds_a_rate_with_headroom() {
        let mut little = Little::new(LittleOptions::default()).unwrap();
        let first = little.decide(&observe(0, &[], 0));
        assert_eq!((first.desired, first.reason), (1, Reason::ABOVE_TARGET));
        // 100 a second × 0.25 s = 25, and √25 = 5 to spare.
        let decision = little.decide(&observe(1, &[sample(1, 4, 0.25)], 1));
        assert_eq!(decision.desired, 30);
        // A backlog of 8 in one second takes two more.
        let behind = Observation {
            backlog: 8,
            ..observe(2, &[], 30)
        };
        assert_eq!(little.decide(&behind).desired, 32);
    }

    #[test]
    fn it_shrinks_after_the_delay_to_the_most_it_needed() {
        let mut little = Little::new(LittleOptions::default()).unwrap();
        little.decide(&observe(1, &[sample(1, 4, 0.25)], 1));
        assert_eq!(little.decide(&observe(2, &[], 60)).desired, 60);
        assert_eq!(little.decide(&observe(6, &[], 60)).desired, 60);
        assert_eq!(little.decide(&observe(7, &[], 60)).desired, 30);
    }

    #[test]
    fn a_stall_counts_as_service_time() {
        let mut little = Little::new(LittleOptions::default()).unwrap();
        little.decide(&observe(1, &[sample(1, 0, 0.0)], 5));
        // Nothing has completed for two seconds: a request takes that long at the least.
        let stalled = [sample(2, 0, 0.0), sample(3, 0, 0.0)];
        assert_eq!(little.decide(&observe(3, &stalled, 5)).desired, 215);
    }
}
