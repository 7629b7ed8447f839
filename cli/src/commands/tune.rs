//! `plimsoll tune`.

use std::ops::ControlFlow;
use std::sync::Arc;

use plimsoll::harness::engine;
use plimsoll::harness::report;
use plimsoll::harness::score::Score;
use plimsoll::harness::tune::{self, Effort, MakeTuned, SloExpression, Space, Tuning};
use plimsoll::suggest::did_you_mean;
use serde::Serialize;

use crate::args::{Global, Table, Tune};
use crate::error::{CliError, exit};
use crate::experiment::{About, Experiment, interruptible};
use crate::file;
use crate::render::{self, tuning, working::Working};

/// The settings that are searched: what an environment overrides.
const SEARCHED: [&str; 5] = [
    "min_replicas",
    "max_replicas",
    "target_utilization_percentage",
    "scaling_window_seconds",
    "scale_down_delay_seconds",
];

/// The bounds of replicas, which are the plant's whatever the policy.
const BOUNDS: [&str; 2] = ["min_replicas", "max_replicas"];

/// Of how many times the replicas that the peak of the load fills the search goes up to, where
/// neither the file nor an option says more.
const ABOVE_PEAK: f64 = 2.0;

/// The report for machines.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    about: About<'a>,
    /// What the settings that are effective now come to.
    now: &'a Score,
    #[serde(flatten)]
    tuning: &'a Tuning,
}

/// Searches settings.
pub(crate) fn run(_: &Global, command: &Tune) -> Result<(), CliError> {
    let experiment = Experiment::new(
        &command.input,
        command.workload.as_deref(),
        &command.policy,
        Some(&command.slo),
        &command.plant,
    )?;
    let Some(limits) = &experiment.objective else {
        return Err(CliError::usage("--slo: say what must hold"));
    };
    let now = now(&experiment)?;
    let space = space(&experiment, &now, command)?;
    let tuning = interruptible(|interrupt| {
        let stop = || interrupt.asked();
        search(&experiment, &space, limits, command, stop)
    })??;
    if let Some(path) = &command.results.html {
        let policy = experiment.policy.to_string();
        let page = report::page_of_tuning(&experiment.scenario, &policy, &tuning);
        file::write(path, page.as_bytes())?;
    }
    match command.results.format {
        Table::Json => render::out_json(&Report {
            about: experiment.about(),
            now: &now,
            tuning: &tuning,
        })?,
        Table::Csv => render::out(&report::csv_of_tuning(&tuning))?,
        Table::Text => {
            let priced = command.plant.price.is_some();
            render::out(&tuning::text(
                &experiment,
                &now,
                limits,
                &tuning,
                &space,
                priced,
            ))?;
        }
    }
    if let Some(path) = &command.results.html {
        render::say(&format!("wrote {}", path.display()));
    }
    if tuning.stopped {
        render::say("stopped as asked: the figures are of the trials that were done");
        return Err(CliError::Stopped);
    }
    Ok(())
}

/// What the settings that are effective now come to.
fn now(experiment: &Experiment) -> Result<Score, CliError> {
    let scenario = &experiment.scenario;
    let none = || CliError::new(exit::INVALID, "there is no workload");
    let workload = scenario.workloads.first().ok_or_else(none)?;
    let mut policy = experiment.policy.make(&experiment.settings, workload)?;
    let outcome = engine::run(scenario, &mut *policy)?;
    outcome.workloads.into_iter().next().ok_or_else(none)
}

/// The settings that are searched, and their values.
fn space(experiment: &Experiment, now: &Score, command: &Tune) -> Result<Space, CliError> {
    for name in &command.keep {
        if !SEARCHED.contains(&&**name) {
            let message = format!(
                "--keep: `{name}` is not searched; those that are: {}",
                SEARCHED.join(", ")
            );
            let error = CliError::usage(message);
            return Err(match did_you_mean(name, SEARCHED) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        }
    }
    let Some(workload) = experiment.scenario.workloads.first() else {
        return Err(CliError::new(exit::INVALID, "there is no workload"));
    };
    let mut workload = workload.clone();
    let most = workload.max_replicas.max(peak(now));
    workload.max_replicas = command.max_replicas.unwrap_or(most);
    let mut space = Space::around(&workload, experiment.settings);
    space.axes.retain(|(name, _)| {
        let searched = SEARCHED.contains(name) && !command.keep.iter().any(|kept| kept == name);
        searched && (BOUNDS.contains(name) || experiment.policy.follows(name))
    });
    Ok(space)
}

/// Replicas beyond which more are of no use: a multiple of those that the peak of the load fills.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, and demand is not negative"
)]
fn peak(now: &Score) -> u32 {
    let demand = now.timeline.iter().map(|point| point.demand);
    (demand.fold(0.0, f64::max) * ABOVE_PEAK).ceil() as u32 + 1
}

/// Searches, until it is over or to be stopped.
fn search(
    experiment: &Experiment,
    space: &Space,
    limits: &SloExpression,
    command: &Tune,
    stop: impl Fn() -> bool,
) -> Result<Tuning, CliError> {
    let policy = experiment.policy.clone();
    let make: MakeTuned = Arc::new(move |settings, workload| policy.make(settings, workload));
    let effort = Effort {
        trials: command.trials.max(1),
        confirmations: command.confirmations,
        ..Effort::default()
    };
    let mut working = Working::begin("tune", effort.trials as u64);
    let found = tune::tune(
        &experiment.scenario,
        space,
        limits,
        &make,
        effort,
        |progress| {
            let best = progress.best.map_or_else(
                || "none meets the objective yet".to_owned(),
                |best| {
                    format!(
                        "the best costs {}",
                        render::figures::three_digits(best.cost)
                    )
                },
            );
            working.at(progress.done as u64, &best);
            if stop() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    )?;
    Ok(found)
}
