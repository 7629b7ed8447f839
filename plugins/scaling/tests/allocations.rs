//! A decision allocates nothing, once its policy is made.
//!
//! Counted over the whole process, so it is a program of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use plimsoll_core::policy::{Observation, ReplicaMetric, ReplicaObservation, ReplicaState, Sample};
use plimsoll_core::registry::{FactoryContext, Registry};
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const SECOND: u64 = 1_000_000_000;

// No test harness, whose threads allocate too.
fn main() {
    let mut registry = Registry::empty();
    plimsoll_scaling::register(&mut registry).unwrap();
    let context = FactoryContext {
        registry: registry.clone(),
    };
    let cases: Vec<(String, Json)> = registry
        .policies
        .names()
        .into_iter()
        .map(|name| (name, json!({})))
        .chain([
            (
                "hpa".to_owned(),
                json!({"behavior": {}, "metric": "cpu", "sync_period_seconds": 1}),
            ),
            (
                "knative".to_owned(),
                json!({"scale_down_delay_seconds": 600}),
            ),
            (
                "knative".to_owned(),
                json!({"aggregation": "weighted-exponential"}),
            ),
        ])
        .collect();
    let profiler = dhat::Profiler::builder().testing().build();
    for (name, options) in &cases {
        let mut policy = registry.policies.make(name, &context, options).unwrap();
        let replica = ReplicaObservation {
            state: ReplicaState::Ready,
            age_ns: 3600 * SECOND,
            state_age_ns: 3600 * SECOND,
            metric_age_ns: 0,
            metric_window_ns: SECOND,
            metric: ReplicaMetric::milli(700),
            request_milli: 1000,
        };
        let replicas = [replica; 8];
        let before = dhat::HeapStats::get().total_blocks;
        let mut current = 1;
        // Loads of all sizes, rising and falling, for nearly three hours.
        for tick in 1..5_000_u32 {
            let now_ns = u64::from(tick) * 2 * SECOND;
            let load = f64::from(tick % 977) / 7.0;
            let sample = |at_ns| Sample {
                at_ns,
                in_flight: load,
                arrivals: tick % 50,
                completions: tick % 53,
                service_time_seconds: load,
                ..Sample::default()
            };
            let decision = policy.decide(&Observation {
                now_ns,
                current,
                ready: current,
                starting: 0,
                draining: 0,
                min: 0,
                max: 500,
                reachable: true,
                target_rate: Some(load),
                backlog: tick % 3,
                samples: &[sample(now_ns - SECOND), sample(now_ns)],
                replicas: &replicas,
            });
            current = decision.desired.min(500);
        }
        let allocated = dhat::HeapStats::get().total_blocks - before;
        assert_eq!(allocated, 0, "{name} {options}");
    }
    drop(profiler);
}
