//! Options: what their schemas say, and what is said of those that do not fit.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_scaling::HpaOptions;
use plimsoll_scaling::hpa::{Behavior, Select};
use serde_json::{Value as Json, json};

fn registry() -> Registry {
    let mut registry = Registry::empty();
    plimsoll_scaling::register(&mut registry).unwrap();
    registry
}

/// What is said of a policy's options; nothing when they fit.
fn refusal(name: &str, options: &Json) -> Option<String> {
    let registry = registry();
    let context = FactoryContext {
        registry: registry.clone(),
    };
    let made = registry.policies.make(name, &context, options);
    made.err().map(|error| error.to_string())
}

#[test]
fn schemas_describe_every_option() {
    for registration in registry().policies.iter() {
        let name = registration.name.replace('-', "_");
        insta::assert_json_snapshot!(format!("schema_{name}"), registration.options_schema);
    }
}

#[test]
fn the_defaults_fit_their_schema_and_the_policy() {
    for registration in registry().policies.iter() {
        let validator = jsonschema::validator_for(&registration.options_schema).unwrap();
        let properties = registration.options_schema["properties"]
            .as_object()
            .unwrap();
        let defaults: Json = properties
            .iter()
            .map(|(name, property)| (name.clone(), property["default"].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert!(validator.is_valid(&defaults), "{}", registration.name);
        assert_eq!(refusal(&registration.name, &defaults), None);
        assert_eq!(refusal(&registration.name, &json!({})), None);
    }
}

#[test]
fn what_is_left_out_of_a_behavior_is_filled_in() {
    let options: HpaOptions = serde_json::from_value(json!({
        "behavior": {"scale_down": {"select_policy": "Disabled"}}
    }))
    .unwrap();
    let behavior = options.behavior.unwrap();
    assert_eq!(behavior.scale_up, Behavior::default().scale_up);
    assert_eq!(behavior.scale_down.select_policy, Select::Disabled);
    assert_eq!(behavior.scale_down.stabilization_window_seconds, 300);
}

#[test]
fn what_does_not_fit_is_named() {
    let cases = [
        ("baseten", json!({"autoscaling_windows": 60})),
        ("baseten", json!({"autoscaling_window": 5})),
        ("baseten", json!({"concurrency_target": 0})),
        ("baseten", json!({"scale_down": "half"})),
        ("fixed", json!({"replicas": -1})),
        ("fixed", json!([])),
        (
            "hpa",
            json!({"behavior": {"scale_up": {"select_policy": "max"}}}),
        ),
        (
            "hpa",
            json!({"behavior": {"scale_up": {"policies": [{"type": "Pods", "value": 0}]}}}),
        ),
        ("hpa", json!({"behavior": {"scale_up": {"policies": []}}})),
        ("hpa", json!({"tolerance": "0.1"})),
        ("knative", json!({"max_scale_down_rate": 1})),
        ("knative", json!({"panic_threshold_percentage": 2000})),
        ("knative", json!({"enable_scale_to_zero": 1})),
        ("little", json!({"headroom": -0.5})),
        ("predictive", json!({"season_seconds": 86_400})),
        ("predictive", json!({"lead_seconds": 7200})),
        ("predictive", json!({"coverage_percentage": 100})),
        ("ray-serve", json!({"target_ongoing_requests": null})),
        ("tressi", json!({"scaleDownThreshold": 0.9})),
        ("tressi", json!({"minWorkers": 8, "maxWorkers": 4})),
    ];
    let registry = registry();
    let mut messages = String::new();
    for (name, options) in cases {
        let said = refusal(name, &options).unwrap();
        messages.push_str(&format!("{options}\n  {said}\n"));
        // The schema refuses it too, but for what it cannot say: how options go together.
        let schema = &registry.policies.get(name).unwrap().options_schema;
        let together = ["minWorkers", "without policies"];
        if !together.iter().any(|words| said.contains(words)) {
            assert!(!jsonschema::is_valid(schema, &options), "{name} {options}");
        }
    }
    insta::assert_snapshot!("option_errors", messages);
}
