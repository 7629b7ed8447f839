//! A law: a plugin that is loaded decides as the same one linked, decision by decision.
//!
//! Every bundled policy and strategy is built as a library and loaded, and tried beside itself on random
//! observations and on those of the recorded decisions of the originals.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, says what it skips, and shares a module"
)]

mod support;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use plimsoll_core::policy::{
    Decision, Observation, ReplicaObservation, ReplicaState, Sample, ScalingPolicy,
};
use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_sdk::conformance::{same_decisions, same_shares};
use serde_json::{Value as Json, json};
use support::{House, built};

/// What is linked, and the same loaded.
fn both(package: &'static str, register: fn(&mut Registry)) -> [FactoryContext; 2] {
    let house = House::new();
    let library = house.copy(&built(package, "dylib"), "it.so");
    let loaded = house.load(&library).unwrap();
    let mut registry = Registry::empty();
    register(&mut registry);
    [FactoryContext { registry }, loaded]
}

fn policies() -> [FactoryContext; 2] {
    both("plimsoll-scaling", |registry| {
        plimsoll_scaling::register(registry).unwrap();
    })
}

/// Every policy with its defaults, and some with options that make them do something else.
fn cases(linked: &FactoryContext) -> Vec<(String, Json)> {
    let names = linked.registry.policies.names().into_iter();
    names
        .map(|name| (name, json!({})))
        .chain([
            (
                "baseten".to_owned(),
                json!({ "scale_down_delay": 10, "target_in_flight_tokens": 500 }),
            ),
            ("fixed".to_owned(), json!({ "replicas": 7 })),
            (
                "hpa".to_owned(),
                json!({ "behavior": {}, "metric": "pods", "sync_period_seconds": 1 }),
            ),
            ("hpa".to_owned(), json!({ "metric": "external-average" })),
            (
                "knative".to_owned(),
                json!({ "scale_down_delay_seconds": 20, "activation_scale": 3 }),
            ),
            (
                "knative".to_owned(),
                json!({ "aggregation": "weighted-exponential", "metric": "rps" }),
            ),
            (
                "predictive".to_owned(),
                json!({ "lead_seconds": 30, "concurrency_target": 2.5 }),
            ),
            (
                "ray-serve".to_owned(),
                json!({ "upscale_delay_s": 2.0, "downscale_delay_s": 5.0 }),
            ),
        ])
        .collect()
}

fn make(context: &FactoryContext, name: &str, options: &Json) -> Box<dyn ScalingPolicy> {
    context
        .registry
        .policies
        .make(name, context, options)
        .unwrap()
}

#[test]
fn what_is_registered_is_the_same() {
    let [linked, loaded] = policies();
    assert_eq!(linked.registry.names(), loaded.registry.names());
    for (one, other) in linked
        .registry
        .policies
        .iter()
        .zip(loaded.registry.policies.iter())
    {
        assert_eq!(one.fully_qualified(), other.fully_qualified());
        assert_eq!(one.summary, other.summary);
        assert_eq!(one.options_schema, other.options_schema);
        assert!(one.origin.library.is_none() && other.origin.library.is_some());
    }
}

#[test]
fn resolvers_are_registered_alike() {
    let [linked, loaded] = both("plimsoll-overrides", |registry| {
        plimsoll_overrides::register(registry).unwrap();
    });
    assert_eq!(linked.registry.names(), loaded.registry.names());
}

#[test]
fn options_are_refused_alike() {
    let [linked, loaded] = policies();
    let refused = |context: &FactoryContext| {
        let policies = &context.registry.policies;
        let made = policies.make("knative", context, &json!({ "stable_window_seconds": 1 }));
        made.err().unwrap().to_string()
    };
    let (one, other) = (refused(&linked), refused(&loaded));
    assert_eq!(one, other.replace("scaling/knative", "knative"));
}

#[test]
fn random_observations_are_decided_alike() {
    let [linked, loaded] = policies();
    for (name, options) in cases(&linked) {
        same_decisions(
            || make(&linked, &name, &options),
            || make(&loaded, &name, &options),
        );
    }
}

#[test]
fn random_budgets_are_shared_alike() {
    let [linked, loaded] = both("plimsoll-distribution", |registry| {
        plimsoll_distribution::register(registry).unwrap();
    });
    let names = linked.registry.strategies.names();
    assert_eq!(names.len(), 3);
    for name in names {
        let make = |context: &FactoryContext| {
            context
                .registry
                .strategies
                .make(&name, context, &json!({}))
                .unwrap()
        };
        same_shares(&*make(&linked), &*make(&loaded));
    }
}

#[test]
fn recorded_observations_are_decided_alike() {
    let [linked, loaded] = policies();
    let rows = recorded();
    assert!(rows.len() > 250, "{} rows", rows.len());
    for (name, options) in cases(&linked) {
        let decide = |context| decisions(context, &name, &options, &rows);
        let (one, other) = (decide(&linked), decide(&loaded));
        for (place, pair) in one.iter().zip(&other).enumerate() {
            assert_eq!(
                pair.0, pair.1,
                "{name} {options}, row {place}: {}",
                rows[place]
            );
        }
        assert_eq!(one.len(), rows.len());
    }
    eprintln!(
        "{} recorded observations, decided alike by each policy",
        rows.len()
    );
}

/// The rows of all recordings: those of our own keeping, and all that are shared.
fn recorded() -> Vec<Json> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rows = Vec::new();
    for folder in ["../scaling/tests/recorded", "../../../shared/data/vectors"] {
        let Ok(entries) = fs::read_dir(here.join(folder)) else {
            eprintln!("skipped: no recorded decisions at {folder}");
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let mut text = fs::read(&path).unwrap();
            if path.extension().is_some_and(|end| end == "gz") {
                let packed = std::mem::take(&mut text);
                flate2::read::GzDecoder::new(&*packed)
                    .read_to_end(&mut text)
                    .unwrap();
            }
            let lines = text
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty());
            rows.extend(lines.map(|line| serde_json::from_slice::<Json>(line).unwrap()));
        }
    }
    rows
}

/// Shows a policy every row, a new policy for each case.
fn decisions(context: &FactoryContext, name: &str, options: &Json, rows: &[Json]) -> Vec<Decision> {
    let mut policy = make(context, name, options);
    let mut case = &Json::Null;
    let mut now = 0.0;
    let mut decided = Vec::with_capacity(rows.len());
    for row in rows {
        let number = |names: &[&str]| names.iter().find_map(|name| row[name].as_f64());
        if row["case"] != *case {
            case = &row["case"];
            policy = make(context, name, options);
            now = 0.0;
        }
        // The clock of a plant never goes back, and begins near zero.
        now = number(&["t_unix_s"])
            .map_or(now + 15.0, |at| at - 1_699_999_000.0)
            .max(now);
        let load =
            number(&["stable", "value", "total_num_requests", "metric_desired"]).unwrap_or(3.0);
        let current = number(&[
            "current_num_replicas",
            "current_replicas",
            "current",
            "ready",
        ]);
        let current = current.unwrap_or(2.0) as u32;
        let at_ns = (now * 1e9) as u64;
        let sample = |at_ns, in_flight: f64| Sample {
            at_ns,
            in_flight,
            queued: load / 3.0,
            tokens_in_flight: load * 90.0,
            arrivals: load as u32,
            completions: current,
            service_time_seconds: load / 7.0,
            ..Sample::default()
        };
        let panic = number(&["panic"]).unwrap_or(load);
        let samples = [
            sample(at_ns.saturating_sub(500_000_000), load),
            sample(at_ns, panic),
        ];
        let replicas: Vec<_> = row["pods"]
            .as_array()
            .into_iter()
            .flatten()
            .map(replica)
            .collect();
        decided.push(policy.decide(&Observation {
            now_ns: at_ns,
            target_rate: number(&["target_milli"]),
            samples: &samples,
            replicas: &replicas,
            current,
            ready: current,
            starting: 0,
            draining: 0,
            min: number(&["min"]).unwrap_or(0.0) as u32,
            max: number(&["max"]).unwrap_or(200.0) as u32,
            backlog: current / 3,
            reachable: row["config"]["reachable"].as_bool().unwrap_or(true),
        }));
    }
    decided
}

fn replica(pod: &Json) -> ReplicaObservation {
    use ReplicaState::{Draining, Failed, NeverReady, NotReady, Pending, Ready};
    let state = match pod["state"].as_str().unwrap_or_default() {
        "ready" => Ready,
        "unready_never" | "unready_init" => NeverReady,
        "pending" => Pending,
        "failed" => Failed,
        "deleting" => Draining,
        _ => NotReady,
    };
    ReplicaObservation {
        state,
        age_ns: 3_600_000_000_000,
        state_age_ns: 60_000_000_000,
        metric_age_ns: 1_000_000_000,
        metric_window_ns: 30_000_000_000,
        metric: pod["metric_milli"].as_i64().into(),
        request_milli: 500,
    }
}
