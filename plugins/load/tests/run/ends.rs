//! How a run ends, and what it refuses.

use std::time::Duration;

use plimsoll_core::histogram::Histogram;
use plimsoll_load::{Limited, LoadError, Point, RunOptions};
use serde_json::json;

use crate::support::{only, options, release, run, run_with, start, target};

#[test]
fn what_is_in_flight_or_waits_at_the_end_counts_as_old_as_it_is() {
    let target = target();
    let test = json!({ "rps": 10, "workers": 1, "requests": [{ "url": target.url("/?hang=1") }] });
    let options = RunOptions {
        drain: Some(0),
        ..options(1.0)
    };
    let results = run_with(&test, &options);
    let measured = &only(&results).measured;
    assert_eq!(
        (measured.failures["unfinished"], measured.failures["unsent"]),
        (1, 9)
    );
    assert_eq!(
        (measured.total_requests, measured.dropped_requests),
        (10, 10)
    );
    // The first was due at the beginning.
    assert!(
        measured.max_latency_ms >= Some(1000.0),
        "{:?}",
        measured.max_latency_ms
    );
    assert_eq!(results.histograms[0].count(), 10);
}

#[test]
fn an_interrupted_run_has_whole_results() {
    let target = target();
    let test = json!({ "rps": 100, "workers": 4, "duration": 60, "requests": [{ "url": target.url("/") }] });
    let run = start(&release(&test), &RunOptions::default()).unwrap();
    std::thread::sleep(Duration::from_millis(600));
    run.stop();
    let results = run.finish().unwrap();
    let global = &results.summary.global;
    assert!(global.interrupted && global.final_duration_sec < 5.0);
    let requests = global.measured.total_requests;
    assert!(
        requests > 20 && requests == global.measured.due_requests,
        "{requests}"
    );
    assert!(global.measured.target_achieved);
}

#[test]
fn errors_end_an_endpoint_and_leave_the_others() {
    let target = target();
    let test = json!({
        "rps": 200, "workers": 4,
        "requests": [
            { "url": target.url("/?status=500"), "earlyExitOnError": true, "errorCountThreshold": 5 },
            { "url": target.url("/fine") },
        ],
    });
    let results = run(&test, 1.5);
    let [bad, fine] = results.summary.endpoints.as_slice() else {
        panic!("there are two endpoints");
    };
    assert!(bad.measured.early_exit_triggered && !fine.measured.early_exit_triggered);
    // From then on it has none.
    assert_eq!((bad.workers, fine.workers), (0, fine.peak_workers));
    assert!(bad.average_workers < fine.average_workers);
    assert!(
        bad.measured.total_requests < 75,
        "{}",
        bad.measured.total_requests
    );
    assert_eq!(fine.measured.total_requests, 150);
    assert_eq!(results.events.len(), 1);
    assert_eq!(results.events[0].why.to_string(), "the number of errors");
}

#[test]
fn errors_end_the_whole_test() {
    let target = target();
    for (key, value, why) in [
        ("errorStatusCodes", json!([503]), "status 503"),
        ("errorRateThreshold", json!(0.3), "the share of errors"),
    ] {
        let mut test = json!({
            "rps": 200, "workers": 4, "earlyExitOnError": true,
            "requests": [{ "url": target.url("/?status=503") }, { "url": target.url("/fine") }],
        });
        test[key] = value;
        let results = run(&test, 20.0);
        let global = &results.summary.global;
        assert!(global.measured.early_exit_triggered && global.final_duration_sec < 10.0);
        assert_eq!(results.events[0].why.to_string(), why);
    }
}

#[test]
fn a_rate_that_was_not_given_is_not_exceeded() {
    let test = json!({ "rps": 100, "requests": [{ "url": "http://127.0.0.1:9/" }] });
    let refused = |test: &serde_json::Value| {
        let options = RunOptions {
            max_rps: Some(99.0),
            ..RunOptions::default()
        };
        start(&release(test), &options).err().unwrap()
    };
    assert!(matches!(refused(&test), LoadError::TooFast { .. }));
    let unpaced = json!({ "requests": [{ "url": "http://127.0.0.1:9/" }] });
    insta::assert_snapshot!(refused(&unpaced), @"--max-rps cannot hold for endpoints without a rate, which send as fast as their workers go: set `rps`, or `targetRps`");
}

#[test]
fn neither_is_it_by_a_trace() {
    let test = json!({ "workers": 8, "requests": [{ "url": "http://127.0.0.1:9/" }] });
    let spec = "poisson(rate=200, duration=1s)";
    let options = RunOptions {
        trace: plimsoll_harness::arrival::ArrivalSpec::parse(spec, std::path::Path::new("")).ok(),
        max_rps: Some(100.0),
        ..options(1.0)
    };
    let refused = start(&release(&test), &options).err().unwrap();
    assert!(matches!(refused, LoadError::TooFast { wanted, .. } if wanted > 150.0));
}

#[test]
fn the_limit_is_named() {
    let target = target();
    let slow =
        json!({ "rps": 200, "workers": 1, "requests": [{ "url": target.url("/?delay=20ms") }] });
    let options = RunOptions {
        drain: Some(0),
        ..options(1.0)
    };
    let results = run_with(&slow, &options);
    let verdict = &results.summary.generator.verdict;
    // One worker at 20 ms each makes 50 of 200.
    assert_eq!(verdict.limited_by, Limited::Workers, "{verdict:?}");
    let measured = &only(&results).measured;
    assert!(!measured.target_achieved);
    // What was never sent is no throughput.
    assert!(measured.average_requests_per_second < 60.0, "{measured:?}");
    assert!(measured.peak_requests_per_second < 70.0, "{measured:?}");
    assert!(Some(measured.service_time.p50_ms) < measured.p50_latency_ms);
}

#[test]
fn random_arrivals_hold_their_rate_as_well() {
    let target = target();
    let test = json!({ "rps": 100, "workers": 8, "arrivals": "poisson", "requests": [{ "url": target.url("/") }] });
    for seed in 0..3 {
        let options = RunOptions {
            seed,
            ..options(0.5)
        };
        let results = run_with(&test, &options);
        let measured = &only(&results).measured;
        assert!(measured.due_requests > 10);
        assert_eq!(measured.rate_achieved, Some(1.0), "{measured:?}");
    }
}

#[test]
fn autoscaling_without_a_rate_is_refused() {
    let test = json!({
        "autoscale": { "enabled": true },
        "requests": [{ "url": "http://127.0.0.1:9/" }],
    });
    let refused = start(&release(&test), &RunOptions::default())
        .err()
        .unwrap();
    insta::assert_snapshot!(refused, @"`GET http://127.0.0.1:9/` is autoscaled and has no rate to hold: set `targetRps`, for it or for all");
}

#[test]
fn a_trace_that_breaks_in_the_middle_fails_the_run() {
    let target = target();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.csv");
    std::fs::write(&path, "time\n0\n0.1\n0.2\n").unwrap();
    let text = format!("trace(path={path:?})");
    let spec =
        plimsoll_harness::arrival::ArrivalSpec::parse(&text, std::path::Path::new("")).unwrap();
    std::fs::write(&path, "time\n0\nnonsense\n0.2\n").unwrap();
    let options = RunOptions {
        trace: Some(spec),
        ..options(0.5)
    };
    let test = json!({ "workers": 8, "requests": [{ "url": target.url("/") }] });
    let failed = start(&release(&test), &options)
        .unwrap()
        .finish()
        .err()
        .unwrap();
    assert!(matches!(failed, LoadError::Engine(_)), "{failed}");
}

#[test]
fn seconds_add_up_to_all_and_the_last_one_is_no_moment() {
    let target = target();
    let test = json!({
        "rps": 100, "workers": 8, "timeout": 5,
        "requests": [
            { "url": target.url("/fine") },
            { "url": target.url("/?hang=1") },
            { "url": target.url("/?delay=200ms") },
            { "url": target.url("/").replace("127.0.0.1", "127.0.0.2") },
        ],
    });
    // What comes in the drain is counted in the last second, or has one of its own where it is long.
    for (seconds, drain) in [(2.0, 0), (2.0, 300_000_000), (1.3, 1_000_000_000)] {
        let options = RunOptions {
            drain: Some(drain),
            ..options(seconds)
        };
        let results = run_with(&test, &options);
        for (endpoint, points) in results.summary.endpoints.iter().zip(&results.timelines) {
            let sum = |of: fn(&Point) -> f64| -> f64 {
                points
                    .iter()
                    .map(|point| of(point) * point.length_seconds)
                    .sum()
            };
            let measured = &endpoint.measured;
            let key = &endpoint.endpoint_key;
            let sent = measured.sent_requests as f64;
            assert!(
                (sum(|point| point.sent_rate) - sent).abs() < 0.5,
                "{key} {points:?}"
            );
            let unsent = measured.failures.get("unsent").copied().unwrap_or(0);
            let ended = (measured.total_requests - unsent) as f64;
            assert!(
                (sum(|point| point.rate) - ended).abs() < 0.5,
                "{key} {points:?}"
            );
            let last = points.last().unwrap();
            assert!(last.length_seconds > 0.4, "{key} {points:?}");
        }
        let ends = results.seconds.iter().map(|second| second.at_seconds);
        assert!(ends.is_sorted());
        let counted: u64 = results
            .seconds
            .iter()
            .map(|second| second.latencies.count())
            .sum();
        let timed: u64 = results.histograms.iter().map(Histogram::count).sum();
        assert_eq!(counted, timed);
    }
}
