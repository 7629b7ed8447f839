//! Workers that follow rates, and share a budget.

use plimsoll_load::Action;
use serde_json::json;

use crate::support::{only, run, target};

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
    // Its headroom is √10; what is more is for what the start has left waiting.
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
