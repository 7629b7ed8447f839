//! `knative`: the Knative pod autoscaler (KPA).
//!
//! Source: knative/serving at 98e5ef90, `pkg/autoscaler`. The parts are public, as each agrees with
//! its original bit for bit: [`Autoscaler`] decides, [`Buckets`] average metrics, [`Delay`] holds
//! scale-downs back.

mod autoscaler;
mod buckets;
mod delay;
mod options;
mod scrape;
mod smoothing;
mod to_zero;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;

pub use autoscaler::{Autoscaler, ScaleResult, Spec};
pub use buckets::{Algorithm, Buckets};
pub use delay::Delay;
pub use options::{KnativeMetric, KnativeOptions};

use crate::measure::{direction, in_flight, seconds, sound};
use crate::options::checked;
use scrape::Scrape;
use to_zero::ToZero;

/// The KPA as a policy: samples go into its stable and its panic window, each call is one tick.
///
/// The original ticks every 2 s. It scales on requests in flight, those that wait included, as the
/// queue-proxies and the activator report them.
#[derive(Clone, Debug)]
pub struct Knative {
    metric: KnativeMetric,
    scrape: Scrape,
    stable: Buckets,
    panic: Buckets,
    autoscaler: Autoscaler,
    begun: bool,
    spec: Spec,
    to_zero: ToZero,
}

impl Knative {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: KnativeOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        let algorithm = options.aggregation;
        let spec = options.spec();
        Ok(Self {
            metric: options.metric,
            scrape: Scrape::default(),
            stable: Buckets::new(algorithm, options.stable_window_seconds),
            panic: Buckets::new(algorithm, options.panic_window_seconds()),
            autoscaler: Autoscaler::new(&spec, 0, 0),
            begun: false,
            spec,
            to_zero: ToZero::new(&options),
        })
    }
}

impl ScalingPolicy for Knative {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        let now = observation.now_ns;
        let Self { stable, panic, .. } = self;
        for sample in observation.samples {
            let value = match self.metric {
                KnativeMetric::Concurrency => in_flight(sample),
                KnativeMetric::Rps => {
                    let length = seconds(self.scrape.length(sample.at_ns));
                    sound(f64::from(sample.arrivals) / length)
                }
            };
            self.scrape.add(sample.at_ns, value, |second, value| {
                stable.record(second, value);
                panic.record(second, value);
            });
        }
        let spec = Spec {
            reachable: observation.reachable,
            ..self.spec
        };
        // The original is made with the revision, and asks then how many replicas are ready.
        if !self.begun {
            self.begun = true;
            self.autoscaler.begin(observation.ready, now);
        }
        if stable.is_empty(now) {
            return Decision {
                desired: observation.current,
                reason: Reason::NO_DATA,
            };
        }
        let (stable, panic) = (stable.average(now), panic.average(now));
        let result = self
            .autoscaler
            .scale(&spec, now, stable, panic, observation.ready);
        let kept = self.to_zero.apply(now, observation.current, result.desired);
        let reason = if kept != result.desired || result.delayed {
            Reason::HELD_BACK
        } else if self.autoscaler.panic_time_ns().is_some() {
            Reason::PANIC
        } else {
            direction(observation.current, kept)
        };
        Decision {
            desired: kept,
            reason,
        }
    }
}
