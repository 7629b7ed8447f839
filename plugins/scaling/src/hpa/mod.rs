//! `hpa`: the Kubernetes horizontal pod autoscaler, v2.
//!
//! Source: Kubernetes 1.27, `pkg/controller/podautoscaler`. The parts are public, as each agrees
//! with its original bit for bit: [`Calculator`] computes replicas from metrics, [`Normalizer`]
//! stabilises and limits changes.

mod calculator;
mod events;
mod normalizer;
mod options;
mod rules;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;

pub use calculator::{Calculator, Metric, NoMetric, Proposal};
pub use normalizer::{Bounds, Limit, Normalized, Normalizer};
pub use options::{HpaMetric, HpaOptions};
pub use rules::{Behavior, ChangeKind, ChangePolicy, Rules, Select};

use crate::measure::{SECOND, direction, in_flight, sound};
use crate::options::checked;
use crate::window::Mean;

/// The HPA as a policy.
///
/// It syncs every `sync_period_seconds`, as its original does; a call in between keeps the current
/// number. External metrics are the requests in flight, those that wait included, as their mean
/// over the sync period; metrics of pods come from the observation's replicas.
#[derive(Clone, Debug)]
pub struct Hpa {
    metric: HpaMetric,
    calculator: Calculator,
    normalizer: Normalizer,
    load: Mean,
    sync_ns: u64,
    next_sync_ns: u64,
}

impl Hpa {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: HpaOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        let sync_ns = u64::from(options.sync_period_seconds) * SECOND;
        Ok(Self {
            metric: options.metric,
            calculator: options.calculator(),
            load: Mean::new(sync_ns),
            sync_ns,
            next_sync_ns: 0,
            normalizer: Normalizer::new(
                options.behavior,
                options.downscale_stabilization_seconds,
                options.sync_period_seconds,
            ),
        })
    }

    fn proposal(&mut self, observation: &Observation<'_>) -> Result<Proposal, NoMetric> {
        let Self {
            calculator, load, ..
        } = self;
        let current = observation.current;
        let metric = match self.metric {
            HpaMetric::Pods => Metric::Pods,
            HpaMetric::Cpu => Metric::RawCpu,
            HpaMetric::CpuUtilization => Metric::CpuUtilization,
            HpaMetric::External | HpaMetric::ExternalAverage => {
                let load = load.over(observation.now_ns).ok_or(NoMetric)?;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a sound load in thousandths is at most 10^15"
                )]
                let total_milli = (sound(load) * 1000.0).round() as i64;
                if self.metric == HpaMetric::External {
                    // A pod that drains still runs and is ready.
                    let ready = observation.ready.saturating_add(observation.draining);
                    return Ok(calculator.external(current, total_milli, ready));
                }
                return Ok(calculator.external_average(current, total_milli));
            }
        };
        calculator.replicas(metric, current, observation.replicas)
    }
}

impl ScalingPolicy for Hpa {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        for sample in observation.samples {
            self.load.add(sample.at_ns, in_flight(sample));
        }
        let Observation {
            now_ns,
            current,
            min,
            max,
            ..
        } = *observation;
        let keep = |reason| Decision {
            desired: current,
            reason,
        };
        if now_ns < self.next_sync_ns {
            return keep(Reason::STEADY);
        }
        self.next_sync_ns = now_ns.saturating_add(self.sync_ns);
        let bounds = Bounds { min, max };
        self.normalizer.begin(now_ns, current);
        if current == 0 && min > 0 {
            // Somebody has switched the workload off by hand.
            return keep(Reason::BOUND);
        }
        if current > max || current < min {
            let desired = if current > max { max } else { min };
            self.normalizer.scaled(now_ns, current, desired);
            return Decision {
                desired,
                reason: Reason::BOUND,
            };
        }
        let Ok(proposal) = self.proposal(observation) else {
            return keep(Reason::NO_DATA);
        };
        let result = self
            .normalizer
            .normalize(now_ns, current, proposal.replicas, bounds);
        self.normalizer.scaled(now_ns, current, result.replicas);
        let reason = match result.limit {
            Limit::ScaleUp | Limit::ScaleDown => Reason::RATE_LIMITED,
            Limit::TooMany | Limit::TooFew => Reason::BOUND,
            Limit::WithinRange if result.stabilized != proposal.replicas => Reason::HELD_BACK,
            Limit::WithinRange => direction(current, result.replicas),
        };
        Decision {
            desired: result.replicas,
            reason,
        }
    }
}
