//! `DistributionStrategy`: shares a budget of workers over workloads.

use thiserror::Error;

/// How a workload ranks where a strategy looks at rank.
///
/// Its numbers are a contract with loaded plugins, to which demands are shown as they lie in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Priority {
    /// Served last.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Served first.
    High,
}

/// What one workload asks of the budget. Its layout is a contract with loaded plugins.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Demand {
    /// How many workers its policy would have.
    pub desired: u32,
    /// Fewest workers it may be given.
    pub min: u32,
    /// Most workers it may be given; at least `min`.
    pub max: u32,
    /// Its share relative to the others': finite, at least 0.
    pub weight: f64,
    /// Its rank.
    pub priority: Priority,
}

/// Why a budget cannot be shared.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DistributionError {
    /// The minimums alone need more than there is.
    #[error("the minimums need {needed} workers and the budget is {budget}")]
    BudgetTooSmall {
        /// The sum of the minimums.
        needed: u64,
        /// The budget.
        budget: u32,
    },
    /// A demand contradicts itself.
    #[error("demand {index} has a minimum of {min} above its maximum of {max}")]
    MinAboveMax {
        /// Its place among the demands, from 0.
        index: usize,
        /// Its minimum.
        min: u32,
        /// Its maximum.
        max: u32,
    },
    /// A weight is not a number from 0 up.
    #[error("demand {index} has the weight {weight}; a weight is finite and at least 0")]
    BadWeight {
        /// Its place among the demands, from 0.
        index: usize,
        /// The weight.
        weight: f64,
    },
    /// The strategy itself has failed: a loaded plugin panicked, or shared against the contract.
    #[error("{message}")]
    Failed {
        /// What went wrong.
        message: String,
    },
    /// The caller's slice does not fit the demands.
    #[error("{demands} demands do not fit {allocations} allocations")]
    LengthMismatch {
        /// How many demands there are.
        demands: usize,
        /// How many allocations there is room for.
        allocations: usize,
    },
}

/// Shares a budget of workers over demands.
///
/// # Contract
/// - Pure, and it does not allocate per demand beyond what sorting takes: O(n log n).
/// - With Σ min ≤ budget: Σ allocations = min(budget, Σ max), each within its bounds.
/// - More weight, all else equal, never gets less; neither does a higher priority where the
///   strategy looks at priority.
/// - Ties go to the demand that comes first, and nothing else depends on the order.
/// - On an error the allocations are left as they were.
pub trait DistributionStrategy: Send + Sync {
    /// Writes to `allocations[i]` what `demands[i]` gets.
    ///
    /// # Errors
    /// When the minimums exceed the budget, a demand is not sound, or the slices differ in length.
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError>;
}

/// Checks what every strategy takes for granted.
///
/// # Errors
/// As [`DistributionStrategy::distribute`].
pub fn check(
    budget: u32,
    demands: &[Demand],
    allocations: &[u32],
) -> Result<(), DistributionError> {
    if demands.len() != allocations.len() {
        return Err(DistributionError::LengthMismatch {
            demands: demands.len(),
            allocations: allocations.len(),
        });
    }
    let mut needed: u64 = 0;
    for (index, demand) in demands.iter().enumerate() {
        let Demand {
            min, max, weight, ..
        } = *demand;
        if min > max {
            return Err(DistributionError::MinAboveMax { index, min, max });
        }
        if !(weight.is_finite() && weight >= 0.0) {
            return Err(DistributionError::BadWeight { index, weight });
        }
        needed += u64::from(min);
    }
    if needed > u64::from(budget) {
        return Err(DistributionError::BudgetTooSmall { needed, budget });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Demand, DistributionError, Priority, check};

    const DEMAND: Demand = Demand {
        desired: 1,
        min: 2,
        max: 4,
        weight: 1.0,
        priority: Priority::Medium,
    };

    #[test]
    fn unsound_demands_are_named() {
        assert_eq!(check(4, &[DEMAND; 2], &[0; 2]), Ok(()));
        let message = |result: Result<(), DistributionError>| result.unwrap_err().to_string();
        insta::assert_snapshot!(message(check(3, &[DEMAND; 2], &[0; 2])),
            @"the minimums need 4 workers and the budget is 3");
        let crossed = Demand { min: 5, ..DEMAND };
        insta::assert_snapshot!(message(check(9, &[DEMAND, crossed], &[0; 2])),
            @"demand 1 has a minimum of 5 above its maximum of 4");
        let unweighted = Demand {
            weight: f64::NAN,
            ..DEMAND
        };
        insta::assert_snapshot!(message(check(9, &[unweighted], &[0; 1])),
            @"demand 0 has the weight NaN; a weight is finite and at least 0");
        insta::assert_snapshot!(message(check(9, &[DEMAND], &[0; 2])),
            @"1 demands do not fit 2 allocations");
    }
}
