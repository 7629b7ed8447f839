//! Applying a plan: its steps, in order, and nothing else.

pub(crate) mod archive;
mod create;
mod outcome;
pub(crate) mod settings;

use plimsoll_baseten_api::{
    CreateEnvironmentRequest, CreatedDeployment, JsonObject, UpdateAutoscalingSettings,
};
use plimsoll_core::deployer::{DeployError, DeployErrorKind, Event, Outcome};
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::environment::Environment;
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::release::{Release, ReleaseWorkload};
use serde::de::DeserializeOwned;

use crate::labels::{PUSH_ID_LABEL, labels};
use crate::payload::{PayloadParts, Placement};
use crate::plan::detail;
use crate::session::Session;
use crate::upload::Uploaded;

/// Does what `plan`, which must be of this release, says.
pub(crate) async fn apply(
    session: &Session<'_>,
    release: &Release,
    plan: &Plan,
) -> Result<Outcome, DeployError> {
    let workload = the_workload(session, release, plan)?;
    if plan.is_empty() {
        return outcome::held(session, release, workload).await;
    }
    log(release, workload, plan);
    let mut applier = Applier {
        session: *session,
        release,
        workload,
        deploy: plan.steps.iter().find(|step| step.kind == StepKind::Deploy),
        creates_environment: plan.steps.iter().any(comes_with_deployment),
        push_id: session.generator.push_id(),
        uploaded: None,
        prepared: false,
        created: None,
        made: Vec::new(),
    };
    for step in &plan.steps {
        let workload = step.workload.clone();
        session.progress.report(Event::StepStarted {
            kind: step.kind.clone(),
            workload: workload.clone(),
        });
        let detail = match session.check() {
            Ok(()) => applier.step(step).await,
            Err(interrupted) => Err(interrupted.into()),
        };
        let detail = detail.map_err(|error| applier.with_left_behind(error))?;
        session.progress.report(Event::StepFinished {
            kind: step.kind.clone(),
            workload,
            detail,
        });
    }
    match applier.created {
        Some(created) => Ok(outcome::of(session, release, workload, &created.deployment)),
        None => outcome::held(session, release, workload).await,
    }
}

/// The one workload of the release, when the plan is of it.
fn the_workload<'a>(
    session: &Session<'_>,
    release: &'a Release,
    plan: &Plan,
) -> Result<&'a ReleaseWorkload, DeployError> {
    let invalid = |message: &str| DeployError::new(DeployErrorKind::Invalid, message);
    let [workload] = release.workloads.as_slice() else {
        return Err(invalid("a truss is one model, and this release is not"));
    };
    if plan.target != session.options().name || plan.environment != release.environment {
        return Err(
            invalid("the plan is for another target or environment than the release")
                .hint("plan again"),
        );
    }
    let planned = plan
        .steps
        .iter()
        .filter_map(|step| step.detail::<BuildDigest>(detail::DIGEST).ok());
    for digest in planned {
        if digest != workload.digest {
            return Err(changed("the release has another build digest"));
        }
    }
    Ok(workload)
}

pub(crate) fn changed(how: &str) -> DeployError {
    let message = format!("the files changed since the plan was made: {how}");
    DeployError::new(DeployErrorKind::Invalid, message).hint("plan again")
}

/// What travels, for the operator's log. Environment variables and secrets are elsewhere in the
/// configuration and are not logged.
fn log(release: &Release, workload: &ReleaseWorkload, plan: &Plan) {
    let settings = serde_json::to_string(&workload.autoscaling()).unwrap_or_default();
    tracing::info!(
        target_name = plan.target,
        model = release.name,
        environment = release.environment.as_ref().map(Environment::name),
        resources = %workload.resources(),
        autoscaling_settings = settings,
        "pushes"
    );
}

/// A plan that is being applied.
struct Applier<'a> {
    session: Session<'a>,
    release: &'a Release,
    workload: &'a ReleaseWorkload,
    /// The step that creates the deployment: the archive is prepared with what it says.
    deploy: Option<&'a Step>,
    /// Whether the environment is created with the deployment.
    creates_environment: bool,
    push_id: String,
    uploaded: Option<Uploaded>,
    /// Whether the platform was asked where to send the archive; it may have wanted none.
    prepared: bool,
    created: Option<CreatedDeployment>,
    /// What exists now that did not before, in words.
    made: Vec<String>,
}

impl Applier<'_> {
    /// Does one step, and says what came of it.
    async fn step(&mut self, step: &Step) -> Result<String, DeployError> {
        match &step.kind {
            StepKind::CreateEnvironment => self.create_environment(step).await,
            StepKind::UpdateSettings => self.update_settings(step).await,
            StepKind::Upload => self.upload_step(step).await,
            // The platform builds when it creates the deployment: there is nothing to send.
            StepKind::Build if self.prepared && self.uploaded.is_none() => {
                Ok("the platform has the image".to_owned())
            }
            StepKind::Build => Ok("the platform builds it with the deployment".to_owned()),
            StepKind::Deploy => self.deploy(step).await,
            other => {
                let message = format!("the deployer `baseten` knows no step `{other}`");
                Err(DeployError::new(DeployErrorKind::Invalid, message))
            }
        }
    }

    fn with_left_behind(&self, mut error: DeployError) -> DeployError {
        let mut made = self.made.clone();
        if let (Some(uploaded), None) = (&self.uploaded, &self.created) {
            made.push(format!(
                "an archive at {} that no deployment uses; the platform sweeps it",
                uploaded.location
            ));
        }
        made.append(&mut error.left_behind);
        error.left_behind = made;
        error
    }

    async fn create_environment(&mut self, step: &Step) -> Result<String, DeployError> {
        let name: String = required(step, detail::ENVIRONMENT)?;
        if comes_with_deployment(step) {
            return Ok(format!("the environment `{name}` comes with the model"));
        }
        let model: String = required(step, detail::MODEL)?;
        let request = CreateEnvironmentRequest {
            name: name.clone(),
            autoscaling_settings: optional(step, detail::SETTINGS)?,
            promotion_settings: None,
        };
        create::environment(&self.session, &model, &request).await?;
        self.made
            .push(format!("the environment `{name}` of the model {model}"));
        Ok(format!("the environment `{name}` exists"))
    }

    async fn update_settings(&mut self, step: &Step) -> Result<String, DeployError> {
        let update: UpdateAutoscalingSettings = required(step, detail::SETTINGS)?;
        let model = self.model_of(step)?;
        let targets = self.targets(step)?;
        let mut told = Vec::new();
        for target in &targets {
            told.push(settings::update(&self.session, &model, target, &update).await?);
            self.made.push(format!("other settings of {target}"));
        }
        Ok(told.join("; "))
    }

    /// Whose settings a step changes: an environment's, and those of the deployment that is to
    /// take it over; or a deployment's alone.
    fn targets(&self, step: &Step) -> Result<Vec<settings::Target>, DeployError> {
        let environment: Option<String> = optional(step, detail::ENVIRONMENT)?;
        let named: Option<String> = optional(step, detail::DEPLOYMENT)?;
        let created = self
            .created
            .as_ref()
            .map(|created| created.deployment.id.clone());
        let deployment = match &environment {
            Some(_) => named,
            None => named.or(created),
        };
        let targets: Vec<_> = environment
            .map(settings::Target::Environment)
            .into_iter()
            .chain(deployment.map(settings::Target::Deployment))
            .collect();
        if targets.is_empty() {
            return Err(misplaced(step, detail::DEPLOYMENT));
        }
        Ok(targets)
    }

    fn model_of(&self, step: &Step) -> Result<String, DeployError> {
        match (optional(step, detail::MODEL)?, &self.created) {
            (Some(model), _) => Ok(model),
            (None, Some(created)) => Ok(created.model.id.clone()),
            (None, None) => Err(misplaced(step, detail::MODEL)),
        }
    }

    /// What is said about the deployment, with the labels given.
    fn payload_parts(
        &self,
        step: &Step,
        labels: JsonObject,
    ) -> Result<PayloadParts<'_>, DeployError> {
        let environment = self.release.environment.as_ref();
        Ok(PayloadParts {
            release: self.release,
            workload: self.workload,
            environment: environment.map(Environment::name),
            create_environment: self.creates_environment,
            preserve: optional(step, detail::PRESERVE)?.unwrap_or(true),
            placement: optional::<Placement>(step, detail::SETTINGS_IN)?.unwrap_or_default(),
            labels,
        })
    }

    /// The labels of the deployment: those of the release, and the identity of this push.
    fn labels(&self, step: &Step) -> Result<JsonObject, DeployError> {
        let preserve = optional(step, detail::PRESERVE)?.unwrap_or(true);
        let mut labels = labels(self.release, &self.workload.digest, preserve);
        labels.insert(PUSH_ID_LABEL.to_owned(), self.push_id.clone().into());
        Ok(labels)
    }

    async fn deploy(&mut self, step: &Step) -> Result<String, DeployError> {
        if !self.prepared {
            self.send_archive(step).await?;
        }
        let payload = self.payload_parts(step, self.labels(step)?)?.build();
        let s3_key = self
            .uploaded
            .as_ref()
            .map(|uploaded| uploaded.s3_key.clone());
        let creation = create::Creation {
            session: &self.session,
            name: &self.release.name,
            team_id: optional(step, detail::TEAM)?,
            push_id: &self.push_id,
        };
        let created = match optional::<String>(step, detail::MODEL)? {
            Some(model) => creation.deployment(&model, payload, s3_key).await?,
            None => creation.model(payload, s3_key).await?,
        };
        let deployment = &created.deployment;
        self.session.progress.report(Event::Status {
            deployment_id: deployment.id.clone(),
            status: deployment.status.to_string(),
        });
        let told = format!(
            "the deployment {} of the model {} is {}",
            deployment.id, created.model.id, deployment.status
        );
        self.made.push(format!(
            "the deployment {} of the model {}",
            deployment.id, created.model.id
        ));
        self.created = Some(created);
        Ok(told)
    }
}

/// Whether a step creates an environment by creating a deployment.
fn comes_with_deployment(step: &Step) -> bool {
    let with: Result<String, _> = step.detail(detail::WITH);
    step.kind == StepKind::CreateEnvironment && with.is_ok_and(|with| with == detail::WITH_DEPLOY)
}

/// A detail that a step must have.
pub(crate) fn required<T: DeserializeOwned>(step: &Step, key: &str) -> Result<T, DeployError> {
    step.detail(key).map_err(|_| misplaced(step, key))
}

/// A detail that a step may have.
pub(crate) fn optional<T: DeserializeOwned>(
    step: &Step,
    key: &str,
) -> Result<Option<T>, DeployError> {
    step.detail(key).map_err(|_| misplaced(step, key))
}

pub(crate) fn misplaced(step: &Step, key: &str) -> DeployError {
    let message = format!(
        "the plan is not one of this deployer's: its step `{}` has no usable `{key}`",
        step.kind
    );
    DeployError::new(DeployErrorKind::Invalid, message).hint("plan again")
}
