//! What is to be run: endpoints with their rates, workers and limits, from a release.

mod endpoint;
mod mask;
mod rates;
mod settings;

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use plimsoll_core::distribution::{Demand, DistributionStrategy, Priority};
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::policy::ScalingPolicy;
use plimsoll_core::registry::follow::{Facts, filled};
use plimsoll_core::registry::{FactoryContext, FactoryError};
use plimsoll_core::release::Release;
use plimsoll_core::threshold::Threshold;
use serde_json::{Value as Json, json};

pub use endpoint::{EarlyExit, Endpoint, Rate, Workers};
pub(crate) use settings::{Request as RequestSettings, Settings};

use crate::clock::{SECOND, whole};
use crate::data::Table;
use crate::error::LoadError;
use crate::options::RunOptions;

/// More workers than this in all are refused: each may hold a connection.
pub const MOST_WORKERS: u32 = 1_000_000;

/// A load test that can be run.
pub struct LoadTest {
    /// Its name.
    pub name: String,
    /// What is asked.
    pub endpoints: Vec<Endpoint>,
    /// How long requests fall due, in nanoseconds.
    pub duration: u64,
    /// Most workers of all autoscaled endpoints together.
    pub budget: Option<u32>,
    /// As above, for as many as there can be connections for; none where that is no limit.
    pub(crate) affordable: Option<u32>,
    /// What shares the budget, by its name and itself.
    pub strategy: (String, Box<dyn DistributionStrategy>),
    /// What ends the whole test before its time.
    pub early_exit: Option<EarlyExit>,
    /// What must hold of all requests together.
    pub thresholds: Vec<Threshold>,
    /// The folder that the test itself names for its reports.
    pub export: Option<String>,
    /// What is run, as it is shown: without secrets.
    pub snapshot: Json,
    secrets: Vec<String>,
}

impl LoadTest {
    /// What a release of kind `load-test` asks for.
    ///
    /// # Errors
    /// When it is of another kind, a rate is missing or above what is allowed, or a policy or strategy
    /// is not known.
    pub fn of(
        release: &Release,
        context: &FactoryContext,
        options: &RunOptions,
    ) -> Result<Self, LoadError> {
        if release.kind != ManifestKind::LoadTest {
            let message = format!("a {} is no load test", release.kind);
            return Err(LoadError::Invalid(message));
        }
        let all = release.workloads.iter().map(|workload| {
            let settings = serde_json::from_value::<Settings>(workload.config.clone());
            let settings = settings.map_err(|error| {
                let name = &workload.effective.workload;
                LoadError::Invalid(format!("`{name}` cannot be run: {error}"))
            })?;
            Ok((settings, &workload.context))
        });
        let all = all.collect::<Result<Vec<_>, LoadError>>()?;
        let Some((first, _)) = all.first() else {
            return Err(LoadError::Invalid("there is nothing to run".to_owned()));
        };
        let duration = options
            .duration
            .unwrap_or_else(|| whole(first.duration_seconds));
        let rates = rates::rates(all.iter().map(|(settings, _)| settings), options, duration)?;
        let mut tables = Tables::new();
        let secrets = mask::secrets(release, options);
        let shared = all.iter().find_map(|(one, _)| one.distribution.as_ref());
        let strategy = shared
            .map_or("proportional", |one| &one.strategy)
            .to_owned();
        let strategies = &context.registry.strategies;
        let made = strategies.make(&strategy, context, &json!({}));
        let made = made.map_err(|error| LoadError::Policy(error.to_string()))?;
        let mut test = Self {
            name: release.name.clone(),
            duration,
            budget: options.budget.or(shared.and_then(|one| one.budget)),
            affordable: None,
            strategy: (strategy, made),
            early_exit: first.early_exit.test.clone(),
            thresholds: parsed(first.test_thresholds.iter().chain(&options.thresholds))?,
            export: first.export.clone(),
            snapshot: mask::snapshot(release, &secrets),
            secrets: secrets.clone(),
            endpoints: all
                .iter()
                .zip(rates)
                .map(|((settings, files), rate)| {
                    Endpoint::new(settings, files, rate, &mut tables, options)
                })
                .collect::<Result<_, _>>()?,
        };
        test.tell_apart();
        test.check()?;
        Ok(test)
    }

    /// Numbers names that are the same once users are left out of addresses.
    fn tell_apart(&mut self) {
        let mut taken = HashSet::new();
        for endpoint in &mut self.endpoints {
            let name = endpoint.key.clone();
            let numbered = (2..).map(|number| format!("{name} #{number}"));
            let mut names = std::iter::once(name.clone()).chain(numbered);
            if let Some(free) = names.find(|name| taken.insert(name.clone())) {
                endpoint.key = free;
            }
        }
    }

    fn check(&self) -> Result<(), LoadError> {
        for endpoint in &self.endpoints {
            if endpoint.rate == Rate::Unpaced
                && let Workers::Autoscaled { .. } = endpoint.workers
            {
                return Err(LoadError::Invalid(format!(
                    "`{}` is autoscaled and has no rate to hold: set `targetRps`, for it or for all",
                    endpoint.key
                )));
            }
        }
        let fixed = self
            .endpoints
            .iter()
            .map(|endpoint| match endpoint.workers {
                Workers::Fixed(count) => u64::from(count),
                Workers::Autoscaled { .. } => 0,
            });
        let fixed: u64 = fixed.sum();
        let least = self.least_workers();
        if fixed + least > u64::from(MOST_WORKERS) {
            let message = format!("{} workers are more than {MOST_WORKERS}", fixed + least);
            return Err(LoadError::Invalid(message));
        }
        match self.budget {
            Some(budget) if least > u64::from(budget) => Err(LoadError::Invalid(format!(
                "the endpoints need {least} workers at the least, by their `minWorkers`, and \
                 `maxWorkers` of all is {budget}"
            ))),
            _ => Ok(()),
        }
    }

    /// The fewest workers of all autoscaled endpoints together.
    pub(crate) fn least_workers(&self) -> u64 {
        let least = self.endpoints.iter().map(Endpoint::least_workers);
        least.map(u64::from).sum()
    }

    /// What autoscaled endpoints share: the budget, or what there can be connections for where that is less.
    pub(crate) fn shared_workers(&self) -> Option<u32> {
        self.budget.into_iter().chain(self.affordable).min()
    }

    /// Requests a second of all endpoints that hold a rate, once every ramp is over.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let rates = self.endpoints.iter().map(|endpoint| match endpoint.rate {
            Rate::PerSecond(rate) => rate,
            Rate::Unpaced | Rate::Replayed => 0.0,
        });
        rates.sum()
    }

    /// How often loops report and the controller decides, in nanoseconds: ten times a second, and of
    /// many endpoints less often, as it is to cost little. A whole number of them is a second.
    pub(crate) fn tick(&self) -> u64 {
        match self.endpoints.len() {
            0..50 => SECOND / 10,
            50..200 => SECOND / 5,
            _ => SECOND / 4,
        }
    }

    /// The policy of each endpoint that is autoscaled.
    ///
    /// # Errors
    /// When it is not known, or its options do not fit.
    pub fn policies(
        &self,
        context: &FactoryContext,
    ) -> Result<Vec<Option<Box<dyn ScalingPolicy>>>, LoadError> {
        let policies = &context.registry.policies;
        let make = |endpoint: &Endpoint| {
            let Workers::Autoscaled {
                policy, options, ..
            } = &endpoint.workers
            else {
                return Ok(None);
            };
            let wrong =
                |error: &dyn Display| LoadError::Policy(format!("`{}`: {error}", endpoint.key));
            let known = policies.get(policy).map_err(FactoryError::Name);
            let known = known.map_err(|error| wrong(&error))?;
            let facts = Facts {
                arrivals: Some(endpoint.arrivals()),
                ..Facts::default()
            };
            let options = filled(&known.options_schema, &facts, options);
            let made = policies.make(policy, context, &options);
            made.map(Some).map_err(|error| wrong(&error))
        };
        self.endpoints.iter().map(make).collect()
    }

    /// A text without the secrets that are in it.
    pub(crate) fn masked(&self, text: &str) -> String {
        mask::masked(text, &self.secrets)
    }

    /// What each endpoint asks of the budget at first. A fixed one takes nothing of it.
    pub(crate) fn demands(&self) -> Vec<Demand> {
        let demand = |endpoint: &Endpoint| match endpoint.workers {
            Workers::Fixed(_) => Demand {
                desired: 0,
                min: 0,
                max: 0,
                weight: 1.0,
                priority: Priority::Medium,
            },
            Workers::Autoscaled { min, max, .. } => Demand {
                desired: min,
                min,
                max: max.unwrap_or(MOST_WORKERS),
                weight: endpoint.weight,
                priority: endpoint.priority,
            },
        };
        self.endpoints.iter().map(demand).collect()
    }
}

/// Rows that fill places in requests; shared, as several endpoints may have the same file.
pub(crate) type Rows = Arc<Table>;

/// The data files that were read, by their paths.
type Tables = HashMap<String, Rows>;

/// Reads texts of thresholds, objectives and the like.
fn parsed<'t, T: FromStr<Err: Display>>(
    texts: impl Iterator<Item = &'t String>,
) -> Result<Vec<T>, LoadError> {
    let one = |text: &String| {
        text.parse()
            .map_err(|error| LoadError::Invalid(format!("`{text}`: {error}")))
    };
    texts.map(one).collect()
}
