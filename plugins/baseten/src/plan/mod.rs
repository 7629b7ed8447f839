//! Planning: what is live, what is wanted, and the steps between.

mod checks;
mod live;
mod placement;
mod resources;
mod settings;
mod verdict;
mod warnings;

use plimsoll_baseten_api::{AutoscalingSettings, Deployment};
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::environment::PRODUCTION;
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::release::{InstanceTypeRule, Release, ReleaseWorkload};
use plimsoll_core::suggest::did_you_mean;
use serde_json::Value as Json;

pub(crate) use live::{Live, Place};
pub(crate) use settings::shows;
use verdict::Verdict;

use crate::archive;
use crate::payload::{Placement, wire};
use crate::session::Session;

/// Names of step details, which `apply` reads back.
pub(crate) mod detail {
    pub(crate) const CHANGES: &str = "changes";
    pub(crate) const DEPLOYMENT: &str = "deployment_id";
    pub(crate) const DIGEST: &str = "digest";
    pub(crate) const ENVIRONMENT: &str = "environment";
    pub(crate) const MODEL: &str = "model_id";
    pub(crate) const PRESERVE: &str = "preserve_env_instance_type";
    pub(crate) const REUSES: &str = "reuses_image_of";
    pub(crate) const SETTINGS: &str = "settings";
    pub(crate) const SETTINGS_IN: &str = "settings_in";
    pub(crate) const TEAM: &str = "team_id";
}

/// Says what it would take to make the platform hold this release.
pub(crate) async fn plan(session: &Session<'_>, release: &Release) -> Result<Plan, DeployError> {
    let workload = checks::check(release)?;
    session.check()?;
    let live = Live::read(session, release).await?;
    refuse_missing(release, &live)?;
    let rule = release.options.instance_type_rule(&workload.effective);
    let verdict = Verdict::of(&live, workload, rule.preserve);
    let mut planner = Planner {
        release,
        workload,
        live: &live,
        rule,
        plan: Plan::new(&session.options().name, release.environment.as_ref()),
    };
    planner.note_live();
    if verdict.deploys() {
        let chosen = placement::ask(session, release, workload, &live, rule.preserve).await?;
        planner.deploy(&verdict, chosen);
    } else {
        planner.settings_only();
    }
    warnings::add(&mut planner.plan, release, workload, &live, &verdict, rule);
    Ok(planner.plan)
}

/// Refuses an environment that does not exist, unless it is to be created and can be.
fn refuse_missing(release: &Release, live: &Live) -> Result<(), DeployError> {
    let (Place::Missing { known }, Some(environment)) = (&live.place, &release.environment) else {
        return Ok(());
    };
    let model = &release.name;
    if live.model.is_none() {
        let message = format!(
            "the model `{model}` does not exist yet, and a new model has only the environment \
             `{PRODUCTION}`, not `{environment}`"
        );
        return Err(
            DeployError::new(DeployErrorKind::NotFound, message).hint(format!(
                "push to `{PRODUCTION}` first (--environment {PRODUCTION})"
            )),
        );
    }
    if release.options.create_environment {
        return Ok(());
    }
    let message = format!(
        "the model `{model}` has no environment `{environment}`; it has: {}",
        known.join(", ")
    );
    let error = DeployError::new(DeployErrorKind::NotFound, message);
    let error = match did_you_mean(environment.name(), known.iter().map(String::as_str)) {
        Some(near) => error.hint(near),
        None => error,
    };
    Err(error.hint("create it with --create-environment-if-missing"))
}

/// A plan in the making.
struct Planner<'a> {
    release: &'a Release,
    workload: &'a ReleaseWorkload,
    live: &'a Live,
    rule: InstanceTypeRule,
    plan: Plan,
}

impl Planner<'_> {
    fn note_live(&mut self) {
        let note = match (&self.live.model, &self.live.deployment) {
            (None, _) => format!("the model `{}` does not exist yet", self.release.name),
            (Some(model), None) => format!(
                "the model `{}` ({}) has no live deployment {}",
                model.name,
                model.id,
                self.live.words(self.release)
            ),
            (Some(model), Some(deployment)) => format!(
                "live {} is the deployment {} ({}) of the model {}",
                self.live.words(self.release),
                deployment.id,
                deployment.status,
                model.id
            ),
        };
        self.plan.notes.push(note);
    }

    fn step(&mut self, kind: StepKind, reason: impl Into<String>, details: Vec<(&str, Json)>) {
        let step = Step::new(kind, &self.workload.effective.workload, reason);
        let step = details
            .into_iter()
            .fold(step, |step, (key, value)| step.with(key, value));
        self.plan.steps.push(step);
    }

    fn model_id(&self) -> Json {
        Json::from(self.live.model.as_ref().map(|model| model.id.clone()))
    }

    /// The environment's settings, or the live deployment's where there is no environment.
    fn settings_only(&mut self) {
        match self.live.environment_settings() {
            Some(live) => self.environment_settings(live, self.live.candidate()),
            None => self.deployment_settings(),
        }
        let options = &self.release.options;
        if options.deployment_name.is_some()
            || options.deploy_timeout_minutes.is_some()
            || !options.labels.is_empty()
        {
            self.plan.notes.push(
                "no deployment is created: a deployment's name, labels and time-out apply to \
                 the next one"
                    .to_owned(),
            );
        }
    }

    /// Changes what differs from `live`, in the environment and, as it brings settings of its own,
    /// in a deployment that is to take it over.
    fn environment_settings(&mut self, live: &AutoscalingSettings, candidate: Option<&Deployment>) {
        let Some(environment) = &self.release.environment else {
            return;
        };
        let changes = settings::changes(&self.workload.autoscaling(), live);
        if changes.is_empty() {
            return;
        }
        let reason = format!(
            "the settings of the environment `{environment}` differ: {}",
            settings::words(&changes)
        );
        let mut details = vec![
            (detail::MODEL, self.model_id()),
            (detail::ENVIRONMENT, environment.name().into()),
            (detail::SETTINGS, settings::update(&changes)),
            (detail::CHANGES, settings::details(&changes)),
        ];
        if let Some(candidate) = candidate {
            details.push((detail::DEPLOYMENT, candidate.id.clone().into()));
            self.plan.notes.push(format!(
                "the deployment {} is to take over `{environment}` with settings of its own: \
                 they are changed too",
                candidate.id
            ));
        }
        self.step(StepKind::UpdateSettings, reason, details);
    }

    fn deployment_settings(&mut self) {
        let Some(deployment) = &self.live.deployment else {
            return;
        };
        let Some(live) = &deployment.autoscaling_settings else {
            let note = format!(
                "the platform does not show the settings of {} until it is deployed: they were \
                 not compared",
                deployment.id
            );
            self.plan.notes.push(note);
            return;
        };
        let changes = settings::changes(&self.workload.autoscaling(), live);
        if changes.is_empty() {
            return;
        }
        let reason = format!(
            "the settings of the deployment {} differ: {}",
            deployment.id,
            settings::words(&changes)
        );
        let details = vec![
            (detail::MODEL, self.model_id()),
            (detail::DEPLOYMENT, deployment.id.clone().into()),
            (detail::SETTINGS, settings::update(&changes)),
            (detail::CHANGES, settings::details(&changes)),
        ];
        self.step(StepKind::UpdateSettings, reason, details);
    }

    fn deploy(&mut self, verdict: &Verdict, placement: Placement) {
        // The new deployment starts with the environment's settings: they come first.
        match &self.live.place {
            Place::Exists(environment) => {
                self.environment_settings(&environment.autoscaling_settings, None);
            }
            Place::Missing { .. } => self.create_environment(),
            Place::Implicit | Place::Outside => {}
        }
        let digest = self.workload.digest.as_str();
        if let Verdict::Build { reason } = verdict {
            let context = &self.workload.context;
            let (files, bytes) = (context.files().len(), archive::length(context));
            self.step(
                StepKind::Upload,
                format!("the image is built of {files} files"),
                vec![
                    ("files", files.into()),
                    ("bytes", bytes.into()),
                    (detail::DIGEST, digest.into()),
                ],
            );
            self.step(
                StepKind::Build,
                reason,
                vec![(detail::DIGEST, digest.into())],
            );
        }
        self.deploy_step(verdict, placement);
        let after = matches!(self.live.place, Place::Implicit | Place::Outside);
        if after && !placement.payload && !self.workload.autoscaling().is_empty() {
            self.settings_after();
        }
    }

    fn deploy_step(&mut self, verdict: &Verdict, placement: Placement) {
        let settings = self.workload.autoscaling();
        let environment = self.release.environment.as_ref();
        let mut details = vec![
            ("model", Json::from(self.release.name.clone())),
            (detail::MODEL, self.model_id()),
            (
                detail::ENVIRONMENT,
                environment.map(|name| name.name()).into(),
            ),
            (detail::DIGEST, self.workload.digest.as_str().into()),
            ("resources", self.workload.resources().clone()),
        ];
        if let Some(team) = &self.live.team_id {
            details.push((detail::TEAM, team.clone().into()));
        }
        if !settings.is_empty() {
            details.push(("autoscaling_settings", settings::written(&settings)));
            let placed = serde_json::json!({
                "config": placement.config, "payload": placement.payload,
            });
            details.push((detail::SETTINGS_IN, placed));
            let note = format!(
                "the platform takes autoscaling settings {} (asked with a dry run)",
                placement.words()
            );
            self.plan.notes.push(note);
        }
        if let Some(environment) = environment {
            details.push((detail::PRESERVE, self.rule.preserve.into()));
            let rule = &self.rule;
            let kept = if rule.preserve {
                "kept"
            } else {
                "taken from `resources`"
            };
            self.plan.notes.push(match &self.live.place {
                Place::Exists(_) => {
                    format!(
                        "the instance type of `{environment}` is {kept}: {}",
                        rule.reason
                    )
                }
                _ => format!(
                    "`{environment}` has no instance type to keep yet: {}",
                    rule.reason
                ),
            });
        }
        if let Verdict::Redeploy { image_of, .. } = verdict {
            details.push((detail::REUSES, image_of.clone().into()));
            self.plan.notes.push(
                "whether the image can be used again is the platform's to say: if it asks for \
                 the archive, the archive is sent"
                    .to_owned(),
            );
        }
        self.step(StepKind::Deploy, verdict.reason(), details);
    }

    fn create_environment(&mut self) {
        let Some(environment) = &self.release.environment else {
            return;
        };
        let settings = self.workload.autoscaling();
        let mut details = vec![
            (detail::MODEL, self.model_id()),
            (detail::ENVIRONMENT, environment.name().into()),
        ];
        if !settings.is_empty() {
            details.push((detail::SETTINGS, settings::json(&wire(&settings))));
        }
        let reason = format!(
            "the model `{}` has no environment `{environment}`",
            self.release.name
        );
        self.step(StepKind::CreateEnvironment, reason, details);
    }

    /// Settings that neither an environment nor the payload could take before.
    fn settings_after(&mut self) {
        let settings = self.workload.autoscaling();
        let environment = self.release.environment.as_ref();
        let reason = match environment {
            Some(environment) => format!(
                "the platform takes no settings with a new deployment, and `{environment}` has \
                 none to write before it"
            ),
            None => "the platform takes no settings with a new deployment".to_owned(),
        };
        let details = vec![
            (detail::MODEL, self.model_id()),
            (
                detail::ENVIRONMENT,
                environment.map(|name| name.name()).into(),
            ),
            (detail::SETTINGS, settings::json(&wire(&settings))),
        ];
        self.step(StepKind::UpdateSettings, reason, details);
    }
}
