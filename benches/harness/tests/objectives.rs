//! What a score has of an objective: not to serve never helps.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{Fixed, pool};
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::score::Score;
use plimsoll_harness::service::Variate;
use plimsoll_harness::time::Span;
use plimsoll_harness::tune::SloExpression;

fn score(workload: Workload, drain: u64) -> Score {
    let replicas = workload.starts_with();
    let mut scenario = Scenario::new("judged", workload);
    scenario.drain = Span::from_secs(drain);
    let outcome = run(&scenario, &mut Fixed(replicas)).unwrap();
    outcome.workloads.into_iter().next().unwrap()
}

fn used(objective: &str, score: &Score) -> f64 {
    objective.parse::<SloExpression>().unwrap().used(score)
}

/// Five requests a second of one second each, for one replica.
fn too_much() -> Workload {
    pool(
        "poisson(rate=5, duration=10m)",
        Variate::Exponential(1e9),
        1,
    )
}

#[test]
fn a_dropped_request_has_a_mean_without_end() {
    let dropping = Workload {
        queue_limit: Some(0),
        ..too_much()
    };
    let dropping = score(dropping, 3600);
    assert!(dropping.requests.dropped > 0 && dropping.latency.total.mean < 2.0);
    assert_eq!(used("mean<2s", &dropping), f64::INFINITY);
}

#[test]
fn an_unfinished_request_has_a_mean_without_end() {
    let unfinished = score(too_much(), 0);
    assert!(unfinished.requests.unfinished > 0 && unfinished.requests.dropped == 0);
    assert_eq!(used("mean<1h", &unfinished), f64::INFINITY);
    let served = score(
        pool("constant(rate=1, duration=1m)", Variate::Constant(1e8), 1),
        60,
    );
    assert_eq!(served.requests.completed, served.requests.arrived);
    assert!((used("mean<1s", &served) - 0.1).abs() < 1e-6);
}

/// No replica starts, so none that is served meets a cold start: those that are not served do.
#[test]
fn a_request_that_is_not_served_met_a_cold_start() {
    let dropping = Workload {
        queue_limit: Some(3),
        ..too_much()
    };
    for score in [score(dropping, 3600), score(too_much(), 0)] {
        let requests = score.requests;
        assert_eq!(requests.met_cold_start, 0);
        let lost = (requests.dropped + requests.unfinished) as f64 / requests.arrived as f64;
        assert!(lost > 0.5);
        let cold = used("cold<1%, p0.001<1h", &score);
        assert!((cold - lost * 100.0).abs() < 1e-3, "{cold} for {lost}");
    }
}

/// A thousand requests whose latencies are a second apart: each percentile is one of them.
#[test]
fn a_percentile_is_judged_at_its_own_share() {
    // All arrive in about a millisecond, and one after the other takes a second.
    let burst = Workload {
        queue_limit: Some(999),
        ..pool(
            "constant(rate=1000000, duration=1001us)",
            Variate::Constant(1e9),
            1,
        )
    };
    let all = score(burst.clone(), 3600);
    assert_eq!((all.requests.arrived, all.requests.completed), (1000, 1000));
    for (percentile, seconds) in [
        ("p99", 990.0),
        ("p99.3", 993.0),
        ("p99.31", 994.0),
        ("p12.3", 123.0),
    ] {
        let used = used(&format!("{percentile}<1s"), &all);
        assert!((used / seconds - 1.0).abs() < 0.004, "{percentile}: {used}");
    }
    // One that is dropped is the slowest of a thousand, and moves no other.
    let all_but_one = Workload {
        queue_limit: Some(998),
        ..burst
    };
    let all_but_one = score(all_but_one, 3600);
    assert_eq!(all_but_one.requests.dropped, 1);
    assert_eq!(used("p99<1s", &all_but_one), used("p99<1s", &all));
    assert_eq!(used("p99.95<1s", &all_but_one), f64::INFINITY);
}
