//! Does the simulator agree with queueing theory, and how fast is it on a plain queue?
//!
//!     cargo bench -p plimsoll-harness --bench closed_forms [-- REQUESTS]
//!
//! 10⁸ requests a model unless another number is given.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench prints what it measured, and may fail"
)]

mod common;

use std::path::Path;
use std::process::ExitCode;

use common::cpu_seconds;
use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_harness::arrival::ArrivalSpec;
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::service::{Service, Variate};
use plimsoll_harness::theory;
use plimsoll_harness::time::Span;

struct Keep;

impl ScalingPolicy for Keep {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        Decision {
            desired: seen.current,
            reason: Reason::FIXED,
        }
    }
}

/// Service times have a mean of one millisecond.
const SERVICE: f64 = 1e6;

struct Model {
    name: &'static str,
    servers: u32,
    load: f64,
    service: Variate,
    places: Option<u32>,
    /// The mean wait that theory says, in service times.
    wait: f64,
    lost: f64,
}

fn models() -> Vec<Model> {
    let exponential = Variate::Exponential(SERVICE);
    let lognormal = Variate::lognormal_of_p99(SERVICE, 4.0 * SERVICE).unwrap();
    let square = lognormal.mean_square() / (SERVICE * SERVICE);
    let (lost, wait) = theory::mmck(3.8, 1.0, 4, 20);
    let model = |name, servers, load, service: &Variate, wait| Model {
        name,
        servers,
        load,
        service: service.clone(),
        places: None,
        wait,
        lost: 0.0,
    };
    vec![
        model("M/M/1", 1, 0.8, &exponential, theory::mmc_wait(0.8, 1.0, 1)),
        model(
            "M/M/10",
            10,
            8.0,
            &exponential,
            theory::mmc_wait(8.0, 1.0, 10),
        ),
        model(
            "M/D/1",
            1,
            0.8,
            &Variate::Constant(SERVICE),
            theory::md1_wait(0.8, 1.0),
        ),
        model(
            "M/G/1 lognormal",
            1,
            0.8,
            &lognormal,
            theory::mg1_wait(0.8, 1.0, square),
        ),
        Model {
            places: Some(20),
            lost,
            ..model("M/M/4/20", 4, 3.8, &exponential, wait)
        },
    ]
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let trial = arguments.iter().any(|argument| argument == "--test");
    let given = arguments
        .iter()
        .find_map(|argument| argument.parse::<f64>().ok());
    let requests = given.unwrap_or(if trial { 1e5 } else { 1e8 });
    println!("{requests:.0} requests a model, mean service time 1 ms, one core");
    println!(
        "| model | wait, theory | simulated | off by | lost, theory | simulated | M requests/CPU s |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut agree = true;
    for model in models() {
        let rate = model.load * 1e3;
        let arrivals = ArrivalSpec::parse(&format!("poisson(rate={rate})"), Path::new("")).unwrap();
        let workload = Workload {
            min_replicas: model.servers,
            max_replicas: model.servers,
            initial_replicas: Some(model.servers),
            queue_limit: model.places.map(|places| places - model.servers),
            ..Workload::new("queue", arrivals, Service::of(model.service))
        };
        let scenario = Scenario {
            duration: Some(Span((requests / rate * 1e9) as u64)),
            warm_up: Span::from_secs(if trial { 0 } else { 10 }),
            sample_interval: Span::from_secs(1),
            ..Scenario::new(model.name, workload)
        };
        let before = cpu_seconds();
        let outcome = run(&scenario, &mut Keep).unwrap();
        let spent = cpu_seconds() - before;
        let score = &outcome.workloads[0];
        let wait = score.latency.queueing.mean * 1e3;
        let lost = score.requests.dropped as f64 / score.requests.arrived as f64;
        let off = wait / model.wait - 1.0;
        let off_lost = if model.lost > 0.0 {
            lost / model.lost - 1.0
        } else {
            0.0
        };
        agree &= off.abs() < 0.005 && off_lost.abs() < 0.005;
        println!(
            "| {} | {:.5} ms | {wait:.5} ms | {:+.3} % | {:.5} | {lost:.5} | {:.1} |",
            model.name,
            model.wait,
            off * 100.0,
            model.lost,
            (score.requests.arrived as f64 / spent) / 1e6,
        );
    }
    if agree || trial {
        ExitCode::SUCCESS
    } else {
        println!("a model is off by more than 0.5 %");
        ExitCode::FAILURE
    }
}
