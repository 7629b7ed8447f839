//! Runs scenarios.

use std::ops::ControlFlow;

use plimsoll_core::distribution::{Demand, DistributionStrategy};
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
    let mut plant = Plant::new(scenario, workload, horizon, interval.max(1), scenario.seed)?;
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
        let decision = plant.decide(policy);
        plant.apply(decision.desired);
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

/// Runs all workloads of a scenario, each under a policy of its own, in step. Where the scenario
/// has a budget, the strategy shares it over what the policies ask for.
///
/// # Errors
/// As [`run`], when there is not one policy a workload, or when the budget cannot be shared.
pub fn run_fleet<P: ScalingPolicy + ?Sized>(
    scenario: &Scenario,
    policies: &mut [&mut P],
    strategy: &dyn DistributionStrategy,
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome, Error> {
    let horizon = scenario.horizon()?;
    let interval = scenario.decision_interval.0;
    if policies.len() != scenario.workloads.len() {
        let message = "there is one policy for each workload".to_owned();
        return Err(Error::Scenario(message));
    }
    let mut plants = Vec::with_capacity(policies.len());
    for (index, workload) in (0_u64..).zip(&scenario.workloads) {
        let seed = scenario
            .seed
            .wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        plants.push(Plant::new(scenario, workload, horizon, interval, seed)?);
    }
    let end = horizon.saturating_add(scenario.drain.0);
    let mut demands = Vec::with_capacity(plants.len());
    let mut allocations = vec![0; plants.len()];
    let mut at = 0_u64;
    let mut stopped = false;
    while at < end && !stopped {
        let in_system: u64 = plants.iter().map(Plant::in_system).sum();
        if at >= horizon && in_system == 0 {
            break;
        }
        let next = at.saturating_add(interval).min(end);
        at = if at < horizon {
            next.min(horizon)
        } else {
            next
        };
        demands.clear();
        for ((plant, policy), workload) in plants
            .iter_mut()
            .zip(&mut *policies)
            .zip(&scenario.workloads)
        {
            plant.advance(at)?;
            demands.push(Demand {
                desired: plant.decide(&mut **policy).desired,
                min: workload.min_replicas,
                max: workload.max_replicas,
                weight: workload.weight,
                priority: workload.priority,
            });
        }
        share(scenario.budget, strategy, &mut demands, &mut allocations)?;
        for (plant, allocation) in plants.iter_mut().zip(&allocations) {
            plant.apply(*allocation);
        }
        let completed = plants.iter().map(Plant::completed).sum();
        stopped = progress(Progress {
            now: at,
            end: horizon,
            completed,
        })
        .is_break();
    }
    Ok(Outcome {
        scenario: scenario.name.clone(),
        seed: scenario.seed,
        stopped,
        events: plants.iter().map(Plant::handled).sum(),
        workloads: plants
            .into_iter()
            .zip(&scenario.workloads)
            .map(|(plant, workload)| plant.finish(workload))
            .collect(),
    })
}

/// Gives every workload what its policy asks for, and where that is more than there is, what the
/// strategy makes of it: no workload gets more than it asks for.
fn share(
    budget: Option<u32>,
    strategy: &dyn DistributionStrategy,
    demands: &mut [Demand],
    allocations: &mut [u32],
) -> Result<(), Error> {
    for demand in &mut *demands {
        demand.desired = demand.desired.clamp(demand.min, demand.max);
    }
    let asked: u64 = demands.iter().map(|demand| u64::from(demand.desired)).sum();
    match budget {
        Some(budget) if asked > u64::from(budget) => {
            for demand in &mut *demands {
                demand.max = demand.desired;
            }
            strategy.distribute(budget, demands, allocations)?;
        }
        _ => {
            for (allocation, demand) in allocations.iter_mut().zip(&*demands) {
                *allocation = demand.desired;
            }
        }
    }
    Ok(())
}
