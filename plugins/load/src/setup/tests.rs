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

use super::places::{phases, places};
use super::{Setup, files};
use crate::clock::SECOND;
use crate::control::Control;
use crate::options::{HttpVersion, RunOptions};
use crate::plan::{Endpoint, LoadTest, Rate, Workers};
use crate::results::Results;
use crate::run::Shared;
use crate::schedule::{Ramp, Schedule};

fn context() -> FactoryContext {
    let mut registry = Registry::empty();
    plimsoll_scaling::register(&mut registry).unwrap();
    plimsoll_distribution::register(&mut registry).unwrap();
    FactoryContext { registry }
}

/// What is to be run by the text of a load test.
fn load_test(text: &str, options: &RunOptions) -> LoadTest {
    let context = context();
    let tree = MemoryTree::new().with("load.json", text.to_owned());
    let tree: Arc<dyn SourceTree> = Arc::new(tree.focused("load.json"));
    let manifest = LoadTestSource.load(&tree).unwrap();
    let workloads = manifest.workloads.iter().map(|workload| {
        let effective = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
        let package = LoadTestSource.package(&tree, &effective).unwrap();
        ReleaseWorkload::packaged(effective, package, &mut |_| {}).unwrap()
    });
    let release = Release {
        kind: manifest.kind,
        name: "test".to_owned(),
        environment: None,
        workloads: workloads.collect(),
        source: None,
        options: ReleaseOptions::default(),
    };
    LoadTest::of(&release, &context, options).unwrap()
}

/// Runs a test whose one host has these addresses.
fn run(text: &str, addresses: &[SocketAddr], options: &RunOptions) -> Results {
    let context = context();
    let test = load_test(text, options);
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

fn of(test: &serde_json::Value) -> LoadTest {
    load_test(&test.to_string(), &RunOptions::default())
}

fn autoscaled(more: &serde_json::Value) -> LoadTest {
    let mut autoscale = json!({ "enabled": true });
    for (key, value) in more.as_object().unwrap() {
        autoscale[key] = value.clone();
    }
    of(&json!({ "autoscale": autoscale, "requests": [
        { "url": "http://h/a", "autoscale": { "enabled": true, "targetRps": 50_000 } },
        { "url": "http://h/b", "autoscale": { "enabled": true, "targetRps": 50_000 } },
    ] }))
}

fn fewest(test: &LoadTest) -> Vec<u32> {
    test.endpoints.iter().map(Endpoint::least_workers).collect()
}

#[test]
fn an_endpoint_has_a_worker_on_each_of_its_loops_where_the_budget_has_room_for_that() {
    let mut test = autoscaled(&json!({ "maxWorkers": 100 }));
    assert_eq!(places(&mut test, 3), [[0, 1, 2], [0, 1, 2]]);
    assert_eq!(fewest(&test), [3, 3]);
    // Two loops each take four of three workers: one loop each does.
    let mut test = autoscaled(&json!({ "maxWorkers": 3 }));
    test.endpoints.iter_mut().for_each(|endpoint| {
        if let Workers::Autoscaled { max, .. } = &mut endpoint.workers {
            *max = Some(100);
        }
    });
    assert_eq!(places(&mut test, 2), [[0], [1]]);
    assert_eq!(fewest(&test), [1, 1]);
}

/// When the first requests after a time fall due.
fn due_after(endpoint: &Endpoint, phase: f64, time: u64) -> u64 {
    let Rate::PerSecond(rate) = endpoint.rate else {
        panic!("it holds no rate");
    };
    let ramp = endpoint.ramp;
    let mut schedule = Schedule::Constant {
        ramp: Ramp { rate, ramp },
        next: 0,
        stride: 1,
        phase,
    };
    std::iter::from_fn(|| schedule.next())
        .find(|at| *at >= time)
        .unwrap()
}

#[test]
fn endpoints_of_one_rate_take_turns_whatever_their_ramps() {
    let test = of(&json!({ "autoscale": { "enabled": true }, "requests": [
        { "url": "http://h/a", "autoscale": { "enabled": true, "targetRps": 1 } },
        { "url": "http://h/b", "autoscale": { "enabled": true, "targetRps": 1, "rampUpTime": 1 } },
        { "url": "http://h/c", "autoscale": { "enabled": true, "targetRps": 1, "rampUpTime": 3 } },
        { "url": "http://h/d", "autoscale": { "enabled": true, "targetRps": 1 }, "arrivals": "poisson" },
        { "url": "http://h/e", "autoscale": { "enabled": true, "targetRps": 1 } },
    ] }));
    let even = test.endpoints.iter().zip(phases(&test.endpoints));
    let even = even.filter(|(endpoint, _)| !endpoint.poisson);
    let mut due: Vec<u64> = even
        .map(|(endpoint, phase)| due_after(endpoint, phase, 10 * SECOND))
        .collect();
    due.sort_unstable();
    let gaps = due.windows(2).map(|pair| pair[1] - pair[0]);
    for gap in gaps.chain([due[0] + SECOND - due[3]]) {
        assert!(gap.abs_diff(SECOND / 4) < 10, "{due:?}");
    }
}

#[test]
fn connections_are_shared_by_what_is_autoscaled_and_too_few_are_refused() {
    let requests = json!([
        { "url": "http://h/a", "autoscale": { "enabled": true, "targetRps": 10 } },
        { "url": "http://h/b", "autoscale": { "enabled": false } },
    ]);
    let mixed = |workers: u32| {
        of(
            &json!({ "rps": 10, "workers": workers, "autoscale": { "enabled": true, "maxWorkers": 1000 }, "requests": requests }),
        )
    };
    let mut test = mixed(20);
    files::fit_in(&mut test, 100, 168).unwrap();
    assert_eq!(test.affordable, Some(80));
    // Those that hold a rate may do with fewer than they have workers.
    let mut test = mixed(200);
    files::fit_in(&mut test, 100, 168).unwrap();
    assert_eq!(test.affordable, Some(1));
    let mut test = of(&json!({ "workers": 90, "requests": [{ "url": "http://h/" }] }));
    files::fit_in(&mut test, 90, 158).unwrap();
    assert_eq!(test.affordable, None);
    let refused = files::fit_in(&mut test, 89, 157).unwrap_err();
    insta::assert_snapshot!(refused, @"90 requests are to be in flight at once, and this process may have 157 files and connections open: raise that limit (`ulimit -n`), or have fewer workers");
}

#[test]
fn many_endpoints_are_looked_at_less_often_and_seconds_are_whole() {
    for (count, each) in [(1, 10), (50, 5), (200, 4)] {
        let requests: Vec<_> = (0..count)
            .map(|number| json!({ "url": format!("http://h/{number}") }))
            .collect();
        let test = of(&json!({ "rps": 10, "requests": requests }));
        assert_eq!(test.tick() * each, SECOND);
    }
}
