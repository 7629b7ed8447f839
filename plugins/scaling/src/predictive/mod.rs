//! `predictive`: replicas that are there when the load comes.
//!
//! Our own. The load (requests in flight, those that wait included) is measured in steps and
//! forecast by level, damped trend and season; replicas are wanted for the most that is forecast
//! until a replica that is started now would be ready, plus a margin in mean errors of the forecast.
//! A reactive floor, the need of the last seconds, holds whatever is forecast; a delay holds
//! scale-downs back.

mod holt_winters;
mod options;

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;

pub use options::PredictiveOptions;

use crate::measure::{SECOND, count_up, direction, in_flight};
use crate::options::checked;
use crate::window::{Edge, Extreme, Mean, Side};
use holt_winters::HoltWinters;

/// The predictive policy.
#[derive(Clone, Debug)]
pub struct Predictive {
    per_replica: f64,
    margin: f64,
    /// How many steps a replica that is started now is ahead.
    ahead: u32,
    step_ns: u64,
    /// The load of the last seconds, for the floor, and of the step that runs.
    recent: Mean,
    step: Mean,
    /// The step that runs, counted from the clock's zero.
    running: Option<u64>,
    last: f64,
    series: HoltWinters,
    held: Extreme,
}

/// The most values that the delay remembers; with more the oldest is held for longer.
const HELD: usize = 512;

impl Predictive {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: PredictiveOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        let step_ns = u64::from(options.step_seconds) * SECOND;
        let season = options.season_seconds / options.step_seconds;
        let delay_ns = u64::from(options.scale_down_delay_seconds) * SECOND;
        Ok(Self {
            per_replica: options.concurrency_target * options.target_utilization_percentage / 100.0,
            margin: options.margin,
            ahead: options.lead_seconds.div_ceil(options.step_seconds).max(1),
            step_ns,
            recent: Mean::new(u64::from(options.reactive_window_seconds) * SECOND),
            step: Mean::new(step_ns),
            running: None,
            last: 0.0,
            series: HoltWinters::new(options.rates(), usize::try_from(season).unwrap_or(1)),
            held: Extreme::new(Side::Most, Edge::Passed, delay_ns, HELD),
        })
    }

    /// Learns the steps that are over. One without a sample is taken to be as the last.
    fn learn(&mut self, now_ns: u64) {
        let step = now_ns / self.step_ns;
        let running = *self.running.get_or_insert(step);
        if step <= running {
            return;
        }
        // After a silence longer than any season, what it would have been is anyone's guess.
        let missed = (step - running).min(holt_winters::MOST_STEPS as u64);
        for passed in 0..missed {
            let over = (running + passed + 1).saturating_mul(self.step_ns);
            self.last = self.step.over(over).unwrap_or(self.last);
            self.series.learn(self.last);
        }
        self.running = Some(step);
    }

    /// The most that is forecast until a replica that is started now is ready.
    fn forecast(&self) -> f64 {
        let margin = self.margin * self.series.error();
        (1..=self.ahead)
            .filter_map(|ahead| self.series.forecast(ahead))
            .fold(0.0, |most: f64, load| most.max(load + margin))
    }
}

impl ScalingPolicy for Predictive {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        for sample in observation.samples {
            // A step is over before the first sample beyond it is added.
            self.learn(sample.at_ns.saturating_sub(1));
            let load = in_flight(sample);
            self.recent.add(sample.at_ns, load);
            self.step.add(sample.at_ns, load);
        }
        let now = observation.now_ns;
        let current = observation.current;
        self.learn(now.saturating_sub(1));
        let Some(recent) = self.recent.over(now) else {
            return Decision {
                desired: current,
                reason: Reason::NO_DATA,
            };
        };
        let replicas = |load: f64| count_up(load / self.per_replica);
        let floor = replicas(recent);
        let forecast = replicas(self.forecast());
        let (min, max) = (observation.min, observation.max.max(observation.min));
        let wanted = floor.max(forecast).clamp(min, max);
        let held = self.held.with(now, i64::from(wanted));
        self.held.record(now, i64::from(wanted));
        let desired = u32::try_from(held).unwrap_or(wanted).clamp(min, max);
        let reason = if desired > wanted {
            Reason::HELD_BACK
        } else if forecast > floor {
            Reason::FORECAST
        } else {
            direction(current, desired)
        };
        Decision { desired, reason }
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::policy::{Observation, Reason, Sample, ScalingPolicy};

    use super::{Predictive, PredictiveOptions};

    /// Runs a load over time, one decision a second, and tells each.
    fn run(policy: &mut Predictive, seconds: u64, load: impl Fn(u64) -> f64) -> Vec<(u32, Reason)> {
        let mut current = 0;
        (1..=seconds)
            .map(|second| {
                let at_ns = second * 1_000_000_000;
                let sample = Sample {
                    at_ns,
                    in_flight: load(second),
                    ..Sample::default()
                };
                let decision = policy.decide(&Observation {
                    now_ns: at_ns,
                    current,
                    ready: current,
                    starting: 0,
                    draining: 0,
                    min: 0,
                    max: 100,
                    reachable: true,
                    target_rate: None,
                    backlog: 0,
                    samples: &[sample],
                    replicas: &[],
                });
                current = decision.desired;
                (decision.desired, decision.reason)
            })
            .collect()
    }

    fn options() -> PredictiveOptions {
        PredictiveOptions {
            concurrency_target: 1.0,
            target_utilization_percentage: 100.0,
            season_seconds: 600,
            step_seconds: 10,
            lead_seconds: 60,
            scale_down_delay_seconds: 0,
            ..PredictiveOptions::default()
        }
    }

    #[test]
    fn it_is_ahead_of_a_load_that_returns() {
        let mut policy = Predictive::new(options()).unwrap();
        // Every ten minutes ten requests in flight for five minutes.
        let load = |second: u64| if second % 600 >= 300 { 10.0 } else { 0.0 };
        let decisions = run(&mut policy, 2400, load);
        // In the fourth season, half a minute before the load comes.
        let (desired, reason) = decisions[1800 + 270];
        assert!(desired >= 8, "{desired}");
        assert_eq!(reason, Reason::FORECAST);
        // In the first, nobody knew.
        assert_eq!(decisions[270].0, 0);
    }

    #[test]
    fn the_floor_holds_whatever_is_forecast() {
        let mut policy = Predictive::new(options()).unwrap();
        let decisions = run(
            &mut policy,
            700,
            |second| if second > 640 { 50.0 } else { 1.0 },
        );
        assert!(decisions[699].0 >= 50);
    }
}
