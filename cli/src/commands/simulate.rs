//! `plimsoll simulate`.

use std::ops::ControlFlow;

use plimsoll::harness::engine::run_with;
use plimsoll::harness::report;
use plimsoll::harness::score::Outcome;
use plimsoll::harness::time::SECOND;
use serde::Serialize;

use crate::args::{Global, Simulate, Table};
use crate::error::{CliError, exit};
use crate::experiment::{About, Experiment, interruptible};
use crate::file;
use crate::render::{self, simulation, working::Working};

/// The report for machines.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    about: About<'a>,
    objective: String,
    met: bool,
    outcome: &'a Outcome,
}

/// Runs the settings of an environment under traffic.
pub(crate) fn run(global: &Global, command: &Simulate) -> Result<(), CliError> {
    let plant = &command.plant;
    let experiment = Experiment::new(
        global,
        &command.input,
        command.workload.as_deref(),
        &command.policy,
        command.slo.as_deref(),
        plant,
    )?;
    if let Some(path) = &command.results.html {
        file::check(path)?;
    }
    let outcome = interruptible(|interrupt| simulate(&experiment, || interrupt.asked()))??;
    let [score] = outcome.workloads.as_slice() else {
        return Err(CliError::new(exit::INVALID, "there is not one workload"));
    };
    let limits = &experiment.objective;
    let met = limits.met(score);
    match command.results.format {
        Table::Json => render::out_json(&Report {
            about: experiment.about(),
            objective: limits.to_string(),
            met,
            outcome: &outcome,
        })?,
        Table::Csv => render::out(&report::csv_of_outcome(&outcome, Some(met)))?,
        Table::Text => render::out(&format!(
            "{}\n{}\n{}",
            simulation::about(&experiment),
            simulation::score(score, limits, plant.price.is_some()),
            simulation::charts(score)
        ))?,
    }
    if let Some(path) = &command.results.html {
        let policy = experiment.policy.to_string();
        let about = report::About {
            facts: experiment.facts(),
            verdict: Some((limits.to_string(), met)),
        };
        let page = report::page_of_outcome(&experiment.scenario, &policy, &outcome, &about);
        file::write(path, page.as_bytes()).map_err(CliError::told)?;
        render::say(&format!("wrote {}", path.display()));
    }
    if outcome.stopped {
        render::say("stopped as asked: the figures are of what was simulated until then");
        return Err(CliError::stopped());
    }
    Ok(())
}

/// Runs the scenario, until it is over or to be stopped.
fn simulate(experiment: &Experiment, stop: impl Fn() -> bool) -> Result<Outcome, CliError> {
    let scenario = &experiment.scenario;
    let end = scenario.horizon()?;
    let Some(workload) = scenario.workloads.first() else {
        return Err(CliError::new(exit::INVALID, "there is no workload"));
    };
    let mut policy = experiment.policy.make(&experiment.settings, workload)?;
    let mut working = Working::begin("simulate", end / SECOND);
    let outcome = run_with(
        scenario,
        &mut *policy,
        scenario.decision_interval.0,
        |progress| {
            let done = render::figures::count(progress.completed);
            working.at(progress.now.min(end) / SECOND, &format!("{done} requests"));
            if stop() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    )?;
    Ok(outcome)
}
