//! What holds of every run, whatever it is of.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use common::{Reactive, Scripted, arrivals, pool};
use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy, check};
use plimsoll_core::policy::{Observation, ScalingPolicy};
use plimsoll_harness::balance::Balance;
use plimsoll_harness::engine::{run, run_fleet, run_fleet_with, run_with};
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::score::{Outcome, Score};
use plimsoll_harness::service::{Service, Variate, Work};
use plimsoll_harness::time::Span;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;

fn conserved(score: &Score, recorded: bool) {
    let requests = &score.requests;
    let left = u64::from(requests.in_queue_at_end) + u64::from(requests.in_service_at_end);
    // With no warm-up, what is not finished is what is in the system.
    if recorded {
        assert_eq!(requests.unfinished, left);
        assert_eq!(requests.completed, requests.completed_in_all);
    }
    assert_eq!(
        requests.arrived,
        requests.completed + requests.dropped + requests.unfinished
    );
    let replicas = &score.replicas;
    let sum = replicas.starting_seconds + replicas.ready_seconds + replicas.draining_seconds;
    assert!((sum - replicas.provisioned_seconds).abs() < 1e-6);
    assert!(
        (0.0..=1.0 + 1e-9).contains(&replicas.utilization),
        "{}",
        replicas.utilization
    );
    let mean = |latency: &plimsoll_harness::score::Latency| latency.mean;
    let parts = mean(&score.latency.queueing)
        + mean(&score.latency.cold_start)
        + mean(&score.latency.service);
    assert!((parts - mean(&score.latency.total)).abs() <= 1e-9 * parts.max(1.0));
    for points in score.timeline.windows(2) {
        assert!(points[0].at_seconds < points[1].at_seconds);
    }
    let seen: u64 = score.timeline.iter().map(|point| point.arrivals).sum();
    assert!(!recorded || seen == requests.arrived);
}

fn service() -> impl Strategy<Value = Service> {
    prop_oneof![
        Just(Service::of(Variate::Constant(3e8))),
        Just(Service::of(Variate::Exponential(3e8))),
        Just(Service {
            work: Work::Time(Variate::Exponential(3e8)),
            slowdown: 0.2
        }),
        Just(Service {
            work: Work::Time(Variate::Constant(3e8)),
            slowdown: 1.0
        }),
    ]
}

fn balance() -> impl Strategy<Value = Balance> {
    prop_oneof![
        Just(Balance::SharedQueue),
        Just(Balance::RoundRobin),
        Just(Balance::LeastLoaded),
        Just(Balance::PowerOfTwo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Arrived = completed + in queue + in service + dropped, whatever the policy does.
    #[test]
    fn nothing_is_lost(
        service in service(),
        balance in balance(),
        concurrency in 1_u32..5,
        limit in prop::option::of(0_u32..20),
        steps in prop::collection::vec(0_u32..8, 1..12),
        cold in prop_oneof![Just(0.0), Just(5e9), Just(40e9)],
        drain in prop_oneof![Just(0), Just(30), Just(3_600)],
        seed in 0_u64..1_000,
    ) {
        let workload = Workload {
            cold_start: Variate::Exponential(cold),
            concurrency,
            queue_limit: limit,
            balance,
            min_replicas: 0,
            max_replicas: 8,
            initial_replicas: Some(2),
            ..Workload::new("any", arrivals("onoff(on=20, off=0.5, on_time=20s, off_time=20s, duration=3m)"), service)
        };
        let mut scenario = Scenario::new("laws", workload);
        scenario.seed = seed;
        scenario.drain = Span::from_secs(drain);
        let outcome = run(&scenario, &mut Scripted { steps, place: 0 }).unwrap();
        conserved(&outcome.workloads[0], true);
        let again = run(&scenario, &mut Scripted { steps: vec![1], place: 0 }).unwrap();
        // A policy does not change what arrives.
        prop_assert_eq!(again.workloads[0].requests.arrived, outcome.workloads[0].requests.arrived);
    }

    /// The fast lane yields what going through the events does. A queue limit that is never
    /// reached keeps a run off the lane.
    #[test]
    fn the_lane_is_the_general_path(
        replicas in 1_u32..6,
        concurrency in 1_u32..4,
        rate in 1_u32..30,
        grown in 0_u32..3,
        seed in 0_u64..1_000,
    ) {
        let text = format!("poisson(rate={rate}, duration=5m)");
        let lane = Workload {
            concurrency,
            max_replicas: replicas + grown,
            cold_start: Variate::Uniform(1e9, 60e9),
            ..pool(&text, Variate::Exponential(4e8), replicas)
        };
        let general = Workload { queue_limit: Some(u32::MAX - 1), ..lane.clone() };
        let result = |workload| {
            let mut scenario = Scenario::new("either", workload);
            scenario.seed = seed;
            scenario.drain = Span::from_secs(20);
            run(&scenario, &mut common::Fixed(replicas + grown)).unwrap()
        };
        let (mut lane, mut general) = (result(lane), result(general));
        prop_assert!(lane.workloads[0].requests.completed > 0);
        for outcome in [&mut lane, &mut general] {
            conserved(&outcome.workloads[0], true);
        }
        prop_assert_eq!(lane, general);
    }
}

/// Time never goes back, and what a policy is shown adds up.
struct Watching(u64);

impl ScalingPolicy for Watching {
    fn decide(&mut self, seen: &Observation<'_>) -> plimsoll_core::policy::Decision {
        assert!(seen.now_ns > self.0);
        let mut at = self.0;
        for sample in seen.samples {
            assert!(sample.at_ns > at && sample.at_ns <= seen.now_ns);
            assert!(sample.in_flight >= 0.0 && sample.queued >= 0.0);
            assert!(sample.in_flight <= f64::from(3 * (seen.ready + seen.draining + 8)));
            at = sample.at_ns;
        }
        let in_phases = (seen.ready + seen.starting + seen.draining) as usize;
        assert_eq!(seen.replicas.len(), in_phases);
        assert_eq!(seen.ready + seen.starting, seen.current);
        self.0 = seen.now_ns;
        Reactive { target: 2.0 }.decide(seen)
    }
}

#[test]
fn time_goes_on_and_observations_add_up() {
    for balance in [Balance::SharedQueue, Balance::PowerOfTwo] {
        let workload = Workload {
            balance,
            concurrency: 3,
            min_replicas: 0,
            max_replicas: 30,
            initial_replicas: Some(0),
            cold_start: Variate::Exponential(8e9),
            ..Workload::new(
                "watched",
                arrivals("spike(base=1, peak=60, at=2m, hold=1m, duration=10m)"),
                Service::of(Variate::Exponential(4e8)),
            )
        };
        let scenario = Scenario::new("watched", workload);
        let outcome = run(&scenario, &mut Watching(0)).unwrap();
        conserved(&outcome.workloads[0], true);
        assert!(outcome.workloads[0].requests.met_cold_start > 0);
    }
}

fn digest(outcome: &Outcome) -> String {
    let bytes = serde_json::to_vec(outcome).unwrap();
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The whole result of runs that use every generator, service and discipline, as a hash: the same
/// on every machine, so that a change of it is a change of what is simulated.
#[test]
fn the_same_seed_gives_the_same_bytes() {
    let texts = [
        "poisson(rate=20, duration=10m)",
        "ramp(from=1, to=40, over=5m, duration=10m)",
        "diurnal(low=2, high=40, period=10m, duration=20m, cv=2)",
        "selfsimilar(rate=20, duration=10m) + spike(base=0, peak=20, at=1m, rise=5s, hold=30s, fall=5s, every=3m, duration=10m)",
        "onoff(on=30, on_time=30s, off_time=30s, duration=10m) + constant(rate=1, start=2m, duration=3m)",
    ];
    let services = [
        "lognormal(mean=300ms, p99=1s)",
        "hyperexponential(share=10%, first=2s, second=100ms)",
        "shared(work=exponential(mean=200ms), slowdown=20%)",
    ];
    let balances = [
        Balance::SharedQueue,
        Balance::RoundRobin,
        Balance::LeastLoaded,
        Balance::PowerOfTwo,
    ];
    let mut all = String::new();
    for (index, text) in texts.iter().enumerate() {
        for (other, service) in services.iter().enumerate() {
            let workload = Workload {
                concurrency: 2,
                balance: balances[(index + other) % 4],
                min_replicas: 0,
                max_replicas: 40,
                cold_start: Variate::lognormal_of_p99(20e9, 60e9).unwrap(),
                ..Workload::new("any", arrivals(text), Service::parse(service).unwrap())
            };
            let scenario = Scenario::new("bytes", workload);
            let once = run(&scenario, &mut Reactive { target: 1.4 }).unwrap();
            let boxed: &mut dyn ScalingPolicy = &mut Reactive { target: 1.4 };
            assert_eq!(once, run(&scenario, boxed).unwrap());
            all += &digest(&once);
        }
    }
    let hash = Sha256::digest(all.as_bytes());
    let hash: String = hash
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hash, "b0b86c3e3de19bf729de68f5");
}

/// Gives the first all it asks for.
struct InOrder;

impl DistributionStrategy for InOrder {
    fn distribute(
        &self,
        budget: u32,
        demands: &[Demand],
        allocations: &mut [u32],
    ) -> Result<(), DistributionError> {
        check(budget, demands, allocations)?;
        let mut left = budget - demands.iter().map(|demand| demand.min).sum::<u32>();
        for (allocation, demand) in allocations.iter_mut().zip(demands) {
            let more = (demand.desired - demand.min).min(left);
            *allocation = demand.min + more;
            left -= more;
        }
        Ok(())
    }
}

#[test]
fn a_budget_is_kept() {
    let workload = |name: &str| Workload {
        min_replicas: 1,
        max_replicas: 10,
        initial_replicas: Some(1),
        ..Workload::new(
            name,
            arrivals("poisson(rate=12, duration=5m)"),
            Service::of(Variate::Exponential(5e8)),
        )
    };
    let mut scenario = Scenario::new("fleet", workload("first"));
    scenario.workloads.push(workload("second"));
    scenario.budget = Some(12);
    scenario.drain = Span(0);
    let run = |strategy: &dyn DistributionStrategy| {
        let (mut one, mut other) = (Reactive { target: 0.7 }, Reactive { target: 0.7 });
        run_fleet(&scenario, &mut [&mut one, &mut other], strategy, |_| {
            ControlFlow::Continue(())
        })
        .unwrap()
    };
    let outcome = run(&InOrder);
    let [first, second] = outcome.workloads.as_slice() else {
        panic!("two workloads have two scores");
    };
    for score in [first, second] {
        conserved(score, true);
    }
    assert!(first.replicas.mean + second.replicas.mean <= 12.0 + 2.0);
    assert!(second.slo.attainment < first.slo.attainment);
    for (one, other) in first.timeline.iter().zip(&second.timeline).skip(2) {
        assert!(one.ready + other.ready <= 12.0 + 1e-9, "{one:?} {other:?}");
    }
}

/// Notes when it is asked, and always wants as many.
struct Noting {
    desired: u32,
    asked: Vec<u64>,
}

impl ScalingPolicy for Noting {
    fn decide(&mut self, seen: &Observation<'_>) -> plimsoll_core::policy::Decision {
        self.asked.push(seen.now_ns);
        let samples = u64::try_from(seen.samples.len()).unwrap();
        let apart = seen.now_ns - self.asked.iter().rev().nth(1).copied().unwrap_or(0);
        assert_eq!(samples, apart / 1_000_000_000, "each sample is shown once");
        plimsoll_core::policy::Decision {
            desired: self.desired,
            reason: plimsoll_core::policy::Reason::FIXED,
        }
    }
}

/// Each policy of a fleet decides as often as it says, and no more.
#[test]
fn policies_of_a_fleet_decide_on_their_own_intervals() {
    let workload = || Workload {
        max_replicas: 10,
        ..Workload::new(
            "any",
            arrivals("poisson(rate=1, duration=60s)"),
            Service::of(Variate::Constant(1e8)),
        )
    };
    let mut scenario = Scenario::new("fleet", workload());
    scenario.workloads.push(workload());
    scenario.budget = Some(9);
    scenario.drain = Span(0);
    let noting = |desired| Noting {
        desired,
        asked: Vec::new(),
    };
    let (mut fast, mut slow) = (noting(3), noting(5));
    let outcome = run_fleet_with(
        &scenario,
        &mut [&mut fast, &mut slow],
        &[3_000_000_000, 15_000_000_000],
        &InOrder,
        |_| ControlFlow::Continue(()),
    )
    .unwrap();
    let seconds = |noted: Noting| -> Vec<u64> {
        let asked = noted.asked.into_iter();
        asked.map(|at| at / 1_000_000_000).collect()
    };
    assert_eq!(
        seconds(fast),
        (1..20).map(|step| 3 * step).collect::<Vec<_>>()
    );
    assert_eq!(seconds(slow), [15, 30, 45]);
    // What one asked for stays while the other decides.
    let ups: Vec<_> = outcome
        .workloads
        .iter()
        .map(|one| one.scaling.ups)
        .collect();
    assert_eq!(ups, [1, 1]);
}

/// Some requests are under way when arrivals end: the costs do not hold what they take after it.
#[test]
fn requests_that_are_completed_after_arrivals_ended_are_told() {
    // One each second from 1 s on, of 2.5 s each, side by side; arrivals end at 10.2 s.
    let workload = Workload {
        concurrency: 4,
        ..pool(
            "constant(rate=1, duration=10200ms)",
            Variate::Constant(2.5e9),
            1,
        )
    };
    let mut scenario = Scenario::new("end", workload);
    let late = |scenario: &Scenario| {
        let outcome = run(scenario, &mut common::Fixed(1)).unwrap();
        let requests = outcome.workloads[0].requests;
        assert!(requests.completed_after_end <= requests.completed);
        (requests.completed, requests.completed_after_end)
    };
    // Those of 8, 9 and 10 s.
    assert_eq!(late(&scenario), (10, 3));
    // What is not finished is not completed.
    scenario.drain = Span::from_secs(1);
    assert_eq!(late(&scenario), (8, 1));
    // Only what is scored is counted.
    scenario.drain = Span::from_secs(60);
    scenario.warm_up = Span(8_500_000_000);
    assert_eq!(late(&scenario), (2, 2));
}

/// A fleet of one is a workload alone.
#[test]
fn a_fleet_of_one_is_a_workload_alone() {
    let workload = Workload {
        concurrency: 2,
        min_replicas: 0,
        max_replicas: 20,
        initial_replicas: Some(0),
        cold_start: Variate::Exponential(8e9),
        ..Workload::new(
            "one",
            arrivals("onoff(on=20, on_time=30s, off_time=2m, duration=20m)"),
            Service::of(Variate::Exponential(4e8)),
        )
    };
    let scenario = Scenario::new("one", workload);
    let mut policy = Reactive { target: 1.4 };
    let interval = 7_000_000_000;
    let go_on = |_| ControlFlow::Continue(());
    let alone = run_with(&scenario, &mut policy, interval, go_on).unwrap();
    let fleet = run_fleet_with(&scenario, &mut [&mut policy], &[interval], &InOrder, go_on);
    assert_eq!(fleet.unwrap(), alone);
    assert!(alone.workloads[0].scaling.activations > 1);
}

/// Workloads that wake do not go beyond the budget, however many wake at once.
#[test]
fn the_activator_keeps_to_the_budget() {
    let workload = |name: &str| Workload {
        min_replicas: 0,
        max_replicas: 4,
        initial_replicas: Some(0),
        cold_start: Variate::Constant(5e9),
        ..Workload::new(
            name,
            arrivals("spike(base=0, peak=1, at=5s, hold=1m, every=5m, duration=30m)"),
            Service::of(Variate::Exponential(5e8)),
        )
    };
    let mut scenario = Scenario::new("asleep", workload("a"));
    for name in ["b", "c", "d", "e"] {
        scenario.workloads.push(workload(name));
    }
    scenario.budget = Some(2);
    let mut policies: Vec<Reactive> = (0..5).map(|_| Reactive { target: 0.7 }).collect();
    let mut policies: Vec<&mut Reactive> = policies.iter_mut().collect();
    let go_on = |_| ControlFlow::Continue(());
    let outcome = run_fleet(&scenario, &mut policies, &InOrder, go_on).unwrap();
    let mut woken = 0;
    for point in 0..outcome.workloads[0].timeline.len() {
        let held = |score: &Score| {
            let point = score.timeline.get(point).copied().unwrap_or_default();
            point.starting + point.ready
        };
        let held: f64 = outcome.workloads.iter().map(held).sum();
        assert!(held <= 2.0 + 1e-9, "{held} replicas of a budget of 2");
    }
    for score in &outcome.workloads {
        conserved(score, true);
        woken += score.scaling.activations;
    }
    assert!(woken > 0);
}

/// Workloads of one fleet have random streams of their own, also where their arrivals are several.
#[test]
fn workloads_of_a_fleet_do_not_share_their_chance() {
    let part = "poisson(rate=5, duration=2m)";
    let workload = |text: &str| pool(text, Variate::Constant(1e8), 1);
    let mut scenario = Scenario::new("fleet", workload(&format!("constant(rate=0) + {part}")));
    scenario.workloads.push(workload(part));
    scenario.duration = Some(Span::from_secs(120));
    let (mut one, mut other) = (common::Fixed(1), common::Fixed(1));
    let go_on = |_| ControlFlow::Continue(());
    let outcome = run_fleet(&scenario, &mut [&mut one, &mut other], &InOrder, go_on).unwrap();
    assert_ne!(
        outcome.workloads[0].requests.arrived,
        outcome.workloads[1].requests.arrived
    );
}
