//! `priority-based`: by rank, then by weight.

use plimsoll_core::distribution::{
    Demand, DistributionError, DistributionStrategy, Priority, check,
};

use crate::share::{Claim, share};

/// Gives all their minimums, then fills the demands of high priority up to their maximums before
/// those of medium, and these before those of low; within a class by weight, as
/// [`Proportional`](crate::Proportional).
#[derive(Clone, Copy, Debug, Default)]
pub struct PriorityBased;

impl DistributionStrategy for PriorityBased {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        let needed: u32 = demands.iter().map(|demand| demand.min).sum();
        let mut spare = budget - needed;
        for class in [Priority::High, Priority::Medium, Priority::Low] {
            let members: Vec<usize> = (0..demands.len())
                .filter(|&index| demands[index].priority == class)
                .collect();
            let claims: Vec<Claim> = members
                .iter()
                .map(|&index| Claim::weighted(&demands[index]))
                .collect();
            let minimums: u32 = claims.iter().map(|claim| claim.min).sum();
            let given = share(minimums + spare, &claims, |place, workers| {
                allocations[members[place]] = workers;
            });
            spare -= given - minimums;
        }
        Ok(())
    }
}
