//! The steps of a plan, with their reasons and details.

use plimsoll_baseten_api::{AutoscalingSettings, Deployment};
use plimsoll_core::environment::Environment;
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::release::{InstanceTypeRule, Release, ReleaseWorkload};
use serde_json::Value as Json;

use super::live::Live;
use super::verdict::Verdict;
use super::{detail, reasons, settings};
use crate::archive;
use crate::payload::{Placement, wire};
use crate::place::Place;

/// A plan in the making.
pub(super) struct Planner<'a> {
    pub(super) release: &'a Release,
    pub(super) workload: &'a ReleaseWorkload,
    pub(super) live: &'a Live,
    pub(super) rule: InstanceTypeRule,
    pub(super) plan: Plan,
}

impl Planner<'_> {
    /// Notes what is live; where nothing is, the steps say so.
    pub(super) fn note_live(&mut self) {
        if let Some(deployment) = &self.live.deployment {
            self.plan.notes.push(format!(
                "live {} is the deployment {} ({}) of the model {}",
                self.live.words(self.release),
                deployment.id,
                deployment.status,
                deployment.model_id
            ));
        }
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
    pub(super) fn settings_only(&mut self) {
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

    /// Settings first, then the deployment, built or not, and settings last where nothing could
    /// take them before.
    pub(super) fn deploy(&mut self, verdict: &Verdict, placement: Placement) {
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
                reasons::upload(files, bytes),
                vec![
                    ("files", files.into()),
                    ("bytes", bytes.into()),
                    (detail::DIGEST, digest.into()),
                ],
            );
            self.step(
                StepKind::Build,
                reason.clone().unwrap_or_else(|| reasons::build(self.live)),
                vec![(detail::DIGEST, digest.into())],
            );
        }
        self.deploy_step(verdict, placement);
        let before = match self.live.place {
            Place::Exists(_) => true,
            Place::Missing { .. } => !self.live.environment_comes_with_model(),
            Place::Implicit | Place::Outside => false,
        };
        if !before && !placement.payload && !self.workload.autoscaling().is_empty() {
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
                environment.map(Environment::name).into(),
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
            // A new environment has none to keep.
            if let Place::Exists(_) = self.live.place {
                let kept = match (self.rule.preserve, self.live.environment_is_used()) {
                    (true, true) => "kept",
                    (true, false) => "kept, if the platform has given it one",
                    (false, _) => "taken from `resources`",
                };
                self.plan.notes.push(format!(
                    "the instance type of `{environment}` is {kept}: {}",
                    self.rule.reason
                ));
            }
        }
        let mut reason =
            reasons::deploy(self.release, self.workload, self.live, self.rule.preserve);
        if let Verdict::Redeploy {
            reason: why,
            image_of,
            ..
        } = verdict
        {
            reason = format!(
                "{}; {}",
                why.as_ref().unwrap_or(&reason),
                reasons::image_of(
                    image_of,
                    &self.workload.digest,
                    environment.map(Environment::name)
                )
            );
            details.push((detail::REUSES, image_of.id.clone().into()));
            self.plan.notes.push(
                "whether the image can be used again is the platform's to say: if it asks for \
                 the archive, the archive is sent"
                    .to_owned(),
            );
        }
        self.step(StepKind::Deploy, reason, details);
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
        if self.live.environment_comes_with_model() {
            details.push((detail::WITH, detail::WITH_DEPLOY.into()));
            let reason = format!("`{environment}` is created with the model");
            return self.step(StepKind::CreateEnvironment, reason, details);
        }
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
                "the platform takes no settings beside the configuration, and `{environment}` \
                 exists only with its first deployment"
            ),
            None => "the platform takes no settings beside the configuration".to_owned(),
        };
        let details = vec![
            (detail::MODEL, self.model_id()),
            (
                detail::ENVIRONMENT,
                environment.map(Environment::name).into(),
            ),
            (detail::SETTINGS, settings::json(&wire(&settings))),
        ];
        self.step(StepKind::UpdateSettings, reason, details);
    }
}
