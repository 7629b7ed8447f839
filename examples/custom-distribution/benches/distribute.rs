//! What does it cost to share a budget over a thousand workloads?

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use custom_distribution::register;
use plimsoll_sdk::core::registry::{FactoryContext, Registry};
use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::json;

fn distribute(criterion: &mut Criterion) {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let context = FactoryContext { registry };
    let strategies = &context.registry.strategies;
    let made = strategies.make("queue/first-served", &context, &json!({}));
    let strategy = made.expect("its defaults fit");
    let demand = |number: u32| Demand {
        desired: number % 17,
        min: 1,
        max: 40,
        weight: f64::from(number % 5),
        priority: Priority::Medium,
    };
    let demands: Vec<Demand> = (0..1000).map(demand).collect();
    let mut allocations = vec![0; demands.len()];
    criterion.bench_function("distribute: queue/first-served over 1,000", |bencher| {
        bencher.iter(|| strategy.distribute(9_000, black_box(&demands), &mut allocations));
    });
}

criterion_group!(all, distribute);
criterion_main!(all);
