//! `plimsoll bench`.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use plimsoll::harness::bench::{self, Entrant, Leaderboard};
use plimsoll::harness::policy::PolicySpec;
use plimsoll::harness::report;
use plimsoll::harness::scenario::{Objective, Scenario};
use plimsoll::harness::suite::Suite;
use plimsoll::registry::{FactoryContext, Registry};
use plimsoll::suggest::did_you_mean;
use serde::Serialize;
use serde_json::json;

use crate::args::{Bench, Global, Table};
use crate::error::{CliError, exit};
use crate::experiment::{Term, arrivals_each, described, interruptible, objective};
use crate::file;
use crate::plugins::registry;
use crate::render::{self, leaderboard, working::Working};

/// The report for machines.
#[derive(Serialize)]
struct Report<'a> {
    /// Whether it was told to stop before its end.
    stopped: bool,
    /// What traffic that was added is simulated with.
    added: &'a [Added],
    #[serde(flatten)]
    board: &'a Leaderboard,
}

/// A scenario of traffic that was added, and all that it is made of.
#[derive(Serialize)]
pub(crate) struct Added {
    pub(crate) scenario: String,
    pub(crate) simulated: Vec<Term>,
}

/// Runs policies over scenarios.
pub(crate) fn run(global: &Global, command: &Bench) -> Result<(), CliError> {
    let registry = registry(global, Path::new("."))?;
    if let Some(path) = &command.results.html {
        file::check(path)?;
    }
    let (suite, added) = suite(command)?;
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
    match command.results.format {
        Table::Json => render::out_json(&Report {
            stopped,
            added: &added,
            board: &board,
        })?,
        Table::Csv => render::out(&report::csv_of_bench(&board))?,
        Table::Text => render::out(&leaderboard::text(&board, &added))?,
    }
    if let Some(path) = &command.results.html {
        let page = report::page_of_bench(&board);
        file::write(path, page.as_bytes()).map_err(CliError::told)?;
        render::say(&format!("wrote {}", path.display()));
    }
    if stopped {
        render::say("stopped as asked: the figures are of the runs that were done");
        return Err(CliError::stopped());
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

/// The scenarios that are run, and what those of traffic that was added are made of.
fn suite(command: &Bench) -> Result<(Suite, Vec<Added>), CliError> {
    let mut suite = match &command.suite {
        Some(path) => Suite::read(path)?,
        None => Suite::standard()?,
    };
    let mut added = Vec::new();
    let wanted = wanted(command)?;
    let each = arrivals_each(&command.plant)?;
    if each.is_empty() {
        nothing_is_ignored(command)?;
    }
    for (name, arrivals) in each {
        let name = unique(&name, &suite);
        let (scenario, terms) = described(&name, arrivals, &command.plant, None, wanted)?;
        suite = suite.with(bounded(scenario, command)?);
        added.push(Added {
            scenario: name,
            simulated: terms,
        });
    }
    if let Some(seed) = command.plant.seed {
        for scenario in &mut suite.scenarios {
            scenario.seed = seed;
        }
    }
    only(&mut suite, &command.scenario)?;
    added.retain(|one| suite.scenarios.iter().any(|kept| kept.name == one.scenario));
    for scenario in &suite.scenarios {
        scenario.horizon()?;
    }
    Ok((suite, added))
}

/// A name that no scenario has.
fn unique(name: &str, suite: &Suite) -> String {
    let taken = |name: &str| suite.scenarios.iter().any(|one| one.name == name);
    if !taken(name) {
        return name.to_owned();
    }
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut free = numbered.filter(|name| !taken(name));
    free.next().unwrap_or_default()
}

/// What is wanted of traffic that is added: one percentile, as in a suite's file.
fn wanted(command: &Bench) -> Result<Option<Objective>, CliError> {
    let Some(text) = &command.slo else {
        return Ok(None);
    };
    let limits = objective(text)?;
    match limits.percentiles().next() {
        Some(wanted) if !text.contains(',') => Ok(Some(wanted)),
        _ => Err(CliError::usage(
            "--slo: a bench ranks by one percentile, such as 'p99<2s'",
        )),
    }
}

/// Refuses options that are of traffic that is added, where none is.
fn nothing_is_ignored(command: &Bench) -> Result<(), CliError> {
    let mut given = command.plant.given();
    given.extend(command.slo.as_ref().map(|_| "--slo"));
    given.extend(command.min_replicas.map(|_| "--min-replicas"));
    given.extend(command.max_replicas.map(|_| "--max-replicas"));
    match given.first() {
        None => Ok(()),
        Some(option) => {
            let message = format!("{option} is for traffic that is added, and none is");
            Err(CliError::usage(message).hint(
                "add some with --trace or --arrivals; a suite's file says what its scenarios are like",
            ))
        }
    }
}

/// A scenario with the bounds that are asked for.
fn bounded(mut scenario: Scenario, command: &Bench) -> Result<Scenario, CliError> {
    let fewest = command.min_replicas.unwrap_or(1);
    let most = command.max_replicas.unwrap_or(100);
    if fewest > most {
        let message = format!("--min-replicas is {fewest}, which is above --max-replicas, {most}");
        return Err(CliError::usage(message));
    }
    for workload in &mut scenario.workloads {
        workload.min_replicas = fewest;
        workload.max_replicas = most;
        workload.initial_replicas = command.plant.initial_replicas;
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
