//! The deployer `load`: runs load tests on this machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use plimsoll_core::deployer::{
    DeployError, DeployErrorKind, Deployed, Deployer, Event, Outcome, Progress,
};
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::registry::{FactoryContext, FactoryError, Origin, Registration, Registry};
use plimsoll_core::release::Release;
use serde_json::{Value as Json, json};

use crate::options::RunOptions;
use crate::plan::{Endpoint, LoadTest, Rate, Workers};
use crate::results::Results;
use crate::run::Run;

/// The name of the deployer.
pub const NAME: &str = "load";

/// What an endpoint's step does.
const RUN: &str = "run";

/// What was run, by what it was.
type Ran = Arc<Mutex<HashMap<String, Outcome>>>;

/// Runs load tests on this machine.
///
/// A plan has one step for each endpoint. What was run in this process, by deployers of the same registry,
/// is held: a plan of it again is empty. Another process knows nothing of that, and runs it again.
pub struct LoadDeployer {
    context: FactoryContext,
    options: RunOptions,
    ran: Ran,
    results: Mutex<Option<Results>>,
}

impl LoadDeployer {
    /// A deployer whose policies and strategies are those of a registry.
    #[must_use]
    pub fn new(context: FactoryContext, options: RunOptions) -> Self {
        Self {
            context,
            options,
            ran: Ran::default(),
            results: Mutex::default(),
        }
    }

    /// What came of the last run, once.
    #[must_use]
    pub fn take_results(&self) -> Option<Results> {
        self.results
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// What came of this very release before.
    fn held(&self, release: &Release) -> Option<Outcome> {
        let ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        ran.get(&Self::identity(release)).cloned()
    }

    /// What tells a release from another one.
    fn identity(release: &Release) -> String {
        let configs: Vec<&Json> = release.workloads.iter().map(|one| &one.config).collect();
        json!([release.name, release.environment, configs]).to_string()
    }
}

/// What all endpoints come to together.
fn together(test: &LoadTest) -> String {
    let seconds = rounded(crate::clock::seconds(test.duration));
    let holds_rate = |endpoint: &Endpoint| matches!(endpoint.rate, Rate::PerSecond(_));
    let is_autoscaled =
        |endpoint: &Endpoint| matches!(endpoint.workers, Workers::Autoscaled { .. });
    // Where some send as fast as they go, nobody knows how much that is.
    let mut text = match test.endpoints.iter().all(holds_rate) {
        true => format!(
            "{} requests a second in all for {seconds} s",
            rounded(test.rate())
        ),
        false => format!("for {seconds} s"),
    };
    if let Some(budget) = test
        .budget
        .filter(|_| test.endpoints.iter().any(is_autoscaled))
    {
        let workers = match budget {
            1 => "one worker is".to_owned(),
            budget => format!("{budget} workers are"),
        };
        text.push_str(&format!("; {workers} shared by `{}`", test.strategy.0));
    }
    text
}

#[async_trait]
impl Deployer for LoadDeployer {
    async fn plan(&self, release: &Release, _: &dyn Progress) -> Result<Plan, DeployError> {
        let test = LoadTest::of(release, &self.context, &self.options)?;
        test.policies(&self.context)?;
        let mut plan = Plan::new(NAME, release.environment.as_ref());
        if self.held(release).is_some() {
            plan.notes.push("this very test has been run".to_owned());
            return Ok(plan);
        }
        for endpoint in &test.endpoints {
            let rate = match endpoint.rate {
                Rate::PerSecond(rate) => format!("{} requests a second", rounded(rate)),
                Rate::Unpaced => "as fast as its workers go".to_owned(),
                Rate::Replayed => "as the trace says".to_owned(),
            };
            let workers = match &endpoint.workers {
                Workers::Fixed(1) => "one worker".to_owned(),
                Workers::Fixed(count) => format!("{count} workers"),
                Workers::Autoscaled { policy, .. } => format!("workers by `{policy}`"),
            };
            let step = Step::new(
                StepKind::Other(RUN.to_owned()),
                &endpoint.key,
                format!("{rate}, {workers}"),
            );
            plan.steps.push(match endpoint.rate {
                Rate::PerSecond(rate) => step.with("rate", rate),
                Rate::Unpaced | Rate::Replayed => step,
            });
        }
        plan.notes.push(together(&test));
        Ok(plan)
    }

    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        if plan.is_empty() {
            return Ok(self.held(release).unwrap_or_default());
        }
        let stopped = || {
            let message = "the load test was stopped before its end";
            DeployError::new(DeployErrorKind::Interrupted, message)
        };
        if progress.interrupted() {
            return Err(stopped());
        }
        let test = LoadTest::of(release, &self.context, &self.options)?;
        for step in &plan.steps {
            let (kind, workload) = (step.kind.clone(), step.workload.clone());
            progress.report(Event::StepStarted { kind, workload });
        }
        let run = Run::start(test, &self.context, &self.options)?;
        let mut told = 0.0;
        while !run.is_over() {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if progress.interrupted() {
                run.stop();
            }
            let snapshot = run.snapshot();
            if snapshot.elapsed_seconds >= told + 1.0 {
                told = snapshot.elapsed_seconds.floor();
                let requests: u64 = snapshot.endpoints.iter().map(|one| one.requests).sum();
                let message = format!("{told:.0} s: {requests} requests");
                progress.report(Event::Log { message });
            }
        }
        let results = run.finish()?;
        let interrupted = results.summary.global.interrupted;
        let endpoints = results.summary.endpoints.iter().zip(&plan.steps);
        let deployments = endpoints.map(|(endpoint, step)| {
            let measured = &endpoint.measured;
            let p99 = measured.p99_latency_ms;
            let p99 = p99.map_or_else(String::new, |p99| format!(", p99 {p99} ms"));
            let detail = format!(
                "{} requests, {} failed{p99}",
                measured.total_requests, measured.failed_requests
            );
            progress.report(Event::StepFinished {
                kind: step.kind.clone(),
                workload: step.workload.clone(),
                detail,
            });
            Deployed {
                workload: endpoint.endpoint_key.clone(),
                model_id: release.name.clone(),
                deployment_id: endpoint.endpoint_key.clone(),
                environment: release.environment.clone(),
                status: "COMPLETED".to_owned(),
                endpoint: Some(endpoint.url.clone()),
                phases: Vec::new(),
            }
        });
        let deployments = deployments.collect();
        *self.results.lock().unwrap_or_else(PoisonError::into_inner) = Some(results);
        if interrupted {
            return Err(stopped());
        }
        let mut ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = Outcome {
            deployments,
            chain: None,
        };
        ran.insert(Self::identity(release), outcome.clone());
        Ok(outcome)
    }

    async fn wait(&self, outcome: Outcome, _: &dyn Progress) -> Result<Outcome, DeployError> {
        Ok(outcome)
    }
}

/// A number with at most three digits behind the point.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// Registers the deployer `load`.
///
/// # Errors
/// When the name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    let ran = Ran::default();
    registry.deployers.register(Registration {
        name: NAME.to_owned(),
        summary: "Runs load tests on this machine.".to_owned(),
        origin: Origin::linked("load", env!("CARGO_PKG_VERSION")),
        options_schema: json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "max_rps": { "type": "number", "exclusiveMinimum": 0, "description": "Most requests a second in all: a test that would send more is refused." },
                "seed": { "type": "integer", "minimum": 0, "description": "What randomness begins with." },
                "threads": { "type": "integer", "minimum": 1, "maximum": 1024, "description": "Event loops; as many as there are cores where it is not said." },
            },
        }),
        factory: Arc::new(move |context, options| {
            let options = RunOptions {
                max_rps: options["max_rps"].as_f64(),
                seed: options["seed"].as_u64().unwrap_or(0),
                threads: options["threads"].as_u64().and_then(|threads| usize::try_from(threads).ok()),
                ..RunOptions::default()
            };
            Ok(Box::new(LoadDeployer {
                ran: Arc::clone(&ran),
                ..LoadDeployer::new(context.clone(), options)
            }))
        }),
    })
}
