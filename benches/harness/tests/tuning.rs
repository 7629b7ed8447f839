//! The search: what it finds, and what it says where it finds nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::ops::ControlFlow;
use std::sync::Arc;

use common::{Reactive, scaled};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::service::Variate;
use plimsoll_harness::tune::{Effort, MakeTuned, Space, TuneProgress, Tuning, tune, tune_from};

fn scenario() -> Scenario {
    let workload = scaled("tuned", "diurnal(low=5, high=40, period=30m, duration=30m)");
    Scenario::new("tuned", workload)
}

/// Scales up at once, and down when the load has been less for the whole delay.
struct Delayed {
    up: Reactive,
    delay: u64,
    held: u32,
    until: u64,
}

impl ScalingPolicy for Delayed {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let wanted = self.up.decide(seen).desired;
        if wanted >= self.held || seen.now_ns > self.until {
            self.held = wanted;
            self.until = seen.now_ns + self.delay;
        }
        Decision {
            desired: self.held,
            reason: Reason::STEADY,
        }
    }
}

fn make() -> MakeTuned {
    Arc::new(|settings, _| {
        let target = settings.concurrency_target.unwrap_or(1);
        let percent = settings.target_utilization_percentage.unwrap_or(70);
        Ok(Box::new(Delayed {
            up: Reactive {
                target: f64::from(target * percent) / 100.0,
            },
            delay: u64::from(settings.scale_down_delay_seconds.unwrap_or(0)) * 1_000_000_000,
            held: 0,
            until: 0,
        }))
    })
}

fn around() -> Space {
    Space::around(&scenario().workloads[0], AutoscalingSettings::default())
}

fn tuned(space: &Space, objective: &str, trials: usize, mut stop_after: usize) -> Tuning {
    let effort = Effort {
        trials,
        ..Effort::default()
    };
    let objective = objective.parse().unwrap();
    tune(&scenario(), space, &objective, &make(), effort, |told| {
        assert!(told.done <= told.total);
        stop_after = stop_after.saturating_sub(1);
        if stop_after == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap()
}

#[test]
fn a_tuning_recommends_the_cheapest_that_holds() {
    let tuned = || tuned(&around(), "p99<3s, attainment>97%", 120, usize::MAX);
    let tuning = tuned();
    assert_eq!(tuning, tuned(), "the same on every machine");
    assert_eq!(tuning.trials.len(), 120);
    let recommended = tuning.recommendation().unwrap();
    assert!(
        recommended.met && recommended.used <= 1.0,
        "{}",
        tuning.reason
    );
    assert_eq!(recommended.confirmed, Some(true));
    assert!(recommended.score.latency.total.p99 < 3.0 && recommended.score.slo.attainment > 0.97);
    let front: Vec<_> = tuning.front().collect();
    assert!(
        front
            .windows(2)
            .all(|pair| pair[0].cost < pair[1].cost && pair[0].used > pair[1].used)
    );
    for trial in &tuning.trials {
        let beaten = front
            .iter()
            .any(|other| other.cost <= trial.cost && other.used <= trial.used);
        assert!(beaten, "nothing lies before the front");
    }
}

/// A space of 612 points, of which a search may try 120: what it recommends costs hardly more than
/// the best of all.
#[test]
fn the_search_comes_near_to_trying_everything() {
    let space = Space {
        base: AutoscalingSettings::default(),
        axes: vec![
            ("min_replicas", vec![0, 1, 2, 4, 6, 8]),
            ("max_replicas", vec![6, 10, 20]),
            ("concurrency_target", vec![1, 2, 3, 4]),
            ("target_utilization_percentage", vec![50, 75, 100]),
            ("scale_down_delay_seconds", vec![0, 60, 300]),
        ],
        refined: Vec::new(),
    };
    for objective in ["p99<2s", "cold<1%, p99<3s"] {
        let all = tuned(&space, objective, 1_000, usize::MAX);
        // Where the fewest are more than the most, there is nothing to try.
        assert_eq!(all.trials.len(), 648 - 4 * 3 * 3);
        let some = tuned(&space, objective, 120, usize::MAX);
        assert_eq!(some.trials.len(), 120);
        let best = all.recommendation().unwrap();
        let found = some.recommendation().unwrap();
        assert!(best.met && found.met, "{objective}");
        assert!(
            found.cost <= best.cost * 1.05,
            "{objective}: {} for {}",
            found.cost,
            best.cost
        );
    }
}

/// A steady load needs a certain number of replicas, which lies between those of the space.
#[test]
fn a_tuning_comes_near_to_the_best_constant_number() {
    for (rate, most) in [(20, 60), (90, 400)] {
        let arrivals = format!("poisson(rate={rate}, duration=20m)");
        let workload = Workload {
            max_replicas: most,
            ..common::pool(&arrivals, Variate::Exponential(1e9), 1)
        };
        let scenario = Scenario::new("steady", workload);
        let objective = "p99<6s".parse().unwrap();
        let search = |space: &Space, trials: usize| {
            let effort = Effort {
                trials,
                confirmations: 0,
                seed: 1,
            };
            let go_on = |_: TuneProgress<'_>| ControlFlow::Continue(());
            let tuning = tune(&scenario, space, &objective, &make(), effort, go_on).unwrap();
            assert_eq!(tuning.trials.len(), trials);
            tuning.recommendation().unwrap().clone()
        };
        let constant = |replicas: u32| {
            let space = Space {
                base: AutoscalingSettings::default(),
                axes: vec![
                    ("min_replicas", vec![replicas]),
                    ("max_replicas", vec![replicas]),
                ],
                refined: Vec::new(),
            };
            search(&space, 1)
        };
        let best = (rate..).map(constant).find(|trial| trial.met).unwrap();
        let around = Space::around(&scenario.workloads[0], AutoscalingSettings::default());
        let found = search(&around, 120);
        assert!(
            found.met && found.cost <= best.cost * 1.03,
            "{} for {} of {:?} for {:?}",
            found.cost,
            best.cost,
            found.settings,
            best.settings
        );
    }
}

#[test]
fn a_small_space_is_tried_as_a_whole() {
    let space = Space {
        base: AutoscalingSettings::default(),
        axes: vec![
            ("min_replicas", vec![0, 5]),
            ("max_replicas", vec![4, 8, 12]),
            ("concurrency_target", vec![1, 2, 3]),
        ],
        refined: Vec::new(),
    };
    let tuning = tuned(&space, "p99<3s", 240, usize::MAX);
    assert_eq!(tuning.trials.len(), 15);
    let empty = Space {
        axes: vec![("min_replicas", Vec::new())],
        ..space
    };
    let tuning = tuned(&empty, "p99<3s", 240, usize::MAX);
    assert_eq!((tuning.trials.len(), tuning.recommended), (0, None));
    assert_eq!(tuning.reason, "Nothing was tried.");
}

#[test]
fn what_cannot_be_met_is_said_with_what_comes_nearest() {
    let reason = |objective: &str, most: u32| {
        let mut space = around();
        for (name, values) in &mut space.axes {
            if *name == "max_replicas" {
                values.retain(|value| *value <= most);
            }
        }
        let tuning = tuned(&space, objective, 96, usize::MAX);
        let nearest = tuning.recommendation().unwrap();
        assert!(!nearest.met);
        let fewest = tuning.trials.iter().map(|trial| trial.used);
        assert_eq!(nearest.used, fewest.fold(f64::INFINITY, f64::min));
        tuning.reason
    };
    // A hundred milliseconds are less than the service takes.
    insta::assert_snapshot!(reason("p50<100ms", 20));
    // Two replicas are too few for the load.
    insta::assert_snapshot!(reason("p5<10s, attainment>99%", 2));
}

#[test]
fn what_stands_today_is_compared() {
    let standing = AutoscalingSettings {
        min_replicas: Some(10),
        max_replicas: Some(20),
        concurrency_target: Some(1),
        ..AutoscalingSettings::default()
    };
    let effort = Effort {
        trials: 96,
        ..Effort::default()
    };
    let objective = "p99<3s".parse().unwrap();
    let space = Space::around(&scenario().workloads[0], standing);
    assert!(space.axes[0].1.contains(&10), "what stands is in the space");
    let go_on = |_: TuneProgress<'_>| ControlFlow::Continue(());
    let tuning = tune_from(
        &scenario(),
        &space,
        &objective,
        &make(),
        effort,
        Some(&standing),
        go_on,
    )
    .unwrap();
    assert_eq!(tuning.trials.len(), 96);
    let baseline = tuning.baseline.as_ref().unwrap();
    assert_eq!(baseline.settings, standing);
    assert!(baseline.score.replicas.mean >= 10.0);
    assert_eq!(baseline.confirmed, Some(true));
    assert!(tuning.recommendation().unwrap().cost < baseline.cost);
    insta::assert_snapshot!(tuning.comparison().unwrap());
}

/// Where a change is worth nothing, nothing is changed.
#[test]
fn what_stands_is_kept_where_nothing_is_worth_a_change() {
    let first = tuned(&around(), "p99<3s, attainment>97%", 240, usize::MAX);
    let standing = first.recommendation().unwrap().settings;
    let objective = "p99<3s, attainment>97%".parse().unwrap();
    let space = Space::around(&scenario().workloads[0], standing);
    let again = tune_from(
        &scenario(),
        &space,
        &objective,
        &make(),
        Effort::default(),
        Some(&standing),
        |_| ControlFlow::Continue(()),
    )
    .unwrap();
    let (now, then) = (
        again.baseline.as_ref().unwrap(),
        again.recommendation().unwrap(),
    );
    let worth_it = then.cost < now.cost * 0.99;
    assert_eq!(then.settings == standing, !worth_it, "{}", again.reason);
    // Settings that change nothing are not touched: more may be had than is ever used.
    let roomy = AutoscalingSettings {
        max_replicas: Some(1_000),
        ..standing
    };
    let space = Space {
        base: roomy,
        axes: vec![("max_replicas", vec![500, 1_000])],
        refined: Vec::new(),
    };
    let kept = tune_from(
        &scenario(),
        &space,
        &objective,
        &make(),
        Effort::default(),
        Some(&roomy),
        |_| ControlFlow::Continue(()),
    )
    .unwrap();
    assert_eq!(kept.recommendation().unwrap().settings, roomy);
    insta::assert_snapshot!(kept.reason, @"What stands meets p99<3s, attainment>97%, and nothing that was tried and holds costs 1 % less.");
}

#[test]
fn a_tuning_that_is_told_to_break_returns_what_it_found() {
    let tuning = tuned(&around(), "p99<3s, attainment>97%", 1_000, 5);
    assert!(tuning.stopped);
    assert!(
        (5..60).contains(&tuning.trials.len()),
        "{}",
        tuning.trials.len()
    );
    let recommended = tuning.recommendation().unwrap();
    assert_eq!(recommended.confirmed, None);
}
