//! What event loops once got wrong about connections.

use serde_json::json;

use crate::support::{only, run, target};

#[test]
fn a_response_that_comes_after_its_time_and_before_somebody_looks_is_too_late() {
    let target = target();
    // Somebody looks ten times a second.
    let request = json!({ "url": target.url("/?delay=230ms"), "timeout": 0.21 });
    let test = json!({ "rps": 50, "workers": 50, "requests": [request] });
    let results = run(&test, 1.0);
    let measured = &only(&results).measured;
    assert_eq!((measured.due_requests, measured.total_requests), (50, 50));
    assert_eq!(measured.failures["timeout"], 50, "{measured:?}");
}

#[test]
fn large_bodies_are_read_whole_and_in_turn_with_what_else_there_is() {
    let target = target();
    let test = json!({
        "autoscale": { "enabled": true, "maxWorkers": 8 },
        "requests": [
            { "url": target.url("/?bytes=60000000"), "autoscale": { "enabled": true, "targetRps": 4 } },
            { "url": target.url("/fine"), "autoscale": { "enabled": true, "targetRps": 100 } },
        ],
    });
    let results = run(&test, 1.0);
    let [large, fine] = results.summary.endpoints.as_slice() else {
        panic!("there are two endpoints");
    };
    assert_eq!(large.measured.successful_requests, 4);
    assert!(large.measured.network_bytes_received > 4 * 60_000_000);
    assert_eq!(fine.measured.successful_requests, 100);
}
