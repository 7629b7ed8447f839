//! From the text of a load test to its results.

use std::sync::Arc;
use std::time::Duration;

use plimsoll_core::manifest::Manifest;
use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_core::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_load::{EndpointSummary, LoadError, LoadTest, Results, Run, RunOptions};
use plimsoll_overrides::DeepMerge;
use plimsoll_test_target::{Options, Target};
use plimsoll_tressi::LoadTestSource;
use serde_json::Value as Json;

/// What the tests have to go by.
pub(crate) fn context() -> FactoryContext {
    let mut registry = Registry::empty();
    plimsoll_scaling::register(&mut registry).unwrap();
    plimsoll_distribution::register(&mut registry).unwrap();
    FactoryContext { registry }
}

pub(crate) fn target() -> Target {
    Target::start(Options::default()).unwrap()
}

pub(crate) fn release(test: &Json) -> Release {
    release_with(test, &[])
}

/// A release of a load test with files beside it.
pub(crate) fn release_with(test: &Json, files: &[(&str, &str)]) -> Release {
    let mut tree = MemoryTree::new().with("load.json", test.to_string());
    for (path, text) in files {
        tree = tree.with(path, (*text).to_owned());
    }
    let tree: Arc<dyn SourceTree> = Arc::new(tree.focused("load.json"));
    let manifest: Manifest = LoadTestSource.load(&tree).unwrap();
    let workloads = manifest.workloads.iter().map(|workload| {
        let effective = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
        let package = LoadTestSource.package(&tree, &effective).unwrap();
        ReleaseWorkload::packaged(effective, package, &mut |_| {}).unwrap()
    });
    Release {
        kind: manifest.kind,
        name: "test".to_owned(),
        environment: None,
        workloads: workloads.collect(),
        source: None,
        options: ReleaseOptions::default(),
    }
}

pub(crate) fn start(release: &Release, options: &RunOptions) -> Result<Run, LoadError> {
    let context = context();
    let test = LoadTest::of(release, &context, options)?;
    Run::start(test, &context, options)
}

pub(crate) fn run_with(test: &Json, options: &RunOptions) -> Results {
    start(&release(test), options).unwrap().finish().unwrap()
}

/// Runs for so many seconds.
pub(crate) fn run(test: &Json, seconds: f64) -> Results {
    run_with(test, &options(seconds))
}

pub(crate) fn options(seconds: f64) -> RunOptions {
    RunOptions {
        duration: Some(u64::try_from(Duration::from_secs_f64(seconds).as_nanos()).unwrap()),
        threads: Some(2),
        ..RunOptions::default()
    }
}

/// The summary of the one endpoint.
pub(crate) fn only(results: &Results) -> &EndpointSummary {
    let [endpoint] = results.summary.endpoints.as_slice() else {
        panic!("there is not one endpoint");
    };
    endpoint
}
