//! A day of a million requests a minute streams.
//!
//!     cargo test --release -p plimsoll-harness --test memory -- --ignored --nocapture

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{Reactive, arrivals};
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::service::{Service, Variate};

/// The most memory that this process has had, in kilobytes, by Linux's own account.
fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn simulate(duration: &str) -> u64 {
    let text = format!("diurnal(low=800_000/min, high=1_200_000/min, duration={duration})");
    let workload = Workload {
        concurrency: 8,
        min_replicas: 100,
        max_replicas: 500,
        initial_replicas: Some(300),
        cold_start: Variate::Constant(30e9),
        ..Workload::new(
            "day",
            arrivals(&text),
            Service::of(Variate::Exponential(1e8)),
        )
    };
    let outcome = run(
        &Scenario::new("day", workload),
        &mut Reactive { target: 6.0 },
    )
    .unwrap();
    outcome.workloads[0].requests.completed
}

#[test]
#[ignore = "takes minutes"]
fn a_day_of_a_million_requests_a_minute() {
    assert!(simulate("10m") > 7_500_000);
    let Some(short) = peak_kilobytes() else {
        println!("skipped: this system does not tell its memory");
        return;
    };
    let completed = simulate("1d");
    let long = peak_kilobytes().unwrap();
    println!("{completed} requests; peak memory {long} kB, after ten minutes of them {short} kB");
    assert!(completed > 1_400_000_000);
    assert!(
        long < short + 4_096,
        "memory grows with requests: {short} kB, then {long} kB"
    );
    assert!(long < 65_536, "{long} kB");
}
