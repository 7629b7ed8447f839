//! A distribution strategy of one's own: the demand that comes first is served first.
//!
//! It shows the contract of strategies: every minimum, every maximum, and the whole budget.

use plimsoll_sdk::prelude::*;

/// Every minimum, and what is left to the first until it has what it asks for, then to the next; what
/// nobody asks for goes the same way.
struct FirstServed;

impl FirstServed {
    #[expect(clippy::unnecessary_wraps, reason = "a constructor may refuse")]
    fn new(_: NoOptions) -> Result<Self, String> {
        Ok(Self)
    }
}

impl DistributionStrategy for FirstServed {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        let mut left = budget;
        for (demand, share) in demands.iter().zip(&mut *allocations) {
            *share = demand.min;
            left -= demand.min;
        }
        for wanted in [
            |demand: &Demand| demand.desired,
            |demand: &Demand| demand.max,
        ] {
            for (demand, share) in demands.iter().zip(&mut *allocations) {
                let more = wanted(demand).clamp(*share, demand.max) - *share;
                let given = more.min(left);
                *share += given;
                left -= given;
            }
        }
        Ok(())
    }
}

plimsoll_sdk::plugin! {
    name: "queue",
    distribution_strategies: [("first-served", "Who comes first is served first.", FirstServed::new)],
}
