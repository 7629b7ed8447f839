//! `equal`: the same for all.

use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, check};

use crate::share::{Claim, share};

/// Gives every demand the same, within its bounds; what does not divide goes to the first ones.
///
/// Weights and priorities are passed over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Equal;

impl DistributionStrategy for Equal {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        let claims: Vec<Claim> = demands
            .iter()
            .map(|demand| Claim {
                weight: 1.0,
                ..Claim::weighted(demand)
            })
            .collect();
        share(budget, &claims, |index, workers| {
            allocations[index] = workers;
        });
        Ok(())
    }
}
