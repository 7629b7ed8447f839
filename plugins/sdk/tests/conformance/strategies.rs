//! Strategies that break a law.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::{Registry, no_options};
use plimsoll_sdk::prelude::*;

use crate::{breaks, registration};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Panics,
    RefusesInItsOwnWay,
    TakesAnyWeight,
    WritesBeforeItLooks,
    RefusesNoDemands,
    KeepsOne,
    LeavesBounds,
    Alternates,
    ServesTheLast,
    ServesTheLightest,
    ServesTheLowest,
    ForgetsWeightsThatAreHeavy,
    ForgetsRanksThatAreHigh,
    LooksAtTheFirst,
}

/// Minimums, and then one after the other as much as it may have: by rank, by weight, by place.
struct Fill {
    fault: Fault,
    odd: AtomicBool,
}

impl Fill {
    fn new(fault: Fault) -> Self {
        let odd = AtomicBool::new(false);
        Self { fault, odd }
    }

    fn order(&self, demands: &[Demand]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..demands.len()).collect();
        let heaviest = demands
            .iter()
            .fold(0.0, |most: f64, one| most.max(one.weight));
        let high = demands.iter().any(|one| one.priority == Priority::High);
        let first_is_fixed = demands.first().is_some_and(|one| one.min == one.max);
        let odd = self.odd.fetch_xor(true, Ordering::Relaxed);
        // Weights are at least 0, and so are in the order of their bits.
        let weight = |place: &usize| demands[*place].weight.to_bits();
        let rank = |place: &usize| demands[*place].priority;
        match self.fault {
            Fault::Alternates if odd => order.reverse(),
            Fault::Alternates => {}
            Fault::ServesTheLast => {
                order.sort_by_key(|place| Reverse((rank(place), weight(place), *place)));
            }
            Fault::ServesTheLightest => {
                order.sort_by_key(|place| (Reverse(rank(place)), weight(place)));
            }
            Fault::ServesTheLowest => {
                order.sort_by_key(|place| (rank(place), Reverse(weight(place))));
            }
            Fault::ForgetsWeightsThatAreHeavy if heaviest > 9.0 => {}
            Fault::ForgetsRanksThatAreHigh if high => {}
            Fault::LooksAtTheFirst if first_is_fixed => {
                order.sort_by_key(|place| Reverse((weight(place), rank(place))));
            }
            _ => order.sort_by_key(|place| Reverse((rank(place), weight(place)))),
        }
        order
    }
}

impl DistributionStrategy for Fill {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        if self.fault == Fault::WritesBeforeItLooks {
            allocations.fill(0);
        }
        let mut looked_at = demands.to_vec();
        if self.fault == Fault::TakesAnyWeight {
            looked_at.iter_mut().for_each(|demand| demand.weight = 1.0);
        }
        if let Err(error) = check(budget, &looked_at, allocations) {
            let message = "no".to_owned();
            return Err(match self.fault {
                Fault::RefusesInItsOwnWay => DistributionError::Failed { message },
                _ => error,
            });
        }
        if self.fault == Fault::RefusesNoDemands && demands.is_empty() {
            let message = "there are no demands".to_owned();
            return Err(DistributionError::Failed { message });
        }
        assert!(self.fault != Fault::Panics || !demands.is_empty(), "nobody");
        let mut left = budget;
        for (allocation, demand) in allocations.iter_mut().zip(demands) {
            *allocation = demand.min;
            left -= demand.min;
        }
        for place in self.order(demands) {
            let Demand { min, max, .. } = demands[place];
            let most = match self.fault {
                Fault::LeavesBounds => max.saturating_add(1),
                _ => max,
            };
            let more = left.min(most - min);
            let kept = u32::from(self.fault == Fault::KeepsOne && more > 0);
            allocations[place] += more - kept;
            left -= more;
        }
        Ok(())
    }
}

fn suite(fault: Fault) {
    let registration = registration("fill", no_options(), move |_| {
        Box::new(Fill::new(fault)) as Box<dyn DistributionStrategy>
    });
    let mut registry = Registry::empty();
    registry.strategies.register(registration).unwrap();
    conformance::distribution_strategy(&registry, "acme/fill", &[]);
}

#[test]
fn a_sound_strategy_passes() {
    suite(Fault::None);
}

#[test]
fn each_fault_is_named() {
    let typed = "what cannot be shared is refused as `check` refuses it";
    for (fault, law) in [
        (Fault::Panics, "it never panics, whatever it is asked"),
        (Fault::RefusesInItsOwnWay, typed),
        (Fault::TakesAnyWeight, typed),
        (
            Fault::WritesBeforeItLooks,
            "on an error the allocations are left as they were",
        ),
        (Fault::RefusesNoDemands, "what can be shared is shared"),
        (
            Fault::KeepsOne,
            "shares add up to the budget, or to the sum of the maximums",
        ),
        (Fault::LeavesBounds, "each share is within its bounds"),
        (
            Fault::Alternates,
            "the same demands are given the same shares",
        ),
        (
            Fault::ServesTheLast,
            "of demands that are alike, the first is given the most",
        ),
        (Fault::ServesTheLightest, "more weight never gets less"),
        (
            Fault::ForgetsWeightsThatAreHeavy,
            "more weight never gets less",
        ),
        (Fault::ServesTheLowest, "a higher priority never gets less"),
        (
            Fault::ForgetsRanksThatAreHigh,
            "a higher priority never gets less",
        ),
        (
            Fault::LooksAtTheFirst,
            "but for ties, nothing depends on the order",
        ),
    ] {
        let said = breaks(law, || suite(fault));
        assert!(said.contains("input: "), "{said}");
    }
}

#[test]
fn two_strategies_that_differ_are_told_apart() {
    let fill = Fill::new;
    conformance::same_shares(&fill(Fault::None), &fill(Fault::None));
    for fault in [Fault::KeepsOne, Fault::RefusesInItsOwnWay] {
        breaks("both share alike", || {
            conformance::same_shares(&fill(Fault::None), &fill(fault));
        });
    }
    breaks("neither panics, whatever it is shown", || {
        conformance::same_shares(&fill(Fault::None), &fill(Fault::Panics));
    });
}
