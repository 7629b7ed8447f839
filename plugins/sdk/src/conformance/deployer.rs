//! What every deployer promises.

use std::future::Future;
use std::time::Duration;

use plimsoll_core::deployer::{DeployError, DeployErrorKind, Deployer, Outcome};
use plimsoll_core::environment::Environment;
use plimsoll_core::plan::Plan;
use plimsoll_core::registry::Registry;
use plimsoll_core::release::Release;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::law::{Broken, Subject, Verdict, broken, holds, same, unharmed};
use super::registered::Registered;
use super::steps::{Watching, of_plan, said, sound_plan, tells_nothing};
use super::trial::Trial;

const RUNTIME: &str = "it can be tested";
const NEVER_PANICS: &str = "it never panics";
const ENDS: &str = "it comes to an end";
const PLANS: &str = "what it is tried with can be planned";
const NEEDED: &str = "what a platform does not hold takes steps";
const REPEATABLE: &str = "planned again, with nothing applied, a plan is the same";
const CHANGES_NOTHING: &str = "a plan changes nothing";
const APPLIES: &str = "what is planned can be applied";
const EMPTY: &str = "a plan applied, then planned again, is empty";
const STOPS: &str = "it stops soon after it is interrupted";
const INTERRUPTED: &str = "what is interrupted says so, and begins nothing";
const HALF_MADE: &str = "what is interrupted leaves nothing half-made: the rest can be planned";
const OUTCOME: &str = "an outcome names workloads of the release, each once";
const WAITS: &str = "what was applied comes to a good end";
const HELD: &str = "an empty plan that is applied names what there is, and begins nothing";
const LASTS: &str = "another deployer to the same platform finds what was applied";

/// What is not interrupted may take so many times as long as what is: more than that is stuck.
const LONGER: u32 = 30;

/// Holds the deployer of this name to its contract: it pushes the releases of the trial, one after the
/// other, each interrupted once. It makes a runtime of its own, and so is not to be called in one.
///
/// # Panics
/// When a law is broken.
#[track_caller]
pub fn deployer(registry: &Registry, name: &str, trial: &Trial<'_>) {
    let runtime = Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.or_else(|error| broken(RUNTIME, error.to_string()));
    let runtime = Subject::new(format!("the deployer `{name}`")).must(runtime);
    // What it is made of may ask for the runtime that it is made in.
    let _context = runtime.enter();
    let given = [trial.options.clone()];
    let registered = Registered::new(registry, &registry.deployers, name, &given);
    let subject = &registered.subject;
    let make = || subject.must(registered.make(&trial.options));
    let mut tried = Tried {
        deployer: make(),
        runtime: &runtime,
        trial,
    };
    for (position, release) in trial.releases.iter().enumerate() {
        let subject = subject.with(format!(
            "release {position} of the trial, `{}`",
            release.name
        ));
        subject.must(tried.pushes(position, release));
    }
    if let Some(release) = trial.releases.last() {
        subject.must(tried.elsewhere(release));
        // The platform may be one that a single process has open.
        drop(tried);
        tried = Tried {
            deployer: make(),
            runtime: &runtime,
            trial,
        };
        let plan = subject.must(tried.plan(LASTS, release));
        subject.must(holds(LASTS, plan.is_empty(), || {
            format!("it plans {plan:?}")
        }));
    }
}

struct Tried<'a> {
    deployer: Box<dyn Deployer>,
    runtime: &'a Runtime,
    trial: &'a Trial<'a>,
}

type Asked<T> = Result<Result<T, DeployError>, Broken>;

impl Tried<'_> {
    fn pushes(&self, position: usize, release: &Release) -> Verdict {
        let plan = self.planned(release)?;
        holds(NEEDED, position > 0 || !plan.is_empty(), || {
            "it plans nothing of the first release, which the platform is not to hold".to_owned()
        })?;
        let mut left = plan.clone();
        if !plan.is_empty() {
            self.interrupted(position, release, &plan)?;
            left = self.plan(HALF_MADE, release)?;
            holds(HALF_MADE, position > 0 || left == plan, || {
                format!("nothing had begun, and where it had planned {plan:?}, it plans {left:?}")
            })?;
        }
        let outcome = self.applied(release, &left)?;
        let again = self.plan(PLANS, release)?;
        holds(EMPTY, again.is_empty(), || {
            format!("after {left:?}, at once, it plans {again:?}")
        })?;
        let outcome = self.waited(release, outcome)?;
        let again = self.planned(release)?;
        holds(EMPTY, again.is_empty(), || {
            format!("after {left:?}, when it is done, it plans {again:?}")
        })?;
        let held = self.applied(release, &again)?;
        same(HELD, &identities(&outcome), &identities(&held))
    }

    /// Plans, more than once, and with an eye on what there is.
    fn planned(&self, release: &Release) -> Result<Plan, Broken> {
        let before = self.state();
        let plan = self.plan(PLANS, release)?;
        same(REPEATABLE, &plan, &self.plan(PLANS, release)?)?;
        same(CHANGES_NOTHING, &before, &self.state())?;
        let watching = Watching::until(0);
        let stopped = self.soon(self.deployer.plan(release, &watching))?;
        match stopped {
            Ok(stopped) => same(REPEATABLE, &plan, &stopped)?,
            Err(error) => is_interrupted(&error)?,
        }
        same(CHANGES_NOTHING, &before, &self.state())?;
        Ok(plan)
    }

    fn plan(&self, law: &'static str, release: &Release) -> Result<Plan, Broken> {
        let watching = Watching::default();
        let plan = self.ask(ENDS, self.long(), self.deployer.plan(release, &watching))?;
        let plan = plan.or_else(|error| broken(law, error.to_string()))?;
        let secrets = &self.trial.secrets;
        tells_nothing(secrets, &(&plan, watching.events()))?;
        sound_plan(&plan, release)?;
        of_plan(&watching.events(), &Plan::new(&plan.target, None), false)?;
        Ok(plan)
    }

    /// Applies, and interrupts: the first release before it begins, each later one after as many
    /// events as there were releases before it.
    fn interrupted(&self, after: usize, release: &Release, plan: &Plan) -> Verdict {
        let watching = Watching::until(after);
        let applied = self.soon(self.deployer.apply(release, plan, &watching))?;
        let events = watching.events();
        tells_nothing(&self.trial.secrets, &events)?;
        of_plan(&events, plan, false)?;
        match applied {
            // What was nearly done may be done.
            Ok(_) => holds(INTERRUPTED, after > 0, || {
                format!("interrupted from the start, it applied {plan:?}")
            }),
            Err(error) => is_interrupted(&error),
        }
    }

    fn applied(&self, release: &Release, plan: &Plan) -> Result<Outcome, Broken> {
        let watching = Watching::default();
        let applied = self.ask(
            ENDS,
            self.long(),
            self.deployer.apply(release, plan, &watching),
        )?;
        let outcome = applied.or_else(|error| broken(APPLIES, error.to_string()))?;
        let events = watching.events();
        tells_nothing(&self.trial.secrets, &(&outcome, &events))?;
        of_plan(&events, plan, true)?;
        sound_outcome(&outcome, release)?;
        Ok(outcome)
    }

    fn waited(&self, release: &Release, outcome: Outcome) -> Result<Outcome, Broken> {
        let watching = Watching::until(0);
        let stopped = self.soon(self.deployer.wait(outcome.clone(), &watching))?;
        stopped.map(drop).or_else(|error| is_interrupted(&error))?;
        let watching = Watching::default();
        let before = outcome.clone();
        let waited = self.ask(ENDS, self.long(), self.deployer.wait(outcome, &watching))?;
        let outcome = waited.or_else(|error| broken(WAITS, error.to_string()))?;
        tells_nothing(&self.trial.secrets, &(&outcome, watching.events()))?;
        sound_outcome(&outcome, release)?;
        same(WAITS, &identities(&before), &identities(&outcome))?;
        Ok(outcome)
    }

    /// An environment that nobody has: a plan, or an error, that changes nothing.
    fn elsewhere(&self, release: &Release) -> Verdict {
        let elsewhere = Release {
            environment: Some(Environment::new("kit-nowhere")),
            ..release.clone()
        };
        let before = self.state();
        let watching = Watching::default();
        let plan = self.ask(ENDS, self.long(), self.deployer.plan(&elsewhere, &watching))?;
        if let Ok(plan) = &plan {
            sound_plan(plan, &elsewhere)?;
        }
        tells_nothing(&self.trial.secrets, &(plan.ok(), watching.events()))?;
        same(CHANGES_NOTHING, &before, &self.state())
    }

    fn state(&self) -> Option<String> {
        self.trial.state.map(|state| state())
    }

    fn long(&self) -> Duration {
        self.trial.patience.saturating_mul(LONGER)
    }

    /// What is interrupted.
    fn soon<T>(&self, work: impl Future<Output = Result<T, DeployError>>) -> Asked<T> {
        self.ask(STOPS, self.trial.patience, work)
    }

    fn ask<T>(
        &self,
        law: &'static str,
        patience: Duration,
        work: impl Future<Output = Result<T, DeployError>>,
    ) -> Asked<T> {
        let run = || {
            self.runtime
                .block_on(async { timeout(patience, work).await })
        };
        let answer = unharmed(NEVER_PANICS, run)?
            .or_else(|_| broken(law, format!("{} s were not enough", patience.as_secs_f64())))?;
        if let Err(error) = &answer {
            tells_nothing(&self.trial.secrets, &said(error))?;
        }
        Ok(answer)
    }
}

fn is_interrupted(error: &DeployError) -> Verdict {
    let interrupted = error.kind == DeployErrorKind::Interrupted;
    holds(INTERRUPTED, interrupted, || {
        format!("it says {:?}: {error}", error.kind)
    })
}

fn sound_outcome(outcome: &Outcome, release: &Release) -> Verdict {
    let names: Vec<&str> = identities(outcome)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut workloads = release.workloads.iter();
    // Of an iterator that goes on, each is found behind the one before.
    let in_order = names
        .iter()
        .all(|name| workloads.any(|workload| workload.effective.workload == *name));
    holds(OUTCOME, in_order && !names.is_empty(), || {
        format!("it has {names:?}")
    })
}

/// What was deployed: workloads and the platform's identities.
fn identities(outcome: &Outcome) -> Vec<(&str, &str)> {
    let deployed = outcome.deployments.iter();
    deployed
        .map(|one| (one.workload.as_str(), one.deployment_id.as_str()))
        .collect()
}
