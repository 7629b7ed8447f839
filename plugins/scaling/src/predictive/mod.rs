//! `predictive`: replicas that are there when the load comes, and no more of them.
//!
//! Our own. What is measured is the offered load: arrivals times service time. Six forecasts of it
//! compete; each carries the margin that its own past errors call for as far ahead as a replica
//! takes to start, and the one whose margin has lately cost least leads. Under it lies a reactive
//! floor: the load that there surely is. `docs/policies.md` has the formulas and their sources.
//!
//! All is done in square roots of loads. The root of a Poisson count has the same deviation
//! whatever its mean (Brown et al., "Statistical analysis of a telephone call center", JASA
//! 100(469), 2005, section 4), so that errors of a quiet night say something of a busy day, and a
//! margin that is added to a root is square-root staffing (Halfin and Whitt 1981).

mod expert;
mod forecasts;
mod grid;
mod holt;
mod load;
mod options;
mod ranked;
mod season;

use plimsoll_core::policy::{Decision, Observation, Reason, Sample, ScalingPolicy};
use plimsoll_core::registry::FactoryError;

pub use options::PredictiveOptions;

use crate::measure::{SECOND, count_up, direction};
use crate::options::checked;
use crate::window::{Edge, Extreme, Side};
use expert::MOST_AHEAD;
use forecasts::Forecasts;
use load::Load;
use ranked::KEPT;

/// The predictive policy.
#[derive(Clone, Debug)]
pub struct Predictive {
    /// Places of one replica.
    places: f64,
    headroom: f64,
    lead_seconds: f64,
    step_ns: u64,
    load: Load,
    /// The step that runs, counted from the clock's zero.
    running: Option<u64>,
    /// The root of the load of the last step.
    last: f64,
    forecasts: Forecasts,
    held: Extreme,
    /// Since when nothing has arrived, waited or been served.
    idle_since: Option<u64>,
    keep_alive_ns: u64,
}

/// The most values that the delay remembers; with more the oldest is held for longer.
const HELD: usize = 512;

/// Steps of a lead; no more than can be forecast.
const STEPS_PER_LEAD: u32 = 8;
const _: () = assert!(STEPS_PER_LEAD as usize == MOST_AHEAD);

/// The shortest step, in seconds: shorter ones cost more than they tell.
const SHORTEST_STEP: u32 = 5;

/// How many leads an idle workload keeps its last replica.
const KEEP_ALIVE_LEADS: u64 = 4;

/// In which part of a lead a backlog is to be gone, once the replicas for it are ready.
const DRAIN_LEADS: f64 = 0.5;

impl Predictive {
    /// A policy with these options.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: PredictiveOptions) -> Result<Self, FactoryError> {
        let options = checked(options)?;
        let lead = options.lead_seconds;
        let step = lead.div_ceil(STEPS_PER_LEAD).max(SHORTEST_STEP);
        let delay = options.scale_down_delay_seconds.unwrap_or(lead);
        let nanoseconds = |seconds: u32| u64::from(seconds) * SECOND;
        Ok(Self {
            places: options.concurrency_target * options.target_utilization_percentage / 100.0,
            headroom: options.headroom,
            lead_seconds: f64::from(lead.max(1)),
            step_ns: nanoseconds(step),
            load: Load::default(),
            running: None,
            last: 0.0,
            forecasts: Forecasts::new(
                lead.div_ceil(step) as usize,
                options.coverage_percentage / 100.0,
            ),
            held: Extreme::new(Side::Most, Edge::Passed, nanoseconds(delay), HELD),
            idle_since: None,
            keep_alive_ns: KEEP_ALIVE_LEADS * nanoseconds(lead),
        })
    }

    fn measure(&mut self, sample: &Sample) {
        // A step is over before the first sample beyond it is added.
        self.learn(sample.at_ns.saturating_sub(1));
        self.load.add(sample);
        let idle = sample.arrivals == 0 && sample.in_flight <= 0.0 && sample.queued <= 0.0;
        self.idle_since = match self.idle_since {
            Some(since) if idle => Some(since),
            _ => idle.then_some(sample.at_ns),
        };
    }

    /// Learns the steps that are over. One without a sample is taken to be as the last.
    fn learn(&mut self, now_ns: u64) {
        let step = now_ns / self.step_ns;
        let running = *self.running.get_or_insert(step);
        if step <= running {
            return;
        }
        self.running = Some(step);
        self.last = self.load.end_step().unwrap_or(self.last);
        let now = self.load.root().unwrap_or(self.last);
        // After a silence longer than errors are kept for, what it was is anyone's guess.
        for _ in running..step.min(running.saturating_add(KEPT as u64)) {
            self.forecasts.learn(self.last, now);
        }
    }

    /// Places for a load with this root: by square-root staffing.
    fn staffed(&self, root: f64) -> f64 {
        let root = root + self.headroom / 2.0;
        root * root
    }

    /// Places beyond the load's own, for a backlog: as it will be when replicas that are started
    /// now are ready, until when those that are ready work on it.
    fn drain(&self, observation: &Observation<'_>, load: f64) -> f64 {
        let Some(service) = self.load.service().filter(|_| observation.backlog > 0) else {
            return 0.0;
        };
        let spare = f64::from(observation.ready) * self.places - load;
        let work = f64::from(observation.backlog) * service - spare * self.lead_seconds;
        (work / (DRAIN_LEADS * self.lead_seconds)).max(0.0)
    }

    /// Whether the last replica may go, too.
    fn is_idle(&self, observation: &Observation<'_>) -> bool {
        let long = |since| observation.now_ns.saturating_sub(since) >= self.keep_alive_ns;
        observation.backlog == 0 && self.idle_since.is_some_and(long)
    }
}

impl ScalingPolicy for Predictive {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        for sample in observation.samples {
            self.measure(sample);
        }
        let now_ns = observation.now_ns;
        self.learn(now_ns.saturating_sub(1));
        let current = observation.current;
        let Some(now) = self.load.root() else {
            return Decision {
                desired: current,
                reason: Reason::NO_DATA,
            };
        };
        let covered = self.forecasts.covered(now);
        let drain = self.drain(observation, now * now);
        let replicas = |root: f64| count_up((self.staffed(root) + drain) / self.places);
        let (mut floor, mut forecast) = (replicas(now).max(1), replicas(covered));
        let idle = self.is_idle(observation);
        if idle {
            // An average never is quite 0. Only a season knows when a load comes out of nothing.
            let comes = self.forecasts.is_seasonal() && covered * covered >= 0.5;
            (floor, forecast) = (0, if comes { forecast } else { 0 });
        }
        let (min, max) = (observation.min, observation.max.max(observation.min));
        let wanted = floor.max(forecast).clamp(min, max);
        let held = self.held.with(now_ns, i64::from(wanted));
        self.held.record(now_ns, i64::from(wanted));
        let held = u32::try_from(held).unwrap_or(wanted).clamp(min, max);
        // What is idle has been kept for longer than any delay is for.
        let desired = if idle { wanted } else { held };
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
    use plimsoll_core::policy::{Decision, Observation, Reason, Sample, ScalingPolicy};

    use super::{Predictive, PredictiveOptions};

    /// A plant that does at once what is decided, and serves each request in a second.
    struct Plant {
        policy: Predictive,
        second: u64,
        current: u32,
        min: u32,
    }

    impl Plant {
        fn new(concurrency_target: f64) -> Self {
            let options = PredictiveOptions {
                concurrency_target,
                lead_seconds: 60,
                ..PredictiveOptions::default()
            };
            Self {
                policy: Predictive::new(options).unwrap(),
                second: 0,
                current: 0,
                min: 0,
            }
        }

        fn step(&mut self, rate: u32, backlog: u32) -> Decision {
            self.second += 1;
            let at_ns = self.second * 1_000_000_000;
            let sample = Sample {
                at_ns,
                in_flight: rate.into(),
                queued: backlog.into(),
                arrivals: rate,
                completions: rate,
                ..Sample::default()
            };
            let decision = self.policy.decide(&Observation {
                now_ns: at_ns,
                current: self.current,
                ready: self.current,
                starting: 0,
                draining: 0,
                min: self.min,
                max: 1000,
                reachable: true,
                target_rate: None,
                backlog,
                samples: &[sample],
                replicas: &[],
            });
            self.current = decision.desired;
            decision
        }

        /// Lets time pass until this second.
        fn until(&mut self, second: u64, rate: impl Fn(u64) -> u32) -> Decision {
            while self.second + 1 < second {
                self.step(rate(self.second + 1), 0);
            }
            self.step(rate(second), 0)
        }
    }

    #[test]
    fn it_is_ahead_of_a_load_that_returns_and_lets_go_in_between() {
        let mut plant = Plant::new(1.0);
        // Five minutes of every twenty.
        let rate = |second: u64| if second % 1200 >= 900 { 50 } else { 5 };
        plant.until(6 * 1200, rate);
        let quiet = plant.until(6 * 1200 + 500, rate);
        assert!(quiet.desired < 20, "{quiet:?}");
        let before = plant.until(6 * 1200 + 850, rate);
        assert!(before.desired >= 50, "{before:?}");
        assert_eq!(before.reason, Reason::FORECAST);
        // In the first, nobody knew.
        let mut first = Plant::new(1.0);
        assert!(first.until(850, rate).desired < 20);
    }

    #[test]
    fn the_floor_holds_whatever_is_forecast() {
        let mut plant = Plant::new(1.0);
        plant.until(600, |_| 1);
        let jumped = plant.until(620, |_| 50);
        assert!(jumped.desired >= 50, "{jumped:?}");
    }

    #[test]
    fn spare_places_grow_with_the_root_of_the_load() {
        let spare = |load: u32| {
            let mut plant = Plant::new(1.0);
            plant.min = 1;
            plant.until(3600, |_| load).desired - load
        };
        // 0.7 roots of the load, a quarter of 0.7² beside them, rounded up.
        assert_eq!([spare(4), spare(100), spare(900)], [2, 8, 22]);
    }

    #[test]
    fn a_backlog_is_worked_off_in_half_a_lead() {
        let mut plant = Plant::new(4.0);
        let steady = plant.until(1800, |_| 40).desired;
        assert_eq!(steady, 12);
        // 480 s of work wait, of which spare places do 8 × 60 s: nothing is left.
        assert_eq!(plant.step(40, 480).desired, 12);
        // 1,200 s more in 30 s take 40 places.
        assert_eq!(plant.step(40, 1680).desired, 22);
    }

    #[test]
    fn what_is_idle_goes_after_four_leads_and_comes_back_for_the_first_request() {
        let mut plant = Plant::new(4.0);
        plant.until(1000, |_| 20);
        assert!(plant.until(1000 + 240, |_| 0).desired >= 1);
        assert_eq!(plant.until(1000 + 241, |_| 0).desired, 0);
        assert_eq!(plant.until(3000, |_| 0).desired, 0);
        assert_eq!(plant.step(1, 1).desired, 1);
    }
}
