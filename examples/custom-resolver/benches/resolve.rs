//! What does it cost to resolve a workload for an environment?

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use custom_resolver::register;
use plimsoll_sdk::core::layer::{LayerName, Layers};
use plimsoll_sdk::core::registry::{FactoryContext, Registry};
use plimsoll_sdk::core::rules::WorkloadRules;
use plimsoll_sdk::core::value::{Node, Origin};
use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::json;

/// Rules that take everything.
#[derive(Debug)]
struct Anything;

impl WorkloadRules for Anything {
    fn overridable(&self) -> &'static [&'static str] {
        &["autoscaling_settings"]
    }

    fn finish(&self, merged: Node, _: &Layers, _: &mut Diagnostics) -> Node {
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }

    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}

fn resolve(criterion: &mut Criterion) {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let context = FactoryContext { registry };
    let resolvers = &context.registry.resolvers;
    let resolver = resolvers.make("shallow/shallow", &context, &json!({}));
    let resolver = resolver.expect("it takes no options");
    let production = Environment::production();
    let mut layers = Layers::new();
    for (name, most) in [
        (LayerName::Base, 3),
        (LayerName::Environment(production.clone()), 30),
    ] {
        let settings =
            json!({ "autoscaling_settings": { "min_replicas": 2, "max_replicas": most } });
        layers.push(name, Node::from_json(&settings, Origin::default()));
    }
    let workload = Workload {
        name: "bench".to_owned(),
        layers,
        rules: Arc::new(Anything),
    };
    let files = Arc::default();
    criterion.bench_function("resolve: shallow/shallow", |bencher| {
        bencher.iter(|| {
            resolver
                .resolve(&workload, Some(&production), &files)
                .is_ok()
        });
    });
}

criterion_group!(all, resolve);
criterion_main!(all);
