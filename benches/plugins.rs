//! What does it cost that a plugin is loaded from a library, and not linked?
//!
//! - A decision: a loaded policy at most twice the linked one, behind a box, and within 10 ns of it.
//! - A share over 1,000 workloads.
//! - A million simulated requests: at most 5 % more.
//! - Loading a plugin: under 20 ms.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::distribution::{Demand, Priority};
use plimsoll::harness::arrival::ArrivalSpec;
use plimsoll::harness::engine::run;
use plimsoll::harness::scenario::{Scenario, Workload};
use plimsoll::harness::service::Service;
use plimsoll::loader::discover::Search;
use plimsoll::loader::{Host, Limits, Places};
use plimsoll::policy::ScalingPolicy;
use plimsoll::registry::{FactoryContext, Registry};
use plimsoll_benches::decisions;
use plimsoll_test_libraries::Library;
use serde_json::json;
use tempfile::TempDir;

/// A library of a bundled plugin, as its users would build it.
fn library(package: &str) -> PathBuf {
    let library = Library {
        package,
        features: "dylib",
        release: true,
    };
    library.build()
}

/// A host that is told of one library, which it trusts, and keeps what it keeps in a folder.
fn host(library: &Path, folder: &Path) -> Host {
    let host = Host::new(Places {
        search: Search {
            explicit: vec![library.to_owned()],
            ..Search::default()
        },
        lock: Some(folder.join("plugins.lock")),
        cache: Some(folder.join("cache")),
        limits: Limits::default(),
    });
    done(host.trust(library, None));
    host
}

/// A registry of one library alone.
fn loaded(package: &str) -> (FactoryContext, TempDir) {
    let folder = done(tempfile::tempdir());
    let mut registry = Registry::empty();
    done(host(&library(package), folder.path()).load(&mut registry));
    (FactoryContext { registry }, folder)
}

fn linked() -> FactoryContext {
    FactoryContext {
        registry: done(plimsoll::registry()),
    }
}

fn made(context: &FactoryContext, name: &str) -> Box<dyn ScalingPolicy> {
    let policies = &context.registry.policies;
    done(policies.make(name, context, &json!({})))
}

fn decide(criterion: &mut Criterion, name: &str, mut policy: Box<dyn ScalingPolicy>) {
    let mut decide = decisions(&mut *policy);
    criterion.bench_function(&format!("decide: {name}"), |bencher| {
        bencher.iter(&mut decide);
    });
}

fn policies(criterion: &mut Criterion) {
    let (linked, (loaded, _folder)) = (linked(), loaded("plimsoll-scaling"));
    for name in linked.registry.policies.names() {
        decide(criterion, &format!("{name}, linked"), made(&linked, &name));
        decide(criterion, &format!("{name}, loaded"), made(&loaded, &name));
    }
}

fn shares(criterion: &mut Criterion) {
    let (linked, (loaded, _folder)) = (linked(), loaded("plimsoll-distribution"));
    let demand = |number: u32| Demand {
        desired: number % 17,
        min: 1,
        max: 40,
        weight: f64::from(number % 5),
        priority: Priority::Medium,
    };
    let demands: Vec<Demand> = (0..1000).map(demand).collect();
    let mut allocations = vec![0; demands.len()];
    for (how, context) in [("linked", &linked), ("loaded", &loaded)] {
        let strategies = &context.registry.strategies;
        let strategy = done(strategies.make("proportional", context, &json!({})));
        criterion.bench_function(
            &format!("share over 1,000: proportional, {how}"),
            |bencher| {
                bencher.iter(|| strategy.distribute(9_000, black_box(&demands), &mut allocations));
            },
        );
    }
}

/// A thousand seconds of a thousand requests each, and a decision every two.
fn simulations(criterion: &mut Criterion) {
    let (linked, (loaded, _folder)) = (linked(), loaded("plimsoll-scaling"));
    let arrivals = done(ArrivalSpec::parse(
        "poisson(rate=1000, duration=1000s)",
        Path::new(""),
    ));
    let service = done(Service::parse("exponential(mean=20ms)"));
    let workload = Workload {
        max_replicas: 100,
        concurrency: 4,
        ..Workload::new("million", arrivals, service)
    };
    let scenario = Scenario::new("million", workload);
    let mut group = criterion.benchmark_group("a million simulated requests");
    group.sample_size(20);
    for name in ["baseten", "knative"] {
        for (how, context) in [("linked", &linked), ("loaded", &loaded)] {
            group.bench_function(format!("{name}, {how}"), |bencher| {
                bencher.iter(|| done(run(&scenario, &mut *made(context, name))).events);
            });
        }
    }
    group.finish();
}

/// From a file to a registry that has what is in it: read, hashed, copied, opened, compared.
fn loading(criterion: &mut Criterion) {
    let library = library("plimsoll-scaling");
    let mut group = criterion.benchmark_group("load a plugin");
    group.sample_size(20);
    // A copy that is opened twice is opened at once, so each time it is another.
    group.bench_function("for the first time", |bencher| {
        bencher.iter_batched(
            || {
                let folder = done(tempfile::tempdir());
                (host(&library, folder.path()), folder)
            },
            |(host, folder)| (done(host.load(&mut Registry::empty())), folder),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("that was loaded before", |bencher| {
        bencher.iter_batched(
            || {
                let folder = done(tempfile::tempdir());
                let host = host(&library, folder.path());
                let bytes = done(std::fs::read(&library));
                // The copy is there, and nothing has opened it yet.
                let name = done(host.inspect(&library)).sha256.unwrap_or_default();
                let cache = folder.path().join("cache");
                done(private(&cache));
                let extension = std::env::consts::DLL_EXTENSION;
                let copy = cache.join(format!("{name}.{extension}"));
                done(std::fs::write(&copy, bytes));
                done(closed(&copy));
                (host, folder)
            },
            |(host, folder)| (done(host.load(&mut Registry::empty())), folder),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

#[cfg(unix)]
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(unix)]
fn closed(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir(folder)
}

#[cfg(not(unix))]
fn closed(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// What a bench cannot go on without.
#[expect(clippy::panic, reason = "a bench without its subject cannot go on")]
fn done<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

criterion_group!(all, policies, shares, simulations, loading);
criterion_main!(all);
