//! How many requests does the simulator take in a second of processor time on one core?
//!
//!     cargo bench -p plimsoll-harness --bench speed [-- PASSES]
//!
//! Processor time and not that of the clock, so that what else the machine does counts less. Each
//! line is the best and the median of nine passes, or of as many as are given.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench prints what it measured, and may fail"
)]

mod common;

use std::path::Path;

use common::cpu_seconds;
use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_harness::arrival::ArrivalSpec;
use plimsoll_harness::balance::Balance;
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::service::{Service, Variate};

/// As many replicas as the load fills to a share of their places, as in the guide.
struct Reactive(f64);

impl ScalingPolicy for Reactive {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let count = seen.samples.len().max(1) as f64;
        let load: f64 = seen
            .samples
            .iter()
            .map(|sample| sample.in_flight + sample.queued)
            .sum();
        Decision {
            desired: (load / count / self.0).ceil() as u32,
            reason: Reason::ABOVE_TARGET,
        }
    }
}

struct Case {
    name: &'static str,
    arrivals: &'static str,
    service: &'static str,
    balance: Balance,
    replicas: (u32, u32),
    concurrency: u32,
    target: f64,
    boxed: bool,
}

const DAY: &str = "diurnal(low=100, high=1000, period=1h, duration=3h)";

const POOL: Case = Case {
    name: "autoscaled 1..100 × 4, shared queue, exponential",
    arrivals: DAY,
    service: "exponential(mean=100ms)",
    balance: Balance::SharedQueue,
    replicas: (1, 100),
    concurrency: 4,
    target: 2.8,
    boxed: false,
};

fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "plain M/M/10 at 0.8",
            arrivals: "poisson(rate=8000, duration=1000s)",
            service: "exponential(mean=1ms)",
            replicas: (10, 10),
            concurrency: 1,
            target: 1.0,
            ..POOL
        },
        POOL,
        Case {
            name: "the same, policy behind a box",
            boxed: true,
            ..POOL
        },
        Case {
            name: "the same, lognormal",
            service: "lognormal(mean=100ms, p99=400ms)",
            ..POOL
        },
        Case {
            name: "the same, round robin",
            balance: Balance::RoundRobin,
            ..POOL
        },
        Case {
            name: "the same, least loaded",
            balance: Balance::LeastLoaded,
            ..POOL
        },
        Case {
            name: "autoscaled, batches that slow down",
            service: "shared(work=exponential(mean=100ms), slowdown=3%)",
            concurrency: 8,
            target: 5.6,
            balance: Balance::LeastLoaded,
            ..POOL
        },
    ]
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let trial = arguments.iter().any(|argument| argument == "--test");
    let given = arguments.iter().find_map(|argument| argument.parse().ok());
    let passes: usize = given.unwrap_or(if trial { 1 } else { 9 });
    println!("| case | requests | mean replicas | M requests/CPU s, best | median |");
    println!("|---|---|---|---|---|");
    for case in cases() {
        let arrivals = ArrivalSpec::parse(case.arrivals, Path::new("")).unwrap();
        let workload = Workload {
            min_replicas: case.replicas.0,
            max_replicas: case.replicas.1,
            initial_replicas: Some(case.replicas.0),
            concurrency: case.concurrency,
            balance: case.balance,
            cold_start: Variate::parse_times("lognormal(mean=30s, p99=60s)").unwrap(),
            ..Workload::new("bench", arrivals, Service::parse(case.service).unwrap())
        };
        let scenario = Scenario::new(case.name, workload);
        let mut policy = Reactive(case.target);
        let mut rates = Vec::new();
        let mut last = None;
        for _ in 0..passes {
            let before = cpu_seconds();
            let outcome = if case.boxed {
                let boxed: &mut dyn ScalingPolicy = &mut policy;
                run(&scenario, boxed)
            } else {
                run(&scenario, &mut policy)
            };
            let score = outcome.unwrap().workloads.remove(0);
            rates.push(score.requests.arrived as f64 / (cpu_seconds() - before) / 1e6);
            last = Some(score);
        }
        rates.sort_by(f64::total_cmp);
        let score = last.unwrap();
        println!(
            "| {} | {} | {:.1} | {:.1} | {:.1} |",
            case.name,
            score.requests.arrived,
            score.replicas.mean,
            rates.last().unwrap(),
            rates[rates.len() / 2],
        );
    }
}
