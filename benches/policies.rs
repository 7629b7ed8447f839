//! What does one decision cost? Called statically, with two new samples of a second each.

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll::policy::ScalingPolicy;
use plimsoll::scaling::{
    Baseten, BasetenOptions, Fixed, FixedOptions, Hpa, HpaOptions, Knative, KnativeOptions, Little,
    LittleOptions, Predictive, PredictiveOptions, RayServe, RayServeOptions, Tressi, TressiOptions,
};
use plimsoll_benches::decisions;

fn bench<P: ScalingPolicy>(criterion: &mut Criterion, name: &str, mut policy: P) {
    let mut decide = decisions(&mut policy);
    criterion.bench_function(&format!("decide: {name}"), |bencher| {
        bencher.iter(&mut decide);
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
