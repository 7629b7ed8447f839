//! A deployer to a shelf in memory, and the faults that it may have.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_sdk::conformance::CANARY;
use plimsoll_sdk::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    Panics,
    PlanHangs,
    WaitHangs,
    RefusesToPlan,
    PlansNothing,
    Counts,
    PlansByDoing,
    RefusesToApply,
    ForgetsWhatItDid,
    StopsNever,
    IgnoresInterrupts,
    StopsWithAnotherError,
    LeavesHalf,
    NamesAnother,
    NamesNone,
    DeploysAnew,
    FailsInTheEnd,
    KeepsItToItself,
    PlansForNowhere,
    GivesNoReason,
    PlansWhatNoTextHolds,
    DoesOtherSteps,
    PlansAloud,
    SkipsAStep,
    PlansASecret,
    SaysASecret,
    FailsWithASecret,
}

/// What stands on it: the digest and the settings of each release, by its name.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) held: Mutex<BTreeMap<String, String>>,
    half: Mutex<bool>,
}

/// Puts releases on a shelf.
pub(crate) struct Shelver {
    pub(crate) fault: Fault,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) count: AtomicU32,
}

fn wanted(release: &Release) -> String {
    let settings = release
        .workloads
        .iter()
        .map(|one| format!("{:?}", one.autoscaling()));
    let digests = release.workloads.iter().map(|one| one.digest.to_string());
    digests.chain(settings).collect::<Vec<_>>().join(" ")
}

impl Shelver {
    fn fails(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn holds(&self, release: &Release) -> bool {
        let held = self.shelf.held.lock().unwrap();
        held.get(&release.name) == Some(&wanted(release))
    }

    fn put(&self, release: &Release) {
        let mut held = self.shelf.held.lock().unwrap();
        held.insert(release.name.clone(), wanted(release));
    }

    fn outcome(&self, release: &Release) -> Outcome {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut outcome = Outcome::default();
        for workload in &release.workloads {
            let name = workload.effective.workload.as_str();
            outcome.deployments.push(Deployed {
                workload: if self.fails(Fault::NamesAnother) {
                    "other"
                } else {
                    name
                }
                .to_owned(),
                model_id: "model".to_owned(),
                deployment_id: if self.fails(Fault::DeploysAnew) {
                    count
                } else {
                    0
                }
                .to_string(),
                environment: release.environment.clone(),
                status: "on the shelf".to_owned(),
                endpoint: None,
                phases: Vec::new(),
            });
        }
        if self.fails(Fault::NamesNone) {
            outcome.deployments.clear();
        }
        outcome
    }

    /// The steps, each of which can be interrupted before it begins.
    fn steps(&self, plan: &Plan, progress: &dyn Progress) -> Result<(), DeployError> {
        for (place, step) in plan.steps.iter().enumerate() {
            if progress.interrupted() && !self.fails(Fault::IgnoresInterrupts) {
                *self.shelf.half.lock().unwrap() = place > 0 && self.fails(Fault::LeavesHalf);
                let kind = match self.fault {
                    Fault::StopsWithAnotherError => DeployErrorKind::Unavailable,
                    _ => DeployErrorKind::Interrupted,
                };
                let message = match self.fault {
                    Fault::FailsWithASecret => CANARY,
                    _ => "interrupted",
                };
                return Err(DeployError::new(kind, "it stopped").caused_by(message));
            }
            let (kind, workload) = match self.fault {
                Fault::DoesOtherSteps => (StepKind::Promote, step.workload.clone()),
                _ => (step.kind.clone(), step.workload.clone()),
            };
            progress.report(Event::StepStarted {
                kind: kind.clone(),
                workload: workload.clone(),
            });
            if self.fails(Fault::SkipsAStep) && place > 0 {
                continue;
            }
            let secret = self.fails(Fault::SaysASecret);
            progress.report(Event::StepFinished {
                kind,
                workload,
                detail: if secret { CANARY } else { "done" }.to_owned(),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl Deployer for Shelver {
    async fn plan(&self, release: &Release, progress: &dyn Progress) -> Result<Plan, DeployError> {
        if self.fails(Fault::PlanHangs) {
            std::future::pending::<()>().await;
        }
        if self.fails(Fault::RefusesToPlan) || *self.shelf.half.lock().unwrap() {
            return Err(DeployError::new(DeployErrorKind::Refused, "no"));
        }
        let environment = match self.fault {
            Fault::PlansForNowhere => None,
            _ => release.environment.as_ref(),
        };
        let mut plan = Plan::new("shelf", environment);
        assert!(!self.fails(Fault::Panics), "it cannot be");
        if self.holds(release) || self.fails(Fault::PlansNothing) {
            return Ok(plan);
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let reason = match self.fault {
            Fault::GivesNoReason => String::new(),
            Fault::PlansASecret => format!("the key is {CANARY}"),
            Fault::Counts => format!("plan {count}"),
            _ => "the shelf does not hold it".to_owned(),
        };
        for kind in [StepKind::Upload, StepKind::Build, StepKind::Deploy] {
            for workload in &release.workloads {
                let step = Step::new(kind.clone(), &workload.effective.workload, reason.as_str());
                plan.steps.push(match self.fault {
                    // No two members of an object have one name.
                    Fault::PlansWhatNoTextHolds => step.with("reason", "another"),
                    _ => step,
                });
            }
        }
        if self.fails(Fault::PlansByDoing) {
            self.shelf
                .held
                .lock()
                .unwrap()
                .insert("seen".to_owned(), String::new());
        }
        if self.fails(Fault::PlansAloud) {
            progress.report(Event::StepStarted {
                kind: StepKind::Upload,
                workload: release.name.clone(),
            });
        }
        Ok(plan)
    }

    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        if self.fails(Fault::RefusesToApply) && !progress.interrupted() {
            return Err(DeployError::new(DeployErrorKind::Refused, "no"));
        }
        if self.fails(Fault::StopsNever) && progress.interrupted() {
            std::future::pending::<()>().await;
        }
        self.steps(plan, progress)?;
        if !plan.is_empty() && !self.fails(Fault::ForgetsWhatItDid) {
            self.put(release);
        }
        Ok(self.outcome(release))
    }

    async fn wait(
        &self,
        outcome: Outcome,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        if self.fails(Fault::WaitHangs) && !progress.interrupted() {
            std::future::pending::<()>().await;
        }
        if self.fails(Fault::FailsInTheEnd) && !progress.interrupted() {
            return Err(DeployError::new(
                DeployErrorKind::DeploymentFailed,
                "it fell",
            ));
        }
        Ok(outcome)
    }
}
