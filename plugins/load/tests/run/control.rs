//! Workers that follow rates, and share a budget.

use plimsoll_core::policy::{Observation, Sample};
use plimsoll_load::{Action, LoadTest, RunOptions};
use serde_json::{Value as Json, json};

use crate::support::{context, only, options, release, run, target};

#[test]
fn workers_grow_to_hold_the_rate_and_no_further() {
    let target = target();
    let test = json!({
        "autoscale": { "enabled": true, "targetRps": 200, "maxWorkers": 100 },
        "requests": [{ "url": target.url("/?delay=50ms") }],
    });
    let results = run(&test, 4.0);
    let endpoint = only(&results);
    assert_eq!(endpoint.policy.as_deref(), Some("little"));
    // 200 a second × 0.05 s are 10 at the least.
    assert!(endpoint.workers >= 10, "{}", endpoint.workers);
    // Its headroom is half of √10; what is more is for what the start has left waiting.
    assert!(
        endpoint.average_workers < 30.0,
        "{}",
        endpoint.average_workers
    );
    let up = results
        .events
        .iter()
        .filter(|event| event.action == Action::ScaleUp);
    assert!(up.count() >= 1);
}

#[test]
fn a_policy_is_told_how_requests_come() {
    let desired = |more: &Json, poisson: Option<bool>| {
        let mut test = json!({
            "autoscale": { "enabled": true, "targetRps": 16, "maxWorkers": 100 },
            "requests": [{ "url": "http://h/" }],
        });
        for (key, value) in more.as_object().unwrap() {
            test[key] = value.clone();
        }
        let options = RunOptions {
            poisson,
            ..options(1.0)
        };
        let test = LoadTest::of(&release(&test), &context(), &options).unwrap();
        let mut policies = test.policies(&context()).unwrap();
        let sample = Sample {
            at_ns: 1_000_000_000,
            completions: 16,
            service_time_seconds: 16.0,
            ..Sample::default()
        };
        let observation = Observation {
            now_ns: 1_000_000_000,
            target_rate: Some(16.0),
            samples: &[sample],
            replicas: &[],
            current: 16,
            ready: 16,
            starting: 0,
            draining: 0,
            min: 1,
            max: 100,
            backlog: 0,
            reachable: true,
        };
        policies[0].as_mut().unwrap().decide(&observation).desired
    };
    // 16 a second × 1 s are 16, and half of √16 is to spare where they come evenly, all where at random.
    assert_eq!(desired(&json!({}), None), 18);
    assert_eq!(desired(&json!({ "arrivals": "poisson" }), None), 20);
    assert_eq!(desired(&json!({}), Some(true)), 20);
    let chosen = json!({ "scaling": { "policy": "little", "options": { "headroom": 2 } } });
    assert_eq!(desired(&chosen, None), 24);
}

#[test]
fn a_stalled_endpoint_takes_nothing_from_the_others() {
    let target = target();
    let test = json!({
        "autoscale": { "enabled": true, "maxWorkers": 20, "distributionStrategy": "equal" },
        "requests": [
            { "url": target.url("/?hang=1"), "autoscale": { "enabled": true, "targetRps": 100 } },
            { "url": target.url("/fine"), "autoscale": { "enabled": true, "targetRps": 100 } },
        ],
    });
    let results = run(&test, 2.0);
    let fine = &results.summary.endpoints[1];
    assert_eq!(fine.measured.successful_requests, 200);
    let peak: u32 = results
        .summary
        .endpoints
        .iter()
        .map(|one| one.peak_workers)
        .sum();
    assert!(peak <= 21, "{peak} of 20");
}

#[test]
fn rates_are_shared_by_weight() {
    let target = target();
    let test = json!({
        "autoscale": { "enabled": true, "targetRps": 400, "maxWorkers": 50 },
        "requests": [
            { "url": target.url("/own"), "autoscale": { "enabled": true, "targetRps": 100 } },
            { "url": target.url("/one") },
            { "url": target.url("/two") },
            { "url": target.url("/fixed"), "autoscale": { "enabled": false } },
        ],
        "rps": 50,
    });
    let results = run(&test, 1.0);
    let totals: Vec<u64> = results
        .summary
        .endpoints
        .iter()
        .map(|one| one.measured.due_requests)
        .collect();
    let close = |count: u64, wanted: u64| count.abs_diff(wanted) <= 1;
    assert!(
        close(totals[0], 100) && close(totals[1], 150) && close(totals[2], 150),
        "{totals:?}"
    );
    assert!(close(totals[3], 50), "{totals:?}");
}

#[test]
fn what_holds_no_rate_does_not_make_up_for_what_does() {
    let target = target();
    let test = json!({
        "autoscale": { "enabled": true, "targetRps": 100, "maxWorkers": 1 },
        "workers": 2,
        "requests": [
            { "url": target.url("/?delay=50ms") },
            { "url": target.url("/fast"), "autoscale": { "enabled": false } },
        ],
    });
    let results = run(&test, 1.0);
    let global = &results.summary.global.measured;
    assert!(global.total_requests > 200, "{}", global.total_requests);
    assert!(global.rate_achieved.unwrap() < 0.6 && !global.target_achieved);
}
