//! `plimsoll tune`.

mod written;

use std::ops::ControlFlow;
use std::sync::Arc;

use plimsoll::harness::engine::run_with;
use plimsoll::harness::report;
use plimsoll::harness::time::SECOND;
use plimsoll::harness::tune::{self, Effort, MakeTuned, SloExpression, Space, Tuning};
use plimsoll::suggest::did_you_mean;
use serde::Serialize;

pub(crate) use self::written::Change;
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
    #[serde(flatten)]
    tuning: &'a Tuning,
    /// What the recommendation changes in the file; `None` where that is not known.
    change: Option<&'a Change>,
}

/// Searches settings.
pub(crate) fn run(global: &Global, command: &Tune) -> Result<(), CliError> {
    let experiment = Experiment::new(
        global,
        &command.input,
        command.workload.as_deref(),
        &command.policy,
        Some(&command.slo),
        &command.plant,
    )?;
    let limits = &experiment.objective;
    if let Some(path) = &command.results.html {
        file::check(path)?;
    }
    kept_is_possible(&experiment, command)?;
    let (space, tuning) = interruptible(|interrupt| {
        let stop = || interrupt.asked();
        let space = space(&experiment, command, &stop)?;
        if command.write {
            written::check(&experiment, &space)?;
        }
        let tuning = search(&experiment, &space, limits, command, &stop)?;
        Ok::<_, CliError>((space, tuning))
    })??;
    let change = written::change(&experiment, &space, &tuning, command.write);
    let shown = change.as_ref().ok().and_then(Option::as_ref);
    match command.results.format {
        Table::Json => render::out_json(&Report {
            about: experiment.about(),
            tuning: &tuning,
            change: shown,
        })?,
        Table::Csv => render::out(&report::csv_of_tuning(&tuning))?,
        Table::Text => {
            let mut text = tuning::text(&experiment, limits, &tuning, &space, command);
            if let Some(change) = shown {
                text.push_str(&format!("\n{}", tuning::change(change)));
            }
            render::out(&text)?;
        }
    }
    if let Some(path) = &command.results.html {
        let policy = experiment.policy.to_string();
        let about = report::About {
            facts: experiment.facts(),
            verdict: None,
        };
        let page = report::page_of_tuning(&experiment.scenario, &policy, &tuning, &about);
        file::write(path, page.as_bytes()).map_err(CliError::told)?;
        render::say(&format!("wrote {}", path.display()));
    }
    finish(&tuning, change, command.write)
}

/// Says what there is to say of a search whose result has been printed.
fn finish(
    tuning: &Tuning,
    change: Result<Option<Change>, CliError>,
    write: bool,
) -> Result<(), CliError> {
    if tuning.stopped {
        let nothing = if write { "; nothing is written" } else { "" };
        render::say(&format!(
            "stopped as asked: the figures are of the trials that were done{nothing}"
        ));
        return Err(CliError::stopped());
    }
    match change {
        Err(error) if write => Err(error.told()),
        Err(error) => {
            render::say("--write cannot put this into the file:\n");
            error.print();
            Ok(())
        }
        Ok(None) if write => match tuning.recommendation() {
            Some(best) if best.met => {
                render::say("nothing is written: what stands is what is recommended");
                Ok(())
            }
            _ => {
                let message = format!("{} Nothing is written.", tuning.reason);
                Err(CliError::new(exit::INVALID, message).told())
            }
        },
        Ok(_) => Ok(()),
    }
}

/// Refuses bounds that contradict each other.
fn kept_is_possible(experiment: &Experiment, command: &Tune) -> Result<(), CliError> {
    let Some(most) = command.max_replicas else {
        return Ok(());
    };
    let keeps = |name: &str| command.keep.iter().any(|kept| kept == name);
    if keeps("max_replicas") {
        let message = "--max-replicas bounds what --keep max_replicas does not search";
        return Err(CliError::usage(message));
    }
    match experiment.settings.min_replicas {
        Some(fewest) if keeps("min_replicas") && fewest > most => Err(CliError::usage(format!(
            "--keep min_replicas: {fewest}, which is above --max-replicas, {most}"
        ))),
        _ => Ok(()),
    }
}

/// The settings that are searched, and their values.
fn space(
    experiment: &Experiment,
    command: &Tune,
    stop: &impl Fn() -> bool,
) -> Result<Space, CliError> {
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
    let keeps_most = command.keep.iter().any(|kept| kept == "max_replicas");
    workload.max_replicas = match command.max_replicas {
        Some(most) => most,
        None if keeps_most => workload.max_replicas,
        None => workload.max_replicas.max(peak(experiment, stop)?),
    };
    let mut space = Space::around(&workload, experiment.settings);
    space.axes.retain(|(name, _)| {
        let searched = SEARCHED.contains(name) && !command.keep.iter().any(|kept| kept == name);
        searched && (BOUNDS.contains(name) || experiment.policy.follows(name))
    });
    if space.axes.is_empty() {
        return Err(CliError::usage("--keep: every setting is kept"));
    }
    Ok(space)
}

/// Replicas beyond which more are of no use: a multiple of those that the peak of the load fills.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, and demand is not negative"
)]
fn peak(experiment: &Experiment, stop: &impl Fn() -> bool) -> Result<u32, CliError> {
    // So many that nothing waits: a queue would take long to simulate, and demand is the same.
    const PLENTY: u32 = 10_000;
    let mut scenario = experiment.scenario.clone();
    for workload in &mut scenario.workloads {
        workload.min_replicas = PLENTY;
        workload.max_replicas = PLENTY;
        workload.initial_replicas = Some(PLENTY);
    }
    let Some(workload) = scenario.workloads.first() else {
        return Ok(1);
    };
    let mut policy = experiment.policy.make(&experiment.settings, workload)?;
    let end = scenario.horizon()?;
    let mut working = Working::begin("the load", end / SECOND);
    let interval = scenario.decision_interval.0;
    let outcome = run_with(&scenario, &mut *policy, interval, |progress| {
        let done = render::figures::count(progress.completed);
        working.at(progress.now.min(end) / SECOND, &format!("{done} requests"));
        if stop() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    if outcome.stopped {
        render::say("stopped as asked, before anything was tried");
        return Err(CliError::stopped());
    }
    let points = outcome.workloads.iter().flat_map(|score| &score.timeline);
    let demand = points.map(|point| point.demand).fold(0.0, f64::max);
    Ok((demand * ABOVE_PEAK).ceil() as u32 + 1)
}

/// Searches, until it is over or to be stopped.
fn search(
    experiment: &Experiment,
    space: &Space,
    limits: &SloExpression,
    command: &Tune,
    stop: &impl Fn() -> bool,
) -> Result<Tuning, CliError> {
    let policy = experiment.policy.clone();
    let make: MakeTuned = Arc::new(move |settings, workload| policy.make(settings, workload));
    let effort = Effort {
        trials: usize::try_from(command.trials).unwrap_or(usize::MAX),
        confirmations: command.confirmations,
        ..Effort::default()
    };
    let mut working = Working::begin("tune", effort.trials as u64);
    let found = tune::tune_from(
        &experiment.scenario,
        space,
        limits,
        &make,
        effort,
        Some(&experiment.settings),
        |progress| {
            let best = progress.best.map_or_else(
                || "none meets the objective yet".to_owned(),
                |best| {
                    let cost = render::figures::three_digits(best.cost);
                    format!("the best costs {cost}")
                },
            );
            working.of(progress.total as u64);
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
