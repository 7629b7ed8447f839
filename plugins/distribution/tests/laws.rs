//! The laws of distribution: the published suite for each strategy as it is registered, and what is
//! so of these three alone: ties within one worker, the plain formula, classes.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "in a test, an unwrap is an assertion and a cast saturates"
)]

use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, Priority};
use plimsoll_core::registry::Registry;
use plimsoll_distribution::{Equal, PriorityBased, Proportional};
use plimsoll_sdk::conformance::{self, demand, demands, weight};
use proptest::prelude::*;

#[test]
fn the_published_suite_passes() {
    let mut registry = Registry::empty();
    plimsoll_distribution::register(&mut registry).unwrap();
    for registration in registry.strategies.iter() {
        conformance::distribution_strategy(&registry, &registration.qualified(), &[]);
    }
}

fn strategies() -> [Box<dyn DistributionStrategy>; 3] {
    [
        Box::new(Proportional),
        Box::new(Equal),
        Box::new(PriorityBased),
    ]
}

fn share(
    strategy: &dyn DistributionStrategy,
    budget: u32,
    demands: &[Demand],
) -> Result<Vec<u32>, DistributionError> {
    let mut allocations = vec![0; demands.len()];
    strategy.distribute(budget, demands, &mut allocations)?;
    Ok(allocations)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn more_weight_or_rank_never_gets_less(
        mut demands in demands(), demand in demand(), heavier in weight(), rank in any::<bool>(),
        budget in 0_u32..300,
    ) {
        let last = demands.len();
        let mut more = demand;
        if rank {
            more.priority = Priority::High;
        } else {
            more.weight = demand.weight.max(heavier);
        }
        demands.extend([demand, more]);
        for strategy in strategies() {
            let Ok(shares) = share(strategy.as_ref(), budget, &demands) else { continue };
            let tie = more == demand || !looks_at(strategy.as_ref(), rank);
            // Of a tie the first may have one more.
            prop_assert!(shares[last + 1] + u32::from(tie) >= shares[last]);
            demands.swap(last, last + 1);
            let swapped = share(strategy.as_ref(), budget, &demands).unwrap();
            prop_assert!(swapped[last] >= swapped[last + 1]);
            demands.swap(last, last + 1);
        }
    }

    #[test]
    fn only_ties_depend_on_the_order(
        demands in proptest::collection::vec(demand(), 1..12), budget in 0_u32..200,
    ) {
        let mut reversed = demands.clone();
        reversed.reverse();
        let key = |demand: &Demand| (demand.min, demand.max, demand.weight.to_bits(), demand.priority);
        for strategy in strategies() {
            let Ok(forth) = share(strategy.as_ref(), budget, &demands) else { continue };
            let mut back = share(strategy.as_ref(), budget, &reversed).unwrap();
            back.reverse();
            // Of demands that are alike the first gets the most, by one at most, either way round.
            for (index, demand) in demands.iter().enumerate() {
                for (other, twin) in demands.iter().enumerate().skip(index + 1) {
                    if key(demand) == key(twin) {
                        prop_assert!(forth[index] >= forth[other]);
                        prop_assert!(forth[index] - forth[other] <= 1);
                        prop_assert!(back[other] >= back[index]);
                    }
                }
            }
        }
    }

    #[test]
    fn without_ties_the_order_does_not_matter(
        demands in proptest::collection::vec(demand(), 1..12),
        keys in proptest::collection::vec(any::<u32>(), 12),
        budget in prop_oneof![0_u32..200, any::<u32>()],
    ) {
        // No two weights are alike, and so whatever remainders are, the heavier is served.
        let demands: Vec<Demand> = (1_u32..).zip(demands)
            .map(|(place, demand)| Demand { weight: demand.weight.min(1e6).trunc() + f64::from(place) / 16.0, ..demand })
            .collect();
        let weights: std::collections::BTreeSet<u64> =
            demands.iter().map(|demand| demand.weight.to_bits()).collect();
        prop_assume!(weights.len() == demands.len());
        let mut order: Vec<usize> = (0..demands.len()).collect();
        order.sort_by_key(|&index| keys[index]);
        let shuffled: Vec<Demand> = order.iter().map(|&index| demands[index]).collect();
        for strategy in [&Proportional as &dyn DistributionStrategy, &PriorityBased] {
            let Ok(shares) = share(strategy, budget, &demands) else { continue };
            let again = share(strategy, budget, &shuffled).unwrap();
            let expected: Vec<u32> = order.iter().map(|&index| shares[index]).collect();
            prop_assert_eq!(again, expected);
        }
    }

    #[test]
    fn the_plain_formula_holds_where_it_adds_up(demands in demands(), budget in 0_u32..300) {
        let rounded = |weight: fn(&Demand) -> f64| -> Option<Vec<u32>> {
            let total: f64 = demands.iter().map(weight).sum();
            let shares: Vec<u32> = demands
                .iter()
                .map(|demand| {
                    let share = (f64::from(budget) * weight(demand) / total).round() as u32;
                    share.clamp(demand.min, demand.max)
                })
                .collect();
            let sum: u64 = shares.iter().map(|&share| u64::from(share)).sum();
            let sound = total > 0.0 && total.is_finite();
            (sound && sum == u64::from(budget)).then_some(shares)
        };
        if let Some(plain) = rounded(|demand| demand.weight) {
            prop_assert_eq!(share(&Proportional, budget, &demands).unwrap(), plain);
        }
        if let Some(plain) = rounded(|_| 1.0) {
            prop_assert_eq!(share(&Equal, budget, &demands).unwrap(), plain);
        }
    }

    #[test]
    fn a_lower_class_waits_for_a_higher_one(demands in demands(), budget in 0_u32..200) {
        let Ok(shares) = share(&PriorityBased, budget, &demands) else { return Ok(()) };
        for (served, demand) in shares.iter().zip(&demands) {
            for (waiting, other) in shares.iter().zip(&demands) {
                if demand.priority < other.priority && *served > demand.min {
                    prop_assert_eq!(*waiting, other.max);
                }
            }
        }
    }
}

/// Whether a strategy looks at rank, or at weight.
fn looks_at(strategy: &dyn DistributionStrategy, rank: bool) -> bool {
    let demand = |weight: f64, priority: Priority| Demand {
        desired: 0,
        min: 0,
        max: 10,
        weight,
        priority,
    };
    let other = if rank {
        demand(1.0, Priority::High)
    } else {
        demand(9.0, Priority::Low)
    };
    let shares = share(strategy, 10, &[demand(1.0, Priority::Low), other]).unwrap();
    shares[1] > shares[0]
}
