//! Benches, tunings and what is reported of them.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::ops::ControlFlow;
use std::sync::Arc;

use common::{Fixed, Reactive, scaled};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::distribution::{Demand, DistributionError, DistributionStrategy};
use plimsoll_harness::bench::{Entrant, Leaderboard, bench};
use plimsoll_harness::engine::run;
use plimsoll_harness::report::{self, About};
use plimsoll_harness::scenario::{Scenario, Workload};
use plimsoll_harness::suite::Suite;
use plimsoll_harness::tune::{Effort, MakeTuned, Space, TuneProgress, Tuning, tune_from};

struct NoBudget;

impl DistributionStrategy for NoBudget {
    fn distribute(&self, _: u32, _: &[Demand], _: &mut [u32]) -> Result<(), DistributionError> {
        Ok(())
    }
}

fn scenario(name: &str, text: &str) -> Scenario {
    let workload = scaled(name, text);
    let mut scenario = Scenario::new(name, workload);
    scenario.question = "Is <this> & \"that\" shown?".to_owned();
    scenario
}

fn suite() -> Suite {
    Suite {
        name: "small".to_owned(),
        summary: String::new(),
        scenarios: vec![
            scenario("steady", "poisson(rate=20, duration=20m)"),
            scenario(
                "spike",
                "spike(base=5, peak=40, at=5m, hold=3m, duration=20m)",
            ),
        ],
    }
}

fn board() -> Leaderboard {
    let entrants = [
        Entrant::new("plenty", |_| Fixed(20)),
        Entrant::new("few", |_| Fixed(1)),
        Entrant::new("reactive", |workload: &Workload| Reactive {
            target: 0.5 * f64::from(workload.concurrency),
        }),
    ];
    bench(
        &suite(),
        &entrants,
        &NoBudget,
        |_| ControlFlow::Continue(()),
    )
    .unwrap()
}

#[test]
fn a_leaderboard_ranks_by_objectives_met_and_then_by_cost() {
    let board = board();
    assert_eq!(
        board,
        self::board(),
        "the order in which threads are done does not matter"
    );
    let last = board.ranks.last().unwrap();
    assert_eq!(
        (last.policy.as_str(), last.met, last.relative_cost),
        ("few", 0, None)
    );
    let plenty = board
        .ranks
        .iter()
        .find(|rank| rank.policy == "plenty")
        .unwrap();
    assert_eq!(plenty.met, 2);
    assert!(plenty.relative_cost.unwrap() > 1.0);
    assert!(
        board
            .ranks
            .windows(2)
            .all(|pair| pair[0].rank < pair[1].rank)
    );
}

#[test]
fn a_bench_that_is_told_to_break_returns_what_is_done() {
    let entrants = [Entrant::new("plenty", |_| Fixed(20))];
    let board = bench(&suite(), &entrants, &NoBudget, |progress| {
        assert_eq!(progress.total, 2);
        ControlFlow::Break(())
    })
    .unwrap();
    let done: usize = board
        .scenarios
        .iter()
        .map(|scenario| scenario.cells.len())
        .sum();
    assert!((1..=2).contains(&done));
}

fn tuned(scenario: &Scenario, baseline: Option<&AutoscalingSettings>) -> Tuning {
    let space = Space::around(&scenario.workloads[0], AutoscalingSettings::default());
    let make: MakeTuned = Arc::new(|settings, _| {
        let target = settings.concurrency_target.unwrap_or(1);
        Ok(Box::new(Reactive {
            target: f64::from(target),
        }))
    });
    let effort = Effort {
        trials: 24,
        ..Effort::default()
    };
    let objective = "p99<3s".parse().unwrap();
    let go_on = |_: TuneProgress<'_>| ControlFlow::Continue(());
    tune_from(scenario, &space, &objective, &make, effort, baseline, go_on).unwrap()
}

/// A page needs nothing but itself, and its data reads back.
fn check_page(page: &str, kind: &str) {
    for outside in ["http://", "https://", "src=", "@import", "<link"] {
        let count = page.matches(outside).count();
        let own =
            usize::from(outside == "http://") * page.matches("http://www.w3.org/2000/svg").count();
        assert_eq!(count, own, "the page asks for {outside}");
    }
    assert!(
        page.contains("default-src 'none'"),
        "a browser lets nothing in"
    );
    assert!(!page.contains("{{"), "a place was not filled");
    assert!(page.len() < 400_000, "{} bytes", page.len());
    let data = page
        .split_once("id=\"data\">")
        .unwrap()
        .1
        .split_once("</script>")
        .unwrap()
        .0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["kind"], kind);
}

#[test]
fn reports_hold_what_they_should() {
    let board = board();
    check_page(&report::page_of_bench(&board), "bench");
    let csv = report::csv_of_bench(&board);
    assert_eq!(csv.lines().count(), 1 + 2 * 3);
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().all(|line| line.split(',').count() == columns));
    let json: serde_json::Value = serde_json::from_str(&report::json(&board)).unwrap();
    assert_eq!(json["ranks"].as_array().unwrap().len(), 3);

    let scenario = scenario("one", "poisson(rate=10, duration=10m)");
    let outcome = run(&scenario, &mut Fixed(3)).unwrap();
    check_page(
        &report::page_of_outcome(&scenario, "fixed", &outcome, &About::default()),
        "simulation",
    );
    assert_eq!(report::csv_of_outcome(&outcome, None).lines().count(), 2);

    let tuning = tuned(&scenario, None);
    check_page(
        &report::page_of_tuning(&scenario, "reactive", &tuning, &About::default()),
        "tuning",
    );
    assert_eq!(report::csv_of_tuning(&tuning).lines().count(), 25);
    assert_eq!(tuning.comparison(), None);
    let compared = tuned(
        &scenario,
        Some(&AutoscalingSettings {
            min_replicas: Some(4),
            ..AutoscalingSettings::default()
        }),
    );
    let page = report::page_of_tuning(&scenario, "reactive", &compared, &About::default());
    check_page(&page, "tuning");
    assert!(page.contains("\"baseline\":{"));
    assert_eq!(report::csv_of_tuning(&compared).lines().count(), 26);
}
