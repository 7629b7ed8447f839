//! What does a decision cost?

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use custom_policy::register;
use plimsoll_sdk::core::registry::{FactoryContext, Registry};
use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::json;

fn decide(criterion: &mut Criterion) {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let context = FactoryContext { registry };
    let policies = &context.registry.policies;
    let made = policies.make("acme/steps", &context, &json!({}));
    let mut policy = made.expect("its defaults fit");
    let mut tick = 0_u32;
    criterion.bench_function("decide: acme/steps", |bencher| {
        bencher.iter(|| {
            tick += 1;
            let sample = Sample {
                at_ns: u64::from(tick) * 1_000_000_000,
                in_flight: f64::from(tick % 40),
                queued: f64::from(tick % 3),
                ..Sample::default()
            };
            policy.decide(black_box(&Observation {
                now_ns: sample.at_ns,
                target_rate: None,
                samples: &[sample],
                replicas: &[],
                current: 20,
                ready: 20,
                starting: 0,
                draining: 0,
                min: 1,
                max: 100,
                backlog: 0,
                reachable: true,
            }))
        });
    });
}

criterion_group!(all, decide);
criterion_main!(all);
