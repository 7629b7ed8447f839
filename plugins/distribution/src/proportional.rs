//! `proportional`: by weight.

use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, check};

use crate::share::{Claim, share};

/// Shares the budget by weight, within each demand's bounds.
///
/// Where rounding `budget × weight ÷ Σ weight` and clamping it into the bounds adds up to the
/// budget, that is the result. Elsewhere the shares are scaled until they add up within the bounds,
/// and rounded by largest remainder. A demand of weight 0 gets its minimum, and more only when every
/// other has its maximum.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proportional;

impl DistributionStrategy for Proportional {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        let claims: Vec<Claim> = demands.iter().map(Claim::weighted).collect();
        share(budget, &claims, |index, workers| {
            allocations[index] = workers;
        });
        Ok(())
    }
}
