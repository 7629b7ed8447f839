//! What every policy promises, whatever it is shown: the published suite for each as it is registered,
//! and for each kind of options that it decides alike after a clone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use plimsoll_core::policy::{Reason, ScalingPolicy};
use plimsoll_core::registry::Registry;
use plimsoll_scaling::hpa::{Behavior, HpaMetric};
use plimsoll_scaling::knative::{Algorithm, KnativeMetric};
use plimsoll_scaling::{
    Baseten, BasetenOptions, Fixed, FixedOptions, Hpa, HpaOptions, Knative, KnativeOptions, Little,
    LittleOptions, Predictive, PredictiveOptions, RayServe, RayServeOptions, Tressi, TressiOptions,
};
use plimsoll_sdk::conformance::{self, Shown, decisions, observation, observations};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

#[test]
fn the_published_suite_passes() {
    let mut registry = Registry::empty();
    plimsoll_scaling::register(&mut registry).unwrap();
    for registration in registry.policies.iter() {
        let options = match registration.name.as_str() {
            "baseten" => json!({ "scale_down_delay": 10, "target_in_flight_tokens": 500 }),
            "fixed" => json!({ "replicas": 3 }),
            "hpa" => json!({ "metric": "cpu-utilization", "behavior": {} }),
            "knative" => json!({ "metric": "rps", "activation_scale": 3 }),
            "little" => json!({ "headroom": 0.5 }),
            "predictive" => json!({ "lead_seconds": 30, "scale_down_delay_seconds": 60 }),
            "ray-serve" => json!({ "upscale_delay_s": 2.0, "downscale_delay_s": 5.0 }),
            "tressi" => json!({ "minWorkers": 2, "maxWorkers": 40 }),
            other => unreachable!("the policy {other} has no options to test it with"),
        };
        conformance::scaling_policy(&registry, &registration.qualified(), &[options]);
    }
}

/// A policy in the middle of its way, and its twin, decide alike from there on.
fn decides_alike_after_a_clone<P: ScalingPolicy + Clone + Debug>(mut policy: P, shown: &[Shown]) {
    let (before, after) = shown.split_at(shown.len() / 2);
    let mut now = 0;
    decisions(&mut policy, &mut now, before);
    let (mut twin, mut then) = (policy.clone(), now);
    let rest = decisions(&mut policy, &mut now, after);
    assert_eq!(decisions(&mut twin, &mut then, after), rest);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn baseten(shown in observations(), tokens in any::<bool>()) {
        decides_alike_after_a_clone(Baseten::new(BasetenOptions {
            scale_down_delay: 10,
            target_in_flight_tokens: tokens.then_some(500),
            ..BasetenOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn fixed(shown in observations(), replicas in any::<Option<u32>>()) {
        decides_alike_after_a_clone(Fixed::new(FixedOptions { replicas }).unwrap(), &shown);
    }

    #[test]
    fn hpa(
        shown in observations(),
        behaves in any::<bool>(),
        metric in select(vec![
            HpaMetric::Pods,
            HpaMetric::Cpu,
            HpaMetric::CpuUtilization,
            HpaMetric::External,
            HpaMetric::ExternalAverage,
        ]),
    ) {
        decides_alike_after_a_clone(Hpa::new(HpaOptions {
            metric,
            sync_period_seconds: 1,
            behavior: behaves.then(Behavior::default),
            ..HpaOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn knative(
        shown in observations(),
        metric in select(vec![KnativeMetric::Concurrency, KnativeMetric::Rps]),
        aggregation in select(vec![Algorithm::Linear, Algorithm::WeightedExponential]),
    ) {
        decides_alike_after_a_clone(Knative::new(KnativeOptions {
            metric,
            aggregation,
            scale_down_delay_seconds: 20,
            activation_scale: 3,
            ..KnativeOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn little(shown in observations()) {
        decides_alike_after_a_clone(Little::new(LittleOptions::default()).unwrap(), &shown);
    }

    #[test]
    fn predictive(
        shown in proptest::collection::vec(observation(), 0..12),
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
        decides_alike_after_a_clone(make(), &shown);
        for (decision, shown) in decisions(&mut make(), &mut 0, &shown).iter().zip(&shown) {
            let bounds = shown.min..=shown.max.max(shown.min);
            let decided = decision.reason != Reason::NO_DATA;
            prop_assert!(!decided || bounds.contains(&decision.desired));
        }
    }

    #[test]
    fn ray_serve(shown in observations()) {
        decides_alike_after_a_clone(RayServe::new(RayServeOptions {
            upscale_delay_s: 2.0,
            downscale_delay_s: 5.0,
            ..RayServeOptions::default()
        }).unwrap(), &shown);
    }

    #[test]
    fn tressi(shown in observations()) {
        decides_alike_after_a_clone(Tressi::new(TressiOptions::default()).unwrap(), &shown);
    }
}
