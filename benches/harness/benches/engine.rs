//! How many requests a second does the simulator take, plain and autoscaled?
//!
//!     cargo bench -p plimsoll-harness --bench engine

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench may fail"
)]

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_harness::arrival::ArrivalSpec;
use plimsoll_harness::balance::Balance;
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::service::{Service, Variate};

struct Reactive(f64);

impl ScalingPolicy for Reactive {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let count = seen.samples.len().max(1) as f64;
        let load: f64 = seen
            .samples
            .iter()
            .map(|sample| sample.in_flight + sample.queued)
            .sum();
        Decision {
            desired: (load / count / self.0).ceil() as u32,
            reason: Reason::ABOVE_TARGET,
        }
    }
}

fn scenario(arrivals: &str, service: &str, replicas: (u32, u32), concurrency: u32) -> Scenario {
    let arrivals = ArrivalSpec::parse(arrivals, Path::new("")).unwrap();
    let workload = Workload {
        min_replicas: replicas.0,
        max_replicas: replicas.1,
        initial_replicas: Some(replicas.0),
        concurrency,
        cold_start: Variate::parse_times("lognormal(mean=30s, p99=60s)").unwrap(),
        ..Workload::new("bench", arrivals, Service::parse(service).unwrap())
    };
    Scenario::new("bench", workload)
}

fn engine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.sample_size(10);
    let plain = scenario(
        "poisson(rate=8000, duration=250s)",
        "exponential(mean=1ms)",
        (10, 10),
        1,
    );
    let day = "diurnal(low=100, high=1000, period=1h, duration=1h)";
    let pool = scenario(day, "exponential(mean=100ms)", (1, 100), 4);
    let mut least = scenario(day, "lognormal(mean=100ms, p99=400ms)", (1, 100), 4);
    least.workloads[0].balance = Balance::LeastLoaded;
    let shared = scenario(
        day,
        "shared(work=exponential(mean=100ms), slowdown=3%)",
        (1, 100),
        8,
    );
    for (name, scenario, target) in [
        ("plain M/M/10", &plain, 1.0),
        ("autoscaled, shared queue", &pool, 2.8),
        ("autoscaled, least loaded", &least, 2.8),
        ("autoscaled, batches", &shared, 5.6),
    ] {
        let outcome = run(scenario, &mut Reactive(target)).unwrap();
        let requests = outcome.workloads[0].requests.arrived;
        group.throughput(Throughput::Elements(requests));
        group.bench_function(name, |bencher| {
            bencher.iter(|| run(scenario, &mut Reactive(target)).unwrap());
        });
    }
    let boxed: &mut dyn ScalingPolicy = &mut Reactive(2.8);
    group.bench_function("autoscaled, boxed policy", |bencher| {
        bencher.iter(|| run(&pool, boxed).unwrap());
    });
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
