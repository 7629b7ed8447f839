//! Many endpoints at once; older files and today's; a server that stands still.

use std::time::Duration;

use plimsoll_core::tree::MemoryTree;
use plimsoll_load::RunOptions;
use plimsoll_tressi::migrate;
use serde_json::{Value as Json, json};

use crate::support::{only, options, release, run, run_with, start, target};

#[test]
fn a_thousand_endpoints_each_hold_their_own_rate() {
    let target = target();
    let requests = (0..1000).map(|place| {
        json!({
            "url": target.url(&format!("/{place}")),
            "autoscale": { "enabled": true, "targetRps": 1 + place % 2, "maxWorkers": 4 },
        })
    });
    let test = json!({
        "autoscale": { "enabled": true, "targetRps": 1, "maxWorkers": 2000 },
        "requests": requests.collect::<Vec<_>>(),
    });
    let results = run(&test, 2.0);
    for (place, endpoint) in results.summary.endpoints.iter().enumerate() {
        let wanted = 2 * (1 + place as u64 % 2);
        let due = endpoint.measured.due_requests;
        assert!(
            due.abs_diff(wanted) <= 1,
            "{}: {due} of {wanted}",
            endpoint.endpoint_key
        );
    }
    let global = &results.summary.global;
    assert_eq!(global.total_endpoints, 1000);
    assert!(global.measured.total_requests.abs_diff(3000) <= 1000);
    assert_eq!(global.measured.failed_requests, 0);
    // They do not all send at once: each begins somewhere in its first gap.
    assert!(global.measured.peak_requests_per_second < 2500.0);
    assert_eq!(target.stats().paths.len(), 1000);
}

#[test]
fn no_more_workers_are_given_than_there_are() {
    let target = target();
    for strategy in ["proportional", "equal", "priority-based"] {
        let test = json!({
            "autoscale": { "enabled": true, "targetRps": 900, "maxWorkers": 12, "distributionStrategy": strategy },
            "requests": [
                { "url": target.url("/a?delay=50ms"), "autoscale": { "enabled": true, "targetRps": 300, "weight": 0.6, "priority": "high" } },
                { "url": target.url("/b?delay=50ms"), "autoscale": { "enabled": true, "targetRps": 300, "weight": 0.3 } },
                { "url": target.url("/c?delay=50ms"), "autoscale": { "enabled": true, "targetRps": 300, "weight": 0.1, "priority": "low" } },
            ],
        });
        let options = RunOptions {
            drain: Some(0),
            ..options(2.0)
        };
        let results = run_with(&test, &options);
        let workers: Vec<u32> = results
            .summary
            .endpoints
            .iter()
            .map(|one| one.workers)
            .collect();
        assert_eq!(workers.iter().sum::<u32>(), 12, "{strategy}: {workers:?}");
        // Each asks for more than there is: rank and weight say who gets it.
        assert!(
            workers[0] >= workers[1] && workers[1] >= workers[2],
            "{strategy}: {workers:?}"
        );
        match strategy {
            "equal" => assert_eq!(workers, [4, 4, 4]),
            _ => assert!(workers[0] > workers[2], "{strategy}: {workers:?}"),
        }
    }
}

#[test]
fn an_older_file_runs_as_what_it_migrates_to() {
    let target = target();
    let older = json!({
        "$schema": "https://example.com/tressi.schema.v0.0.20.json",
        "options": { "durationSec": 10, "rampUpDurationSec": 0, "threads": 2 },
        "requests": [
            { "url": target.url("/a"), "method": "GET", "rps": 60 },
            { "url": target.url("/b"), "method": "POST", "payload": { "x": 1 }, "rps": 20 },
        ],
    });
    let tree = MemoryTree::new()
        .with("load.json", older.to_string())
        .focused("load.json");
    let today: Json = serde_json::from_str(&migrate(&tree, &[]).unwrap().after).unwrap();
    assert_ne!(today, older);
    let due = |test: &Json| -> Vec<u64> {
        let results = run(test, 1.0);
        let endpoints = results.summary.endpoints.iter();
        endpoints.map(|one| one.measured.due_requests).collect()
    };
    let (before, after) = (due(&older), due(&today));
    assert_eq!(before, after);
    assert!(
        before[0].abs_diff(60) <= 1 && before[1].abs_diff(20) <= 1,
        "{before:?}"
    );
}

#[test]
fn what_waits_while_the_server_stands_still_counts() {
    let target = target();
    let test = json!({ "rps": 200, "workers": 4, "requests": [{ "url": target.url("/") }] });
    let running = start(&release(&test), &options(3.0)).unwrap();
    std::thread::sleep(Duration::from_millis(1000));
    target.freeze(Duration::from_millis(600));
    let results = running.finish().unwrap();
    let measured = &only(&results).measured;
    assert_eq!(measured.successful_requests, 600);
    // 120 of 600 requests fell due in 600 ms: the longest waited all of it, and the 95th percentile, of
    // which 30 waited longer, 450 ms.
    assert!(
        measured.max_latency_ms >= Some(590.0),
        "{:?}",
        measured.max_latency_ms
    );
    assert!(
        measured.p95_latency_ms >= Some(430.0),
        "{:?}",
        measured.p95_latency_ms
    );
    // From the send, no more than four waited.
    assert!(
        measured.service_time.p95_ms < 100.0,
        "{}",
        measured.service_time.p95_ms
    );
}
