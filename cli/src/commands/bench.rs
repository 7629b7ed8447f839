//! `plimsoll bench`.

use std::collections::HashSet;
use std::ops::ControlFlow;

use plimsoll::harness::bench::{self, Entrant, Leaderboard};
use plimsoll::harness::policy::PolicySpec;
use plimsoll::harness::report;
use plimsoll::harness::scenario::Scenario;
use plimsoll::harness::suite::Suite;
use plimsoll::registry::{FactoryContext, Registry};
use plimsoll::suggest::did_you_mean;
use serde::Serialize;
use serde_json::json;

use crate::args::{Bench, Global, Table};
use crate::error::{CliError, exit};
use crate::experiment::{Term, arrivals_each, described, interruptible, objective};
use crate::file;
use crate::render::{self, leaderboard, working::Working};

/// The report for machines.
#[derive(Serialize)]
struct Report<'a> {
    /// Whether it was told to stop before its end.
    stopped: bool,
    /// What traces that were added are simulated with.
    simulated: &'a [Term],
    #[serde(flatten)]
    board: &'a Leaderboard,
}

/// Runs policies over scenarios.
pub(crate) fn run(_: &Global, command: &Bench) -> Result<(), CliError> {
    let registry = plimsoll::registry()?;
    let (suite, terms) = suite(command)?;
    if command.list {
        return render::out(&leaderboard::questions(&suite));
    }
    let entrants = entrants(&registry, command)?;
    let context = FactoryContext {
        registry: registry.clone(),
    };
    let name = &command.distribution;
    let strategy = registry.strategies.make(name, &context, &json!({}))?;
    let total = (suite.scenarios.len() * entrants.len()) as u64;
    let (board, stopped) = interruptible(|interrupt| {
        let mut working = Working::begin("bench", total);
        let board = bench::bench(&suite, &entrants, &*strategy, |progress| {
            let what = format!("{} under {}", progress.scenario, progress.policy);
            working.at(progress.done as u64, &what);
            if interrupt.asked() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        (board, interrupt.asked())
    })?;
    let board = board?;
    if let Some(path) = &command.results.html {
        file::write(path, report::page_of_bench(&board).as_bytes())?;
    }
    match command.results.format {
        Table::Json => render::out_json(&Report {
            stopped,
            simulated: &terms,
            board: &board,
        })?,
        Table::Csv => render::out(&report::csv_of_bench(&board))?,
        Table::Text => render::out(&leaderboard::text(&board, &terms))?,
    }
    if let Some(path) = &command.results.html {
        render::say(&format!("wrote {}", path.display()));
    }
    if stopped {
        render::say("stopped as asked: the figures are of the runs that were done");
        return Err(CliError::Stopped);
    }
    Ok(())
}

/// The policies that take part, each once.
fn entrants(registry: &Registry, command: &Bench) -> Result<Vec<Entrant>, CliError> {
    let specs = if command.policy.is_empty() {
        PolicySpec::of_replicas(registry)
    } else {
        let parse = |text: &String| {
            PolicySpec::parse(registry, text)
                .map_err(|error| CliError::usage(format!("--policy: {error}")))
        };
        command.policy.iter().map(parse).collect::<Result<_, _>>()?
    };
    let mut names = HashSet::new();
    for spec in &specs {
        if !names.insert(spec.to_string()) {
            let message = format!("--policy: `{spec}` takes part twice");
            return Err(CliError::usage(message));
        }
    }
    Ok(specs.into_iter().map(PolicySpec::entrant).collect())
}

/// The scenarios that are run, and what those of traces that were added are made of.
fn suite(command: &Bench) -> Result<(Suite, Vec<Term>), CliError> {
    let mut suite = match &command.suite {
        Some(path) => Suite::read(path)?,
        None => Suite::standard()?,
    };
    let limits = command.slo.as_deref().map(objective).transpose()?;
    let wanted = match &limits {
        Some(limits) => Some(limits.percentiles().next().ok_or_else(|| {
            CliError::usage("--slo: a bench ranks by one percentile, such as 'p99<2s'")
        })?),
        None => None,
    };
    let mut said = Vec::new();
    for (name, arrivals) in arrivals_each(&command.plant)? {
        let (scenario, terms) = described(&name, arrivals, &command.plant, None, wanted)?;
        said = terms;
        suite = suite.with(bounded(scenario, command)?);
    }
    // Each has its own arrivals, and the suite's page and tables say which.
    said.retain(|term| term.name != "arrivals");
    if let Some(seed) = command.plant.seed {
        for scenario in &mut suite.scenarios {
            scenario.seed = seed;
        }
    }
    only(&mut suite, &command.scenario)?;
    for scenario in &suite.scenarios {
        scenario.horizon()?;
    }
    Ok((suite, said))
}

/// A scenario with the bounds that are asked for.
fn bounded(mut scenario: Scenario, command: &Bench) -> Result<Scenario, CliError> {
    if command.min_replicas > command.max_replicas {
        let message = format!(
            "--min-replicas is {}, which is above --max-replicas, {}",
            command.min_replicas, command.max_replicas
        );
        return Err(CliError::usage(message));
    }
    for workload in &mut scenario.workloads {
        workload.min_replicas = command.min_replicas;
        workload.max_replicas = command.max_replicas;
        let initial = command.plant.initial_replicas;
        workload.initial_replicas = initial.unwrap_or_else(|| command.min_replicas.max(1));
    }
    scenario.question = "How does it do under this traffic?".to_owned();
    Ok(scenario)
}

/// Keeps the scenarios of these names; all where none is named.
fn only(suite: &mut Suite, names: &[String]) -> Result<(), CliError> {
    if names.is_empty() {
        return Ok(());
    }
    let known: Vec<_> = suite.scenarios.iter().map(|one| one.name.clone()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        let message = format!(
            "there is no scenario `{name}`; known are: {}",
            known.join(", ")
        );
        let error = CliError::new(exit::NOT_FOUND, message);
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        return Err(match hint {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }
    suite
        .scenarios
        .retain(|scenario| names.contains(&scenario.name));
    Ok(())
}
