//! Runs the workloads of a scenario side by side, with a budget to share.

use std::ops::ControlFlow;

use plimsoll_core::control::Controller;
use plimsoll_core::distribution::{Demand, DistributionStrategy};
use plimsoll_core::policy::ScalingPolicy;

use super::plant::Plant;
use super::run::Progress;
use crate::error::Error;
use crate::scenario::Scenario;
use crate::score::Outcome;

/// Runs all workloads of a scenario, each under a policy of its own that decides as often as the
/// scenario says.
///
/// # Errors
/// As [`run_fleet_with`].
pub fn run_fleet<P: ScalingPolicy + ?Sized>(
    scenario: &Scenario,
    policies: &mut [&mut P],
    strategy: &dyn DistributionStrategy,
    progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome, Error> {
    let intervals = vec![scenario.decision_interval.0; policies.len()];
    run_fleet_with(scenario, policies, &intervals, strategy, progress)
}

/// As [`run_fleet`], each policy deciding every so many nanoseconds of its own. Where the scenario
/// has a budget, the strategy shares it over what the policies asked for last, whenever one of them
/// decides. A budget is of replicas that start or are ready; those that drain are on their way out.
///
/// # Errors
/// As [`run`](super::run), when there is not one policy and one interval a workload, or when the
/// budget cannot be shared.
pub fn run_fleet_with<P: ScalingPolicy + ?Sized>(
    scenario: &Scenario,
    policies: &mut [&mut P],
    intervals: &[u64],
    strategy: &dyn DistributionStrategy,
    mut progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome, Error> {
    let horizon = scenario.horizon()?;
    let workloads = scenario.workloads.len();
    if policies.len() != workloads || intervals.len() != workloads {
        let message = "there is one policy for each workload".to_owned();
        return Err(Error::Scenario(message));
    }
    let end = horizon.saturating_add(scenario.drain.0);
    let mut fleet = Fleet::new(scenario, intervals, horizon)?;
    let mut stopped = false;
    while !stopped {
        let at = fleet.next_decision().min(end);
        if at >= horizon && fleet.now < horizon {
            // The end of the arrivals is an edge of its own: nothing may be left after it.
            fleet.advance(horizon)?;
        }
        let in_system: u64 = fleet.plants.iter().map(Plant::in_system).sum();
        if fleet.now >= horizon && in_system == 0 {
            break;
        }
        fleet.advance(at)?;
        if at == end {
            break;
        }
        fleet.decide(policies)?;
        fleet.share(strategy)?;
        stopped = progress(Progress {
            now: at,
            end: horizon,
            completed: fleet.plants.iter().map(Plant::completed).sum(),
        })
        .is_break();
    }
    Ok(Outcome {
        scenario: scenario.name.clone(),
        seed: scenario.seed,
        stopped,
        events: fleet.plants.iter().map(Plant::handled).sum(),
        workloads: fleet
            .plants
            .into_iter()
            .zip(&scenario.workloads)
            .map(|(plant, workload)| plant.finish(workload))
            .collect(),
    })
}

struct Fleet {
    now: u64,
    plants: Vec<Plant>,
    /// When each policy decides next.
    due: Vec<u64>,
    controller: Controller,
}

impl Fleet {
    fn new(scenario: &Scenario, intervals: &[u64], horizon: u64) -> Result<Self, Error> {
        let workloads = &scenario.workloads;
        let mut plants = Vec::with_capacity(workloads.len());
        for ((number, workload), interval) in (0_u64..).zip(workloads).zip(intervals) {
            // Other steps than those between the parts of one workload's arrivals, which would
            // else be those of the next workload.
            let seed = scenario
                .seed
                .wrapping_add(number.wrapping_mul(0xd1b5_4a32_d192_ed03));
            plants.push(Plant::new(scenario, workload, horizon, *interval, seed)?);
        }
        let demands = workloads.iter().map(|workload| Demand {
            desired: workload.starts_with(),
            min: workload.min_replicas,
            max: workload.max_replicas,
            weight: workload.weight,
            priority: workload.priority,
        });
        let mut fleet = Self {
            now: 0,
            due: plants.iter().map(|plant| plant.decision_interval).collect(),
            controller: Controller::new(scenario.budget, demands.collect()),
            plants,
        };
        fleet.allow_activations();
        Ok(fleet)
    }

    fn next_decision(&self) -> u64 {
        self.due.iter().copied().min().unwrap_or(u64::MAX)
    }

    fn advance(&mut self, until: u64) -> Result<(), Error> {
        self.now = until;
        self.plants
            .iter_mut()
            .try_for_each(|plant| plant.advance(until))
    }

    /// Asks the policies whose time has come.
    fn decide<P: ScalingPolicy + ?Sized>(&mut self, policies: &mut [&mut P]) -> Result<(), Error> {
        let plants = self.plants.iter_mut().zip(policies);
        for (index, ((plant, policy), due)) in plants.zip(&mut self.due).enumerate() {
            let demand = self.controller.demand(index);
            if *due == self.now {
                *due = due.saturating_add(plant.decision_interval);
                let decision = plant.decide(&mut **policy)?;
                demand.desired = plant.wanted(decision.desired);
            } else {
                // What the activator asked for meanwhile stays until the policy decides.
                demand.desired = demand.desired.max(plant.target());
            }
        }
        Ok(())
    }

    /// Gives every workload what its policy asks for, or its share of the budget.
    fn share(&mut self, strategy: &dyn DistributionStrategy) -> Result<(), Error> {
        let allocations = self.controller.share(strategy)?;
        for (plant, allocation) in self.plants.iter_mut().zip(allocations) {
            plant.apply(*allocation);
        }
        self.allow_activations();
        Ok(())
    }

    /// Lets workloads that have no replica wake within what the budget leaves, the first ones
    /// first, so that the activator never goes beyond it.
    fn allow_activations(&mut self) {
        let Some(budget) = self.controller.budget() else {
            return;
        };
        let mut spare = self
            .controller
            .allocations()
            .iter()
            .fold(budget, |spare, allocation| {
                spare.saturating_sub(*allocation)
            });
        for plant in &mut self.plants {
            if plant.target() == 0 {
                spare -= plant.allow_activation(spare);
            }
        }
    }
}
