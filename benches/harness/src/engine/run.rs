//! Runs scenarios.

use std::ops::ControlFlow;

use plimsoll_core::policy::ScalingPolicy;

use super::plant::Plant;
use crate::error::Error;
use crate::scenario::Scenario;
use crate::score::Outcome;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Simulated time so far, in nanoseconds.
    pub now: u64,
    /// When arrivals end.
    pub end: u64,
    /// Requests completed so far.
    pub completed: u64,
}

/// Runs the one workload of a scenario under a policy, deciding as often as the scenario says.
///
/// # Errors
/// When the scenario is not sound, has several workloads, or its trace cannot be read.
pub fn run<P: ScalingPolicy + ?Sized>(
    scenario: &Scenario,
    policy: &mut P,
) -> Result<Outcome, Error> {
    let interval = scenario.decision_interval.0;
    run_with(scenario, policy, interval, |_| ControlFlow::Continue(()))
}

/// As [`run`], deciding every `interval` nanoseconds, and telling now and then how far it is. When
/// told to break, it ends there: what was simulated is what is scored.
///
/// # Errors
/// As [`run`].
pub fn run_with<P: ScalingPolicy + ?Sized>(
    scenario: &Scenario,
    policy: &mut P,
    interval: u64,
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome, Error> {
    let horizon = scenario.horizon()?;
    let [workload] = scenario.workloads.as_slice() else {
        let message = "there are several workloads; run them as a fleet".to_owned();
        return Err(Error::Scenario(message));
    };
    let mut plant = Plant::new(scenario, workload, horizon, interval, scenario.seed)?;
    let end = horizon.saturating_add(scenario.drain.0);
    let mut at = 0_u64;
    let (mut told, mut effort) = (0, 0);
    let mut stopped = false;
    loop {
        at = at.saturating_add(plant.decision_interval).min(end);
        if at >= horizon && plant.now() < horizon {
            // The end of the arrivals is an edge of its own: nothing may be left after it.
            plant.advance(horizon)?;
        }
        if plant.now() >= horizon && plant.in_system() == 0 {
            break;
        }
        plant.advance(at)?;
        if at == end {
            break;
        }
        let decision = plant.decide(policy)?;
        let target = plant.wanted(decision.desired);
        plant.apply(target);
        effort += EFFORT_OF_DECISION;
        let spent = plant.handled() + effort;
        if spent - told > TELL_EVERY {
            told = spent;
            let now = Progress {
                now: at,
                end: horizon,
                completed: plant.completed(),
            };
            if progress(now).is_break() {
                stopped = true;
                break;
            }
        }
    }
    Ok(Outcome {
        scenario: scenario.name.clone(),
        seed: scenario.seed,
        stopped,
        events: plant.handled(),
        workloads: vec![plant.finish(workload)],
    })
}

/// Events between two reports of progress.
const TELL_EVERY: u64 = 1 << 20;

/// What a decision costs, in events, about.
const EFFORT_OF_DECISION: u64 = 16;
