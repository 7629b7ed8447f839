//! What every policy promises, whatever it is shown: it does not panic, and it decides alike each
//! time, cloned or not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use plimsoll_core::policy::{
    Decision, Observation, Reason, ReplicaObservation, ReplicaState, Sample, ScalingPolicy,
};
use plimsoll_scaling::hpa::{Behavior, HpaMetric};
use plimsoll_scaling::knative::{Algorithm, KnativeMetric};
use plimsoll_scaling::{
    Baseten, BasetenOptions, Fixed, FixedOptions, Hpa, HpaOptions, Knative, KnativeOptions, Little,
    LittleOptions, Predictive, PredictiveOptions, RayServe, RayServeOptions, Tressi, TressiOptions,
};
use proptest::prelude::*;
use proptest::sample::select;

/// An observation that owns what it shows.
#[derive(Clone, Debug)]
struct Shown {
    later_ns: u64,
    counts: [u32; 6],
    reachable: bool,
    target_rate: Option<f64>,
    backlog: u32,
    samples: Vec<(u64, Sample)>,
    replicas: Vec<ReplicaObservation>,
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..200.0,
        1 => proptest::num::f64::ANY,
        1 => select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -1.0, 1e-320]),
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0_u64),
        6 => (1_u64..30).prop_map(|seconds| seconds * 500_000_000),
        2 => 0_u64..100_000_000_000,
        1 => any::<u64>(),
    ]
}

fn amount() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0_u32..40, 1 => any::<u32>(), 1 => select(vec![0, 1, u32::MAX])]
}

fn sample() -> impl Strategy<Value = (u64, Sample)> {
    let floats = [number(), number(), number(), number(), number()];
    (time(), floats, [amount(), amount(), amount()]).prop_map(|(later, floats, counts)| {
        let [
            in_flight,
            proxied,
            queued,
            tokens_in_flight,
            service_time_seconds,
        ] = floats;
        let [arrivals, completions, errors] = counts;
        let sample = Sample {
            at_ns: 0,
            in_flight,
            proxied,
            queued,
            tokens_in_flight,
            arrivals,
            completions,
            errors,
            service_time_seconds,
        };
        (later, sample)
    })
}

fn replica() -> impl Strategy<Value = ReplicaObservation> {
    use ReplicaState::{Draining, Failed, NeverReady, NotReady, Pending, Ready};
    let states = select(vec![Ready, NeverReady, NotReady, Pending, Draining, Failed]);
    let metric = proptest::option::of(prop_oneof![4 => -10_i64..5_000, 1 => any::<i64>()]);
    (
        states,
        [time(), time(), time(), time()],
        metric,
        any::<i64>(),
    )
        .prop_map(|(state, times, metric, request_milli)| ReplicaObservation {
            state,
            age_ns: times[0],
            state_age_ns: times[1],
            metric_age_ns: times[2],
            metric_window_ns: times[3],
            metric: metric.into(),
            request_milli,
        })
}

fn shown() -> impl Strategy<Value = Shown> {
    (
        time(),
        [amount(), amount(), amount(), amount(), amount(), amount()],
        any::<bool>(),
        proptest::option::of(number()),
        amount(),
        proptest::collection::vec(sample(), 0..4),
        proptest::collection::vec(replica(), 0..5),
    )
        .prop_map(
            |(later_ns, counts, reachable, target_rate, backlog, samples, replicas)| Shown {
                later_ns,
                counts,
                reachable,
                target_rate,
                backlog,
                samples,
                replicas,
            },
        )
}

/// Shows a policy one observation after the other.
fn run(policy: &mut dyn ScalingPolicy, now_ns: &mut u64, shown: &[Shown]) -> Vec<Decision> {
    shown
        .iter()
        .map(|shown| {
            let mut at_ns = *now_ns;
            let samples: Vec<Sample> = shown
                .samples
                .iter()
                .map(|&(later, sample)| {
                    at_ns = at_ns.saturating_add(later);
                    Sample { at_ns, ..sample }
                })
                .collect();
            *now_ns = at_ns.saturating_add(shown.later_ns);
            let [current, ready, starting, draining, min, max] = shown.counts;
            policy.decide(&Observation {
                now_ns: *now_ns,
                current,
                ready,
                starting,
                draining,
                min,
                max,
                reachable: shown.reachable,
                target_rate: shown.target_rate,
                backlog: shown.backlog,
                samples: &samples,
                replicas: &shown.replicas,
            })
        })
        .collect()
}

fn keeps_its_promises<P: ScalingPolicy + Clone + Debug>(make: impl Fn() -> P, shown: &[Shown]) {
    let (before, after) = shown.split_at(shown.len() / 2);
    let (mut policy, mut now) = (make(), 0);
    let mut decisions = run(&mut policy, &mut now, before);
    let (mut twin, mut then) = (policy.clone(), now);
    let rest = run(&mut policy, &mut now, after);
    assert_eq!(run(&mut twin, &mut then, after), rest, "after a clone");
    decisions.extend(rest);
    assert_eq!(run(&mut make(), &mut 0, shown), decisions, "a second time");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn baseten(shown in proptest::collection::vec(shown(), 0..20), tokens in any::<bool>()) {
        keeps_its_promises(|| Baseten::new(BasetenOptions {
            scale_down_delay: 10,
            target_in_flight_tokens: tokens.then_some(500),
            ..BasetenOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn fixed(shown in proptest::collection::vec(shown(), 0..20), replicas in any::<Option<u32>>()) {
        keeps_its_promises(|| Fixed::new(FixedOptions { replicas }).unwrap(), &shown);
    }

    #[test]
    fn hpa(
        shown in proptest::collection::vec(shown(), 0..20),
        behaves in any::<bool>(),
        metric in select(vec![
            HpaMetric::Pods,
            HpaMetric::Cpu,
            HpaMetric::CpuUtilization,
            HpaMetric::External,
            HpaMetric::ExternalAverage,
        ]),
    ) {
        keeps_its_promises(|| Hpa::new(HpaOptions {
            metric,
            sync_period_seconds: 1,
            behavior: behaves.then(Behavior::default),
            ..HpaOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn knative(
        shown in proptest::collection::vec(shown(), 0..20),
        metric in select(vec![KnativeMetric::Concurrency, KnativeMetric::Rps]),
        aggregation in select(vec![Algorithm::Linear, Algorithm::WeightedExponential]),
    ) {
        keeps_its_promises(|| Knative::new(KnativeOptions {
            metric,
            aggregation,
            scale_down_delay_seconds: 20,
            activation_scale: 3,
            ..KnativeOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn little(shown in proptest::collection::vec(shown(), 0..20)) {
        keeps_its_promises(|| Little::new(LittleOptions::default()).unwrap(), &shown);
    }

    #[test]
    fn predictive(
        shown in proptest::collection::vec(shown(), 0..12),
        lead_seconds in 0_u32..60,
        concurrency_target in 0.1..50.0,
        scale_down_delay_seconds in proptest::option::of(0_u32..100),
    ) {
        let make = || Predictive::new(PredictiveOptions {
            concurrency_target,
            lead_seconds,
            scale_down_delay_seconds,
            ..PredictiveOptions::default()
        }).unwrap();
        keeps_its_promises(make, &shown);
        for (decision, shown) in run(&mut make(), &mut 0, &shown).iter().zip(&shown) {
            let [current, .., min, max] = shown.counts;
            match decision.reason {
                Reason::NO_DATA => prop_assert_eq!(decision.desired, current),
                _ => prop_assert!((min..=max.max(min)).contains(&decision.desired)),
            }
        }
    }

    #[test]
    fn ray_serve(shown in proptest::collection::vec(shown(), 0..20)) {
        keeps_its_promises(|| RayServe::new(RayServeOptions {
            upscale_delay_s: 2.0,
            downscale_delay_s: 5.0,
            ..RayServeOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn tressi(shown in proptest::collection::vec(shown(), 0..20)) {
        keeps_its_promises(|| Tressi::new(TressiOptions::default()).unwrap(), &shown);
    }
}
