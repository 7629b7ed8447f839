//! What does it cost to read a hundred models?

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use custom_source::register;
use plimsoll_sdk::core::registry::{FactoryContext, Registry};
use plimsoll_sdk::core::tree::MemoryTree;
use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::json;

fn load(criterion: &mut Criterion) {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let context = FactoryContext { registry };
    let sources = &context.registry.sources;
    let source = sources.make("fleet/fleet", &context, &json!({}));
    let source = source.expect("it takes no options");
    let model = |number: u32| {
        format!("model-{number}:\n  autoscaling_settings: {{min_replicas: 1, max_replicas: 9}}\n")
    };
    let text: String = (0..100).map(model).collect();
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("fleet.yaml", text));
    criterion.bench_function("load: fleet/fleet of 100", |bencher| {
        bencher.iter(|| source.load(&tree).map(|manifest| manifest.workloads.len()));
    });
}

criterion_group!(all, load);
criterion_main!(all);
