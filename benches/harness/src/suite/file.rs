//! A suite's file.

use std::collections::HashSet;
use std::path::Path;

use plimsoll_core::distribution::Priority;
use serde::Deserialize;

use super::Suite;
use crate::arrival::ArrivalSpec;
use crate::balance::Balance;
use crate::error::Error;
use crate::scenario::{Objective, Scenario, Tokens, Workload};
use crate::service::{Service, Variate};
use crate::time::Span;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    name: String,
    #[serde(default)]
    summary: String,
    scenario: Vec<ScenarioFile>,
}

/// A scenario of one workload says what it is like itself; one of several has them in a list.
#[derive(Deserialize)]
struct ScenarioFile {
    name: String,
    #[serde(default)]
    question: String,
    duration: Option<Span>,
    warm_up: Option<Span>,
    seed: Option<u64>,
    decision_interval: Option<Span>,
    sample_interval: Option<Span>,
    budget: Option<u32>,
    #[serde(default)]
    workload: Vec<WorkloadFile>,
    /// The settings of its one workload.
    #[serde(flatten)]
    own: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkloadFile {
    name: String,
    arrivals: Option<String>,
    service: Option<String>,
    tokens: Option<TokensFile>,
    cold_start: Option<String>,
    concurrency: Option<u32>,
    queue_limit: Option<u32>,
    balance: Option<Balance>,
    min_replicas: Option<u32>,
    max_replicas: Option<u32>,
    initial_replicas: Option<u32>,
    price_per_hour: Option<f64>,
    slo: Option<ObjectiveFile>,
    weight: Option<f64>,
    priority: Option<PriorityFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokensFile {
    input: String,
    output: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectiveFile {
    latency: Span,
    attainment: f64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PriorityFile {
    Low,
    Medium,
    High,
}

pub(super) fn parse(text: &str, folder: &Path) -> Result<Suite, Error> {
    let file: SuiteFile = toml::from_str(text).map_err(|error| Error::Suite(error.to_string()))?;
    let mut names = HashSet::new();
    for scenario in &file.scenario {
        if !names.insert(scenario.name.as_str()) {
            let name = &scenario.name;
            return Err(Error::Suite(format!("two scenarios are called `{name}`")));
        }
    }
    let scenarios = file
        .scenario
        .into_iter()
        .map(|scenario| read(scenario, folder));
    Ok(Suite {
        name: file.name,
        summary: file.summary,
        scenarios: scenarios.collect::<Result<_, _>>()?,
    })
}

fn read(mut file: ScenarioFile, folder: &Path) -> Result<Scenario, Error> {
    let name = file.name.clone();
    let wrong = |message: &str| Error::Suite(format!("scenario `{name}`: {message}"));
    let files = if file.workload.is_empty() {
        file.own.insert("name".to_owned(), name.clone().into());
        let own = file.own.try_into();
        vec![own.map_err(|error: toml::de::Error| wrong(error.message()))?]
    } else if let Some((key, _)) = file.own.iter().next() {
        return Err(wrong(&format!("`{key}` stands in each `workload`")));
    } else {
        file.workload
    };
    let workloads = files
        .into_iter()
        .map(|workload| read_workload(workload, &name, folder))
        .collect::<Result<Vec<_>, _>>()?;
    let Some(first) = workloads.first() else {
        return Err(wrong("there is no workload"));
    };
    let mut scenario = Scenario::new(file.name, first.clone());
    scenario.workloads = workloads;
    scenario.question = file.question;
    scenario.budget = file.budget;
    scenario.duration = file.duration;
    scenario.seed = file.seed.unwrap_or(scenario.seed);
    scenario.warm_up = file.warm_up.unwrap_or(scenario.warm_up);
    scenario.sample_interval = file.sample_interval.unwrap_or(scenario.sample_interval);
    scenario.decision_interval = file.decision_interval.unwrap_or(scenario.decision_interval);
    scenario
        .horizon()
        .map_err(|error| Error::Suite(error.to_string()))?;
    Ok(scenario)
}

fn read_workload(file: WorkloadFile, scenario: &str, folder: &Path) -> Result<Workload, Error> {
    let wrong = |what: &str, error: &dyn std::fmt::Display| {
        Error::Suite(format!("scenario `{scenario}`, {what}: {error}"))
    };
    let arrivals = file
        .arrivals
        .ok_or_else(|| wrong("arrivals", &"they are not said"))?;
    let arrivals =
        ArrivalSpec::parse(&arrivals, folder).map_err(|error| wrong("arrivals", &error))?;
    let service = file
        .service
        .ok_or_else(|| wrong("service", &"it is not said"))?;
    let service = Service::parse(&service).map_err(|error| wrong("service", &error))?;
    let mut workload = Workload::new(file.name, arrivals, service);
    if let Some(text) = file.cold_start {
        workload.cold_start =
            Variate::parse_times(&text).map_err(|error| wrong("cold_start", &error))?;
    }
    if let Some(TokensFile { input, output }) = file.tokens {
        let tokens =
            |text: &str| Variate::parse_tokens(text).map_err(|error| wrong("tokens", &error));
        workload.tokens = Some(Tokens {
            input: tokens(&input)?,
            output: tokens(&output)?,
        });
    }
    workload.concurrency = file.concurrency.unwrap_or(workload.concurrency);
    workload.queue_limit = file.queue_limit;
    workload.balance = file.balance.unwrap_or_default();
    workload.min_replicas = file.min_replicas.unwrap_or(0);
    workload.max_replicas = file.max_replicas.unwrap_or(100).max(workload.min_replicas);
    workload.initial_replicas = Some(file.initial_replicas.unwrap_or(workload.min_replicas));
    workload.price_per_hour = file.price_per_hour.unwrap_or(workload.price_per_hour);
    if let Some(slo) = file.slo {
        workload.slo = Objective {
            latency: slo.latency,
            attainment: slo.attainment,
        };
    }
    workload.weight = file.weight.unwrap_or(1.0);
    workload.priority = match file.priority {
        Some(PriorityFile::High) => Priority::High,
        Some(PriorityFile::Low) => Priority::Low,
        Some(PriorityFile::Medium) | None => Priority::Medium,
    };
    Ok(workload)
}
