//! Registrations that break a law.

use std::sync::Arc;

use plimsoll_sdk::conformance;
use plimsoll_sdk::core::registry::{FactoryError, Origin, Registration, Registry, no_options};
use plimsoll_sdk::prelude::*;
use serde_json::{Value as Json, json};

use crate::{breaks, registration};

struct Seven;

impl ScalingPolicy for Seven {
    fn decide(&mut self, _: &Observation<'_>) -> Decision {
        Decision {
            desired: 7,
            reason: Reason::FIXED,
        }
    }
}

type Policy = Registration<dyn ScalingPolicy>;

fn seven(schema: Json) -> Policy {
    registration("seven", schema, |_| {
        Box::new(Seven) as Box<dyn ScalingPolicy>
    })
}

fn suite(registration: Policy, options: &[Json]) {
    let mut registry = Registry::empty();
    let name = registration.qualified();
    registry.policies.register(registration).unwrap();
    conformance::scaling_policy(&registry, &name, options);
}

#[test]
fn what_is_sound_passes() {
    suite(seven(no_options()), &[]);
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["a"],
        "x-plimsoll-scales": ["workers"],
        "x-plimsoll-decides-every": "b",
        "properties": {
            "a": { "type": "integer", "x-plimsoll-follows": "max_replicas" },
            "b": { "type": "number", "default": 2, "x-plimsoll-follows": "target_in_flight" },
        },
    });
    suite(
        seven(schema),
        &[json!({ "a": 1 }), json!({ "a": 2, "b": 3 })],
    );
}

#[test]
fn names_and_summaries() {
    let law = "it is registered under its name";
    let missing = || conformance::scaling_policy(&Registry::empty(), "acme/seven", &[]);
    let said = breaks(law, missing);
    assert!(
        said.starts_with("the scaling policy `acme/seven` "),
        "{said}"
    );
    let law = "its name is lower-case letters, digits and `-`";
    let named = |name: &str, plugin: &str| Registration {
        name: name.to_owned(),
        origin: Origin::linked(plugin, "1.0.0"),
        ..seven(no_options())
    };
    breaks(law, || suite(named("Seven", "acme"), &[]));
    breaks(law, || suite(named("seven", "Acme Ltd"), &[]));
    let law = "its summary is one sentence that ends with a full stop";
    for summary in [
        "",
        ".",
        "Always seven",
        "Always. Seven.",
        " Seven.",
        "Seven.\nSeven.",
    ] {
        let summed_up = Registration {
            summary: summary.to_owned(),
            ..seven(no_options())
        };
        breaks(law, || suite(summed_up, &[]));
    }
}

#[test]
fn schemas() {
    let law = "the schema of its options is a valid JSON Schema of an object";
    for schema in [
        json!({ "type": "object", "additionalProperties": 5 }),
        json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/none" } } }),
        json!({ "type": "object", "$schema": "https://example.com/none" }),
        json!({ "additionalProperties": false }),
        json!(true),
    ] {
        breaks(law, || suite(seven(schema), &[]));
    }
    let law = "its schema refuses options that it does not know";
    breaks(law, || suite(seven(json!({ "type": "object" })), &[]));
    let closed = |with: Json| {
        let mut schema = no_options();
        let members = with.as_object().unwrap().clone();
        schema.as_object_mut().unwrap().extend(members);
        seven(schema)
    };
    let law = "`{}` are options that fit, unless some are required";
    breaks(law, || suite(closed(json!({ "minProperties": 1 })), &[]));
    let law = "the defaults that its schema names fit it";
    let default = json!({ "properties": { "a": { "type": "integer", "default": "two" } } });
    breaks(law, || suite(closed(default), &[]));
}

#[test]
fn options() {
    let law = "options that it is tested with fit its schema";
    breaks(law, || suite(seven(no_options()), &[json!({ "a": 1 })]));
    let required = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["key"],
        "properties": { "key": { "type": "string", "maxLength": 3 } },
    });
    breaks(law, || suite(seven(required.clone()), &[]));
    // An option may be a key, which no message shows.
    let said = breaks(law, || {
        suite(seven(required), &[json!({ "key": "canary" })]);
    });
    assert!(!said.contains("canary"), "{said}");
    let law = "options that fit make it";
    let refusing = || FactoryError::Failed {
        name: "seven".to_owned(),
        message: "no".to_owned(),
    };
    let refuses = Registration {
        factory: Arc::new(move |_, _| Err(refusing())),
        ..seven(no_options())
    };
    breaks(law, || suite(refuses, &[]));
    let panics = registration("seven", no_options(), |_| -> Box<dyn ScalingPolicy> {
        panic!("no")
    });
    let said = breaks(law, || suite(panics, &[]));
    assert!(said.contains("it panicked: no"), "{said}");
    let law = "options that do not fit make no panic";
    let trusting = registration("seven", no_options(), |options: &Json| {
        assert!(options.is_object());
        Box::new(Seven) as Box<dyn ScalingPolicy>
    });
    breaks(law, || suite(trusting, &[]));
}

#[test]
fn keywords() {
    let law = "the x-plimsoll keywords of its schema are known, and stand where hosts look";
    let option = |option: Json| json!({ "properties": { "a": option } });
    for with in [
        json!({ "x-plimsoll-scale": ["replicas"] }),
        json!({ "x-plimsoll-scales": "replicas" }),
        json!({ "x-plimsoll-scales": ["pods"] }),
        json!({ "x-plimsoll-scales": [] }),
        json!({ "x-plimsoll-decides-every": 0 }),
        json!({ "x-plimsoll-decides-every": "period" }),
        json!({ "x-plimsoll-follows": "max_replicas" }),
        option(json!({ "x-plimsoll-follows": "most_replicas" })),
        option(json!({ "x-plimsoll-scales": ["replicas"] })),
        option(json!({ "properties": { "b": { "x-plimsoll-follows": "max_replicas" } } })),
        option(json!({ "anyOf": [{ "x-plimsoll-follows": "max_replicas" }] })),
    ] {
        let mut schema = no_options();
        let members = with.as_object().unwrap().clone();
        schema.as_object_mut().unwrap().extend(members);
        breaks(law, || suite(seven(schema), &[]));
    }
    let law = "what its options follow fits its schema";
    let narrow = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "a": { "type": "integer", "maximum": 5, "x-plimsoll-follows": "max_replicas" },
        },
    });
    breaks(law, || suite(seven(narrow), &[]));
}
