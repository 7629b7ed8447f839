//! Means against closed forms.
//!
//! Each model is simulated under twenty seeds. Their mean must lie within five standard errors of
//! the closed form, the error estimated from the seeds themselves: by Student's distribution of 19
//! degrees of freedom that fails a simulator that is right once in 12,000 times, and the seeds are
//! fixed. The errors must be small, too, so that the test says something.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{Fixed, pool};
use plimsoll_harness::balance::Balance;
use plimsoll_harness::engine::run;
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::score::Score;
use plimsoll_harness::service::{Service, Variate, Work};
use plimsoll_harness::theory;
use plimsoll_harness::time::Span;

const SEEDS: u32 = 20;

/// The service time is one second in the mean.
const SERVICE: f64 = 1e9;

fn agrees(name: &str, workload: &Workload, expected: f64, measure: impl Fn(&Score) -> f64) {
    let servers = workload.max_replicas;
    let values: Vec<f64> = (0..u64::from(SEEDS))
        .map(|seed| {
            let mut scenario = Scenario::new(name, workload.clone());
            scenario.seed = seed;
            scenario.duration = Some(Span::from_secs(40_000));
            scenario.warm_up = Span::from_secs(1_000);
            measure(&run(&scenario, &mut Fixed(servers)).unwrap().workloads[0])
        })
        .collect();
    let count = f64::from(SEEDS);
    let mean = values.iter().sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / (count - 1.0);
    let error = (variance / count).sqrt();
    assert!(
        (mean - expected).abs() < 5.0 * error,
        "{name}: {mean} for {expected}, error {error}"
    );
    assert!(
        error < 0.03 * expected,
        "{name}: an error of {error} for {expected} says little"
    );
}

fn wait(score: &Score) -> f64 {
    score.latency.queueing.mean
}

#[test]
fn mm1() {
    let workload = pool("poisson(rate=0.7)", Variate::Exponential(SERVICE), 1);
    agrees("M/M/1", &workload, theory::mmc_wait(0.7, 1.0, 1), wait);
}

#[test]
fn mmc_on_the_lane_and_off_it() {
    let expected = theory::mmc_wait(8.0, 1.0, 10);
    let replicas = pool("poisson(rate=8)", Variate::Exponential(SERVICE), 10);
    agrees("M/M/10", &replicas, expected, wait);
    // Two replicas of five places are the same queue.
    let places = Workload {
        concurrency: 5,
        queue_limit: Some(1_000_000),
        ..pool("poisson(rate=8)", Variate::Exponential(SERVICE), 2)
    };
    agrees("M/M/10 of two", &places, expected, wait);
}

#[test]
fn md1() {
    let workload = pool("poisson(rate=0.7)", Variate::Constant(SERVICE), 1);
    agrees("M/D/1", &workload, theory::md1_wait(0.7, 1.0), wait);
}

#[test]
fn mg1() {
    for work in [
        Variate::lognormal_of_p99(SERVICE, 3.0 * SERVICE).unwrap(),
        Variate::Uniform(0.2 * SERVICE, 1.8 * SERVICE),
        Variate::Hyperexponential {
            share: 0.2,
            first: 3.0 * SERVICE,
            second: 0.5 * SERVICE,
        },
    ] {
        let (mean, square) = (work.mean() / 1e9, work.mean_square() / 1e18);
        let expected = theory::mg1_wait(0.6, mean, square);
        agrees("M/G/1", &pool("poisson(rate=0.6)", work, 1), expected, wait);
    }
}

#[test]
fn mmck() {
    let (lost, expected) = theory::mmck(3.8, 1.0, 4, 10);
    let workload = Workload {
        queue_limit: Some(6),
        ..pool("poisson(rate=3.8)", Variate::Exponential(SERVICE), 4)
    };
    agrees("M/M/4/10, wait", &workload, expected, wait);
    agrees("M/M/4/10, loss", &workload, lost, |score| {
        score.requests.dropped as f64 / score.requests.arrived as f64
    });
}

/// A processor-sharing queue has the mean latency of an M/M/1 one, for any service times (Kleinrock,
/// volume 2, 4.4).
#[test]
fn processor_sharing() {
    for work in [
        Variate::Exponential(SERVICE),
        Variate::Uniform(0.0, 2.0 * SERVICE),
    ] {
        let workload = Workload {
            concurrency: 10_000,
            service: Service {
                work: Work::Time(work.clone()),
                slowdown: 1.0,
            },
            ..pool("poisson(rate=0.6)", work, 1)
        };
        agrees("M/G/1 shared", &workload, 1.0 / 0.4, |score| {
            score.latency.total.mean
        });
    }
}

/// Round robin over c single servers makes Erlang arrivals of each: less waiting than random
/// choice, more than one queue; two choices lie between round robin's kind and least loaded.
#[test]
fn disciplines_rank_as_they_should() {
    let mean = |balance| {
        let workload = Workload {
            balance,
            ..pool("poisson(rate=9)", Variate::Exponential(SERVICE), 10)
        };
        let mut scenario = Scenario::new("balance", workload);
        scenario.duration = Some(Span::from_secs(40_000));
        wait(&run(&scenario, &mut Fixed(10)).unwrap().workloads[0])
    };
    let shared = mean(Balance::SharedQueue);
    let least = mean(Balance::LeastLoaded);
    let two = mean(Balance::PowerOfTwo);
    let turns = mean(Balance::RoundRobin);
    assert!(
        shared < least && least < two && two < turns,
        "{shared} {least} {two} {turns}"
    );
    // Random choice would be ten M/M/1 queues at 0.9.
    assert!(turns < theory::mmc_wait(0.9, 1.0, 1));
}
