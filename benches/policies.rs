//! What does one decision cost? Called statically, with two new samples of a second each.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll::policy::{Observation, Sample, ScalingPolicy};
use plimsoll::scaling::{
    Baseten, BasetenOptions, Fixed, FixedOptions, Hpa, HpaOptions, Knative, KnativeOptions, Little,
    LittleOptions, Predictive, PredictiveOptions, RayServe, RayServeOptions, Tressi, TressiOptions,
};

const SECOND: u64 = 1_000_000_000;
const TICK_SECONDS: u64 = 2;

/// A load that rises and falls, in requests in flight.
fn loads() -> Vec<f64> {
    (0..1024)
        .map(|step| 40.0 + 30.0 * (f64::from(step) / 100.0).sin())
        .collect()
}

fn bench<P: ScalingPolicy>(criterion: &mut Criterion, name: &str, mut policy: P) {
    let loads = loads();
    let (mut tick, mut current) = (0_u64, 1);
    criterion.bench_function(&format!("decide: {name}"), |bencher| {
        bencher.iter(|| {
            tick += 1;
            let now_ns = tick * TICK_SECONDS * SECOND;
            let load = loads[(tick % 1024) as usize];
            let sample = |at_ns| Sample {
                at_ns,
                in_flight: load,
                arrivals: 40,
                completions: 40,
                service_time_seconds: load,
                ..Sample::default()
            };
            let samples = [sample(now_ns - SECOND), sample(now_ns)];
            let decision = policy.decide(black_box(&Observation {
                now_ns,
                current,
                ready: current,
                starting: 0,
                draining: 0,
                min: 0,
                max: 1000,
                reachable: true,
                target_rate: Some(40.0),
                backlog: 0,
                samples: &samples,
                replicas: &[],
            }));
            current = decision.desired.min(1000);
            decision
        });
    });
}

fn benches(criterion: &mut Criterion) {
    bench(
        criterion,
        "fixed",
        made(Fixed::new(FixedOptions::default())),
    );
    bench(
        criterion,
        "tressi",
        made(Tressi::new(TressiOptions::default())),
    );
    bench(
        criterion,
        "little",
        made(Little::new(LittleOptions::default())),
    );
    bench(
        criterion,
        "baseten",
        made(Baseten::new(BasetenOptions::default())),
    );
    let delayed = KnativeOptions {
        scale_down_delay_seconds: 300,
        ..KnativeOptions::default()
    };
    bench(
        criterion,
        "knative",
        made(Knative::new(KnativeOptions::default())),
    );
    bench(criterion, "knative, delay", made(Knative::new(delayed)));
    bench(criterion, "hpa", made(Hpa::new(HpaOptions::default())));
    bench(
        criterion,
        "ray-serve",
        made(RayServe::new(RayServeOptions::default())),
    );
    bench(
        criterion,
        "predictive",
        made(Predictive::new(PredictiveOptions::default())),
    );
}

/// A policy with its defaults, which always fit.
#[expect(clippy::panic, reason = "a bench without its subject cannot go on")]
fn made<P, E: std::fmt::Display>(policy: Result<P, E>) -> P {
    policy.unwrap_or_else(|error| panic!("{error}"))
}

criterion_group!(all, benches);
criterion_main!(all);
