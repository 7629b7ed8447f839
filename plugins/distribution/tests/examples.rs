//! Shares that can be checked by hand.

#![allow(clippy::unwrap_used, reason = "in a test, an unwrap is an assertion")]

use plimsoll_core::distribution::{Demand, DistributionStrategy, Priority};
use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_distribution::{Equal, PriorityBased, Proportional, register};

fn demand(weight: f64, min: u32, max: u32) -> Demand {
    Demand {
        desired: 0,
        min,
        max,
        weight,
        priority: Priority::Medium,
    }
}

fn share(strategy: &dyn DistributionStrategy, budget: u32, demands: &[Demand]) -> Vec<u32> {
    let mut allocations = vec![0; demands.len()];
    strategy
        .distribute(budget, demands, &mut allocations)
        .unwrap();
    allocations
}

#[test]
fn largest_remainders_get_what_is_left() {
    let weights = |weights: &[f64]| -> Vec<Demand> {
        weights
            .iter()
            .map(|&weight| demand(weight, 0, 1000))
            .collect()
    };
    // 10 × (5, 3, 1) ÷ 9 = 5.56, 3.33, 1.11.
    assert_eq!(
        share(&Proportional, 10, &weights(&[5.0, 3.0, 1.0])),
        [6, 3, 1]
    );
    // Thirds: the first of equals.
    assert_eq!(
        share(&Proportional, 10, &weights(&[1.0, 1.0, 1.0])),
        [4, 3, 3]
    );
    assert_eq!(share(&Equal, 11, &weights(&[9.0, 1.0, 0.0])), [4, 4, 3]);
    // 4.3 + 2.3 + 0.3 + 3.1: one is left, three remainders are equal, the heaviest gets it.
    assert_eq!(
        share(&Proportional, 10, &weights(&[0.3, 2.3, 4.3, 3.1])),
        [0, 2, 5, 3]
    );
}

#[test]
fn what_a_bound_keeps_back_goes_to_the_others() {
    let demands = [demand(8.0, 0, 3), demand(1.0, 2, 20), demand(1.0, 0, 20)];
    assert_eq!(share(&Proportional, 12, &demands), [3, 5, 4]);
    assert_eq!(share(&Proportional, 4, &demands), [2, 2, 0]);
    // All at their maximums: more budget than anyone may have is left over.
    assert_eq!(share(&Proportional, 100, &demands), [3, 20, 20]);
}

#[test]
fn a_weight_of_zero_waits_for_all_others() {
    let demands = [demand(0.0, 1, 9), demand(2.0, 0, 4), demand(0.0, 0, 9)];
    assert_eq!(share(&Proportional, 4, &demands), [1, 3, 0]);
    assert_eq!(share(&Proportional, 8, &demands), [2, 4, 2]);
    let weightless = [demand(0.0, 0, 9), demand(0.0, 0, 9)];
    assert_eq!(share(&Proportional, 3, &weightless), [2, 1]);
    // Nothing to share is told, too.
    let mut allocations = [7, 7];
    Proportional
        .distribute(0, &weightless, &mut allocations)
        .unwrap();
    assert_eq!(allocations, [0, 0]);
}

#[test]
fn a_class_is_filled_before_the_next() {
    let ranked = |priority, weight, min, max| Demand {
        priority,
        ..demand(weight, min, max)
    };
    let demands = [
        ranked(Priority::Low, 5.0, 1, 10),
        ranked(Priority::High, 1.0, 0, 4),
        ranked(Priority::High, 3.0, 0, 10),
        ranked(Priority::Medium, 1.0, 1, 3),
    ];
    assert_eq!(share(&PriorityBased, 6, &demands), [1, 1, 3, 1]);
    assert_eq!(share(&PriorityBased, 17, &demands), [1, 4, 10, 2]);
    assert_eq!(share(&PriorityBased, 20, &demands), [3, 4, 10, 3]);
}

#[test]
fn an_error_leaves_the_allocations() {
    let mut allocations = [7, 7];
    for strategy in [
        &Proportional as &dyn DistributionStrategy,
        &Equal,
        &PriorityBased,
    ] {
        assert!(
            strategy
                .distribute(3, &[demand(1.0, 2, 4), demand(1.0, 2, 4)], &mut allocations)
                .is_err()
        );
        assert_eq!(allocations, [7, 7]);
    }
}

#[test]
fn the_registry_makes_each() {
    let mut registry = Registry::empty();
    register(&mut registry).unwrap();
    let names = registry.strategies.names();
    assert_eq!(names, ["equal", "priority-based", "proportional"]);
    let context = FactoryContext {
        registry: registry.clone(),
    };
    for name in names {
        let options = serde_json::json!({});
        assert!(registry.strategies.make(&name, &context, &options).is_ok());
    }
}
