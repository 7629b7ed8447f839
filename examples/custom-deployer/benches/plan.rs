//! What does it cost to plan a release?

use criterion::{Criterion, criterion_group, criterion_main};
use custom_deployer::register;
use plimsoll_sdk::conformance::releases;
use plimsoll_sdk::core::deployer::NoProgress;
use plimsoll_sdk::core::registry::{FactoryContext, Registry};
use plimsoll_sdk::serde_json::json;

fn plan(criterion: &mut Criterion) {
    let mut registry = Registry::empty();
    register(&mut registry).expect("its names are free");
    let context = FactoryContext { registry };
    let deployers = &context.registry.deployers;
    let options = json!({ "folder": "/nowhere/at/all" });
    let made = deployers.make("shelf/folder", &context, &options);
    let deployer = made.expect("these options fit");
    let release = releases("bench").remove(0);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime can be started");
    criterion.bench_function("plan: shelf/folder", |bencher| {
        bencher.iter(|| {
            runtime
                .block_on(deployer.plan(&release, &NoProgress))
                .is_ok()
        });
    });
}

criterion_group!(all, plan);
criterion_main!(all);
