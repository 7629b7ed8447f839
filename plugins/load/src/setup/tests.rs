use std::net::SocketAddr;
use std::sync::Arc;

use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_core::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_test_target::Target;
use plimsoll_tressi::LoadTestSource;
use serde_json::json;

use super::Setup;
use crate::control::Control;
use crate::options::{HttpVersion, RunOptions};
use crate::plan::LoadTest;
use crate::results::Results;
use crate::run::Shared;

/// Runs a test whose one host has these addresses.
fn run(text: &str, addresses: &[SocketAddr], options: &RunOptions) -> Results {
    let mut registry = Registry::empty();
    plimsoll_scaling::register(&mut registry).unwrap();
    plimsoll_distribution::register(&mut registry).unwrap();
    let context = FactoryContext { registry };
    let tree = MemoryTree::new().with("load.json", text.to_owned());
    let tree: Arc<dyn SourceTree> = Arc::new(tree.focused("load.json"));
    let manifest = LoadTestSource.load(&tree).unwrap();
    let workloads = manifest.workloads.iter().map(|workload| {
        let effective = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
        let package = LoadTestSource.package(&tree, &effective).unwrap();
        let digest = package.context.digest(&package.config, &mut |_| {});
        ReleaseWorkload {
            effective,
            digest: digest.unwrap(),
            config: package.config,
            raw_config: None,
            context: package.context,
        }
    });
    let release = Release {
        kind: manifest.kind,
        name: "test".to_owned(),
        environment: None,
        workloads: workloads.collect(),
        source: None,
        options: ReleaseOptions::default(),
    };
    let test = LoadTest::of(&release, &context, options).unwrap();
    let policies = test.policies(&context).unwrap();
    let mut setup = Setup::of(test, options).unwrap();
    for known in setup.addresses.values_mut() {
        *known = addresses.into();
    }
    let started = setup.start(options).unwrap();
    let shared = Arc::new(Shared::default());
    let control = Control::new(started.test, policies, started.links, started.clock, shared);
    control.run(&started.receive).unwrap()
}

#[test]
fn a_host_is_reached_at_another_address_where_nobody_is_at_the_first() {
    let target = Target::start(plimsoll_test_target::Options::default()).unwrap();
    let url = target.url("/");
    let somebody = target.address();
    // The server listens at one address of this machine, and nobody at the next.
    let nobody = SocketAddr::from(([127, 0, 0, 2], somebody.port()));
    let text = json!({ "rps": 50, "workers": 4, "requests": [{ "url": url }] }).to_string();
    for http in [HttpVersion::Http1, HttpVersion::Http2] {
        let options = RunOptions {
            http,
            duration: Some(400_000_000),
            threads: Some(1),
            ..RunOptions::default()
        };
        let results = run(&text, &[nobody, somebody], &options);
        let measured = &results.summary.global.measured;
        assert_eq!((measured.due_requests, measured.total_requests), (20, 20));
        match http {
            HttpVersion::Http1 => assert_eq!(measured.successful_requests, 20),
            // It is reached, and speaks HTTP/1.1.
            HttpVersion::Http2 => assert_eq!(measured.failures["protocol"], 20),
        }
    }
}
