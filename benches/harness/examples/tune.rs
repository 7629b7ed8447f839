//! Searches settings for a day that goes up and down, compares them with those that stand today, and
//! leaves two reports.
//!
//!     cargo run --release -p plimsoll-harness --example tune -- tuning.html simulation.html

#![expect(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an example shows what it does, and casts of floats saturate"
)]

use std::ops::ControlFlow;
use std::sync::Arc;

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_harness::engine::run;
use plimsoll_harness::report::{self, About};
use plimsoll_harness::suite::Suite;
use plimsoll_harness::tune::{Effort, MakeTuned, Space, tune_from};

/// Scales up to what the load in flight fills to a share of its target, and down when that has
/// been less for the whole delay.
struct Delayed {
    target: f64,
    delay_ns: u64,
    held: u32,
    held_until: u64,
}

impl Delayed {
    fn new(settings: &AutoscalingSettings) -> Self {
        let percent = settings.target_utilization_percentage.unwrap_or(70);
        Self {
            target: f64::from(settings.concurrency_target.unwrap_or(1) * percent) / 100.0,
            delay_ns: u64::from(settings.scale_down_delay_seconds.unwrap_or(900)) * 1_000_000_000,
            held: 0,
            held_until: 0,
        }
    }
}

impl ScalingPolicy for Delayed {
    fn decide(&mut self, seen: &Observation<'_>) -> Decision {
        let count = seen.samples.len().max(1) as f64;
        let load: f64 = seen
            .samples
            .iter()
            .map(|sample| sample.in_flight + sample.queued)
            .sum();
        let wanted = (load / count / self.target).ceil() as u32;
        if wanted >= self.held || seen.now_ns > self.held_until {
            self.held = wanted;
            self.held_until = seen.now_ns + self.delay_ns;
        }
        Decision {
            desired: self.held,
            reason: Reason::STEADY,
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut scenarios = Suite::standard()?.scenarios.into_iter();
    let scenario = scenarios
        .find(|scenario| scenario.name == "diurnal")
        .ok_or("no such scenario")?;
    let space = Space::around(&scenario.workloads[0], AutoscalingSettings::default());
    let make: MakeTuned = Arc::new(|settings, _| Ok(Box::new(Delayed::new(settings))));
    let objective = "p99<2s".parse()?;
    // What stands today, for the result to be compared with.
    let standing = AutoscalingSettings {
        min_replicas: Some(4),
        max_replicas: Some(40),
        concurrency_target: Some(2),
        ..AutoscalingSettings::default()
    };
    let tuning = tune_from(
        &scenario,
        &space,
        &objective,
        &make,
        Effort::default(),
        Some(&standing),
        |_| ControlFlow::Continue(()),
    )?;
    println!("{} of {} points tried", tuning.trials.len(), space.size());
    for trial in tuning.front() {
        let p99 = trial.score.latency.total.p99;
        println!(
            "cost {:7.2}  p99 {p99:8.3} s  {:?}",
            trial.cost, trial.settings
        );
    }
    println!("{}", tuning.reason);
    println!("{}", tuning.comparison().unwrap_or_default());
    let mut paths = std::env::args().skip(1);
    if let Some(path) = paths.next() {
        std::fs::write(
            path,
            report::page_of_tuning(&scenario, "delayed", &tuning, &About::default()),
        )?;
    }
    if let (Some(path), Some(trial)) = (paths.next(), tuning.recommendation()) {
        let scenario = scenario.with_settings(&trial.settings);
        let outcome = run(&scenario, &mut Delayed::new(&trial.settings))?;
        std::fs::write(
            path,
            report::page_of_outcome(&scenario, "delayed", &outcome, &About::default()),
        )?;
    }
    Ok(())
}
