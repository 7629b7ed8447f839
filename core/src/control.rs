//! The control loop: what policies ask for, shared over a budget.
//!
//! Three plants run it: the simulator's replicas in virtual time, the load runner's workers and a
//! platform's replicas in real time. A plant samples, asks each workload's
//! [`ScalingPolicy`](crate::policy::ScalingPolicy), tells the [`Controller`] what it decided, and applies
//! what [`Controller::share`] returns.

use crate::distribution::{Demand, DistributionError, DistributionStrategy};

/// Remembers what each workload asked for last, and gives it that, or a share where all of it
/// together is more than the budget.
#[derive(Clone, Debug)]
pub struct Controller {
    budget: Option<u32>,
    demands: Vec<Demand>,
    /// What is shown to the strategy: no workload gets more than it asks for.
    limited: Vec<Demand>,
    allocations: Vec<u32>,
}

impl Controller {
    /// A controller of workloads that have what they demand; `None` is a budget without end.
    #[must_use]
    pub fn new(budget: Option<u32>, demands: Vec<Demand>) -> Self {
        Self {
            budget,
            limited: demands.clone(),
            allocations: demands.iter().map(|demand| demand.desired).collect(),
            demands,
        }
    }

    /// What is shared.
    #[must_use]
    pub fn budget(&self) -> Option<u32> {
        self.budget
    }

    /// What each workload has.
    #[must_use]
    pub fn allocations(&self) -> &[u32] {
        &self.allocations
    }

    /// What a workload asks for, to be changed.
    ///
    /// # Panics
    /// When there is no such workload.
    pub fn demand(&mut self, workload: usize) -> &mut Demand {
        &mut self.demands[workload]
    }

    /// Gives every workload what it asks for, and where that is more than there is, what the strategy
    /// makes of it. Returns what each has now. Allocates nothing of its own.
    ///
    /// # Errors
    /// When the budget cannot be shared; what each has stays as it was.
    pub fn share(
        &mut self,
        strategy: &dyn DistributionStrategy,
    ) -> Result<&[u32], DistributionError> {
        let desired = self.demands.iter().map(|one| u64::from(one.desired));
        match self.budget {
            Some(budget) if desired.sum::<u64>() > u64::from(budget) => {
                for (limited, demand) in self.limited.iter_mut().zip(&self.demands) {
                    *limited = Demand {
                        max: demand.desired,
                        ..*demand
                    };
                }
                strategy.distribute(budget, &self.limited, &mut self.allocations)?;
            }
            _ => {
                for (allocation, demand) in self.allocations.iter_mut().zip(&self.demands) {
                    *allocation = demand.desired;
                }
            }
        }
        Ok(&self.allocations)
    }
}

#[cfg(test)]
mod tests {
    use super::Controller;
    use crate::distribution::{Demand, DistributionError, DistributionStrategy, Priority, check};

    /// Fills demands in their order.
    struct InOrder;

    impl DistributionStrategy for InOrder {
        fn distribute(
            &self,
            budget: u32,
            demands: &[Demand],
            allocations: &mut [u32],
        ) -> Result<(), DistributionError> {
            check(budget, demands, allocations)?;
            let mut left = budget - demands.iter().map(|demand| demand.min).sum::<u32>();
            for (allocation, demand) in allocations.iter_mut().zip(demands) {
                let more = left.min(demand.max - demand.min);
                left -= more;
                *allocation = demand.min + more;
            }
            Ok(())
        }
    }

    fn demand(desired: u32) -> Demand {
        Demand {
            desired,
            min: 1,
            max: 100,
            weight: 1.0,
            priority: Priority::Medium,
        }
    }

    #[test]
    fn workloads_have_what_they_ask_for_until_it_is_more_than_there_is() {
        let mut controller = Controller::new(Some(10), vec![demand(1), demand(1)]);
        controller.demand(0).desired = 4;
        controller.demand(1).desired = 6;
        assert_eq!(controller.share(&InOrder), Ok(&[4, 6][..]));
        controller.demand(0).desired = 7;
        assert_eq!(controller.share(&InOrder), Ok(&[7, 3][..]));
        controller.demand(0).min = 11;
        assert!(controller.share(&InOrder).is_err());
        assert_eq!(controller.allocations(), [7, 3]);
    }

    #[test]
    fn without_a_budget_everyone_is_served() {
        let mut controller = Controller::new(None, vec![demand(40), demand(70)]);
        assert_eq!(controller.share(&InOrder), Ok(&[40, 70][..]));
    }
}
