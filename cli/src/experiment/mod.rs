//! What `simulate` and `tune` share: from a file, an environment and options to a scenario.

mod plant;
mod settings;

use std::sync::Arc;

use plimsoll::autoscaling::AutoscalingSettings;
use plimsoll::effective::Effective;
use plimsoll::harness::policy::PolicySpec;
use plimsoll::harness::scenario::Scenario;
use plimsoll::harness::tune::SloExpression;
use serde::Serialize;
use tokio::runtime::Runtime;

pub(crate) use self::plant::{Term, arrivals, arrivals_each, described};
pub(crate) use self::settings::{Setting, settings_of};
use crate::args::{Global, Input, Plant};
use crate::commands::push::runtime;
use crate::commands::{Loaded, environment};
use crate::error::{CliError, exit};
use crate::interrupt::Interrupt;
use crate::render;

/// Settings, and what they are tried on.
pub(crate) struct Experiment {
    pub(crate) loaded: Loaded,
    pub(crate) effective: Effective,
    /// The effective settings, and a platform's where nothing is written.
    pub(crate) settings: AutoscalingSettings,
    /// The same with their places.
    pub(crate) rows: Vec<Setting>,
    /// What is simulated beside them, and who says so.
    pub(crate) terms: Vec<Term>,
    pub(crate) scenario: Scenario,
    pub(crate) policy: PolicySpec,
    pub(crate) objective: SloExpression,
}

/// What an experiment is about, for machines.
#[derive(Serialize)]
pub(crate) struct About<'a> {
    pub(crate) workload: &'a str,
    pub(crate) environment: Option<String>,
    pub(crate) policy: String,
    pub(crate) policy_options: serde_json::Value,
    pub(crate) settings: &'a [Setting],
    pub(crate) simulated: &'a [Term],
    pub(crate) traces: Vec<String>,
}

impl Experiment {
    /// Reads and resolves a file, and puts a scenario together.
    pub(crate) fn new(
        global: &Global,
        input: &Input,
        workload: Option<&str>,
        policy: &str,
        slo: Option<&str>,
        plant: &Plant,
    ) -> Result<Self, CliError> {
        let loaded = Loaded::from(global, input)?;
        let policy = PolicySpec::parse(&loaded.context.registry, policy)
            .map_err(|error| CliError::usage(format!("--policy: {error}")))?;
        let objective = objective(slo.unwrap_or(USUAL_OBJECTIVE))?;
        let environment = environment(input.environment.as_deref());
        let (resolved, said) = loaded.resolve_one(environment.as_ref())?;
        render::diagnostics::print(&said);
        let effective = chosen(resolved, workload)?;
        let (settings, rows) = settings_of(&effective);
        let arrivals = arrivals(plant)?;
        let wanted = objective.percentiles().next();
        let (mut scenario, mut terms) = described(
            &effective.workload,
            arrivals,
            plant,
            Some(&effective),
            wanted,
        )?;
        terms.push(Term::decisions(&policy, plant, &mut scenario));
        terms.push(Term::objective(&objective, slo.is_some()));
        scenario = scenario.with_settings(&settings);
        for workload in &mut scenario.workloads {
            workload.initial_replicas = plant.initial_replicas;
        }
        scenario.horizon().map_err(CliError::from)?;
        Ok(Self {
            loaded,
            effective,
            settings,
            rows,
            terms,
            scenario,
            policy,
            objective,
        })
    }

    /// What this is about, for machines.
    pub(crate) fn about(&self) -> About<'_> {
        let workload = self.scenario.workloads.first();
        About {
            workload: &self.effective.workload,
            environment: self.effective.environment.as_ref().map(ToString::to_string),
            policy: self.policy.to_string(),
            policy_options: workload
                .map(|workload| self.policy.options(&self.settings, workload))
                .unwrap_or_default(),
            settings: &self.rows,
            simulated: &self.terms,
            traces: self.notes(),
        }
    }

    /// What pages say of it.
    pub(crate) fn facts(&self) -> Vec<[String; 3]> {
        let environment = self.effective.environment.as_ref();
        let environment = environment.map_or_else(|| "the base".to_owned(), ToString::to_string);
        let mut facts = vec![["environment".to_owned(), environment, String::new()]];
        facts.extend(self.rows.iter().map(|row| {
            let value = row.value.to_string();
            [row.name.to_owned(), value, row.from()]
        }));
        facts.extend(
            self.terms
                .iter()
                .map(|term| [term.name.to_owned(), term.value.clone(), term.from.clone()]),
        );
        facts
    }

    /// What was done to traces.
    pub(crate) fn notes(&self) -> Vec<String> {
        let workloads = self.scenario.workloads.iter();
        workloads.flat_map(|one| one.arrivals.notes()).collect()
    }
}

/// The workload that is asked for, or the only one.
fn chosen(mut resolved: Vec<Effective>, name: Option<&str>) -> Result<Effective, CliError> {
    let known: Vec<_> = resolved.iter().map(|one| one.workload.clone()).collect();
    let known = known.join(", ");
    if let Some(name) = name {
        resolved.retain(|one| one.workload == name);
        return resolved.pop().ok_or_else(|| {
            let message = format!("there is no workload `{name}`; known are: {known}");
            CliError::new(exit::NOT_FOUND, message)
        });
    }
    match (resolved.pop(), resolved.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(CliError::usage(format!(
            "there are several workloads; name one with --workload: {known}"
        ))),
    }
}

/// What is wanted where nobody says.
const USUAL_OBJECTIVE: &str = "p99<2s";

/// An objective, by its text.
pub(crate) fn objective(text: &str) -> Result<SloExpression, CliError> {
    text.parse()
        .map_err(|error| CliError::usage(format!("--slo: {error}")))
}

/// Runs long work so that Ctrl-C asks it to end.
pub(crate) fn interruptible<T>(work: impl FnOnce(Arc<Interrupt>) -> T) -> Result<T, CliError> {
    let runtime: Runtime = runtime()?;
    let _inside = runtime.enter();
    Ok(work(Arc::new(Interrupt::listen())))
}
