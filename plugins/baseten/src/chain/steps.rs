//! The steps of a chain's plan: a line for each chainlet. Steps of one kind that follow one another
//! are one request, but for uploads.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_baseten_api::{CreateChainletSettings, InstanceType};
use plimsoll_core::environment::Environment;
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::release::{Release, ReleaseWorkload};
use serde_json::{Value as Json, json};

use super::live::Live;
use super::types::{self, TypeChange};
use super::verdict::{Verdict, name};
use super::{SET_INSTANCE_TYPE, detail};
use crate::archive;
use crate::payload::wire;
use crate::place::Place;
use crate::plan::{reasons, resources, settings};

/// A plan in the making.
pub(super) struct Planner<'a> {
    pub(super) release: &'a Release,
    pub(super) live: &'a Live,
    pub(super) catalogue: &'a [InstanceType],
    pub(super) plan: Plan,
}

impl Planner<'_> {
    /// Notes what is live; where nothing is, the steps say so.
    pub(super) fn note_live(&mut self) {
        if let (Some(deployment), Some(chain)) = (&self.live.deployment, &self.live.chain) {
            self.plan.notes.push(format!(
                "live {} is the deployment {} ({}) of the chain {}",
                self.live.words(self.release),
                deployment.id,
                deployment.status,
                chain.id
            ));
        }
    }

    /// Settings first, so that what is deployed begins with them; then the deployment; and last the
    /// settings of chainlets that the environment does not know before.
    pub(super) fn steps(&mut self, verdict: &Verdict) {
        if let (Place::Missing { .. }, Some(environment)) =
            (&self.live.place, &self.release.environment)
        {
            self.create_environment(environment);
        }
        self.settings_before();
        match verdict {
            Verdict::Same => {}
            Verdict::InstanceTypes(changes) => self.instance_types(changes),
            Verdict::Deploy {
                reasons,
                of_chainlets,
                built,
            } => {
                self.deploy(reasons, of_chainlets, built);
                self.settings_after();
            }
        }
    }

    fn step(&mut self, kind: StepKind, workload: &str, reason: String, details: Vec<(&str, Json)>) {
        let step = Step::new(kind, workload, reason);
        let step = details
            .into_iter()
            .fold(step, |step, (key, value)| step.with(key, value));
        self.plan.steps.push(step);
    }

    fn chain_id(&self) -> Json {
        Json::from(self.live.chain.as_ref().map(|chain| chain.id.clone()))
    }

    fn environment(&self) -> Json {
        Json::from(self.live.environment_name(self.release))
    }

    fn create_environment(&mut self, environment: &Environment) {
        let chainlets: Vec<Json> = self
            .release
            .workloads
            .iter()
            .filter_map(|workload| {
                let wanted = workload.autoscaling();
                // A type must be named: where none is known, the platform chooses.
                let instance = types::choose(self.catalogue, workload.resources())?;
                Some(settings::json(&CreateChainletSettings {
                    chainlet_name: name(workload).to_owned(),
                    autoscaling_settings: (!wanted.is_empty()).then(|| wire(&wanted)),
                    instance_type_id: instance.id.clone(),
                }))
            })
            .collect();
        let reason = format!(
            "the chain `{}` has no environment `{environment}`",
            self.release.name
        );
        let details = vec![
            (detail::CHAIN, self.chain_id()),
            (detail::ENVIRONMENT, self.environment()),
            (detail::CHAINLETS, chainlets.into()),
        ];
        let chain = self.release.name.clone();
        self.step(StepKind::CreateEnvironment, &chain, reason, details);
    }

    /// What differs of what is shown.
    fn settings_before(&mut self) {
        for workload in &self.release.workloads {
            let Some(live) = self.live.settings(name(workload)) else {
                continue;
            };
            let changes = settings::changes(&workload.autoscaling(), live);
            if changes.is_empty() {
                continue;
            }
            let reason = format!(
                "the settings of `{}` differ: {}",
                name(workload),
                settings::words(&changes)
            );
            let details = vec![
                (detail::CHAIN, self.chain_id()),
                (detail::ENVIRONMENT, self.environment()),
                (detail::SETTINGS, settings::update(&changes)),
                (detail::CHANGES, settings::details(&changes)),
            ];
            self.step(StepKind::UpdateSettings, name(workload), reason, details);
        }
    }

    /// What could not be set before there was the deployment.
    fn settings_after(&mut self) {
        if let Place::Missing { .. } = self.live.place {
            return;
        }
        if self.live.environment_name(self.release).is_none() {
            return;
        }
        for workload in &self.release.workloads {
            let wanted = workload.autoscaling();
            if wanted.is_empty() || self.live.settings(name(workload)).is_some() {
                continue;
            }
            let reason = format!(
                "the settings of `{}` can be set once it is there",
                name(workload)
            );
            let details = vec![
                (detail::CHAIN, self.chain_id()),
                (detail::ENVIRONMENT, self.environment()),
                (detail::SETTINGS, settings::json(&wire(&wanted))),
                (detail::CHANGES, settings::written(&wanted)),
            ];
            self.step(StepKind::UpdateSettings, name(workload), reason, details);
        }
    }

    fn instance_types(&mut self, changes: &[TypeChange]) {
        for change in changes {
            let resources = self.resources(&change.chainlet);
            let reason = format!(
                "`{}` asks for {resources}: its instance type goes from {} to {}",
                change.chainlet, change.before.name, change.after.name
            );
            let details = vec![
                (detail::CHAIN, self.chain_id()),
                (detail::ENVIRONMENT, self.environment()),
                (detail::INSTANCE_TYPE, change.after.id.clone().into()),
            ];
            let kind = StepKind::Other(SET_INSTANCE_TYPE.to_owned());
            self.step(kind, &change.chainlet, reason, details);
        }
        self.plan
            .notes
            .push("the platform deploys the same images anew for another instance type".to_owned());
    }

    fn resources(&self, chainlet: &str) -> String {
        let mut workloads = self.release.workloads.iter();
        let workload = workloads.find(|workload| name(workload) == chainlet);
        workload.map_or_else(String::new, |workload| {
            resources::summary(workload.resources())
        })
    }

    fn deploy(
        &mut self,
        reasons: &[String],
        of_chainlets: &BTreeMap<String, String>,
        built: &BTreeSet<String>,
    ) {
        for workload in &self.release.workloads {
            self.upload(workload, built.contains(name(workload)));
        }
        if let Some(source) = &self.release.source {
            let (files, bytes) = (source.files().len(), archive::length(source));
            let reason = format!(
                "the source as it is written, {}",
                reasons::amount(files, bytes)
            );
            let chain = self.release.name.clone();
            self.step(
                StepKind::Upload,
                &chain,
                reason,
                vec![(detail::SOURCE, json!(true))],
            );
        }
        for workload in &self.release.workloads {
            if !built.contains(name(workload)) {
                let details = vec![(detail::DIGEST, workload.digest.as_str().into())];
                let reason = format!("`{}`: no image of its files is live", name(workload));
                self.step(StepKind::Build, name(workload), reason, details);
            }
        }
        if !built.is_empty() {
            let same: Vec<String> = built.iter().map(|name| format!("`{name}`")).collect();
            self.plan.notes.push(format!(
                "of {} the images are live already: a chain is deployed as a whole, and whether \
                 they are used again is the platform's to say",
                same.join(", ")
            ));
        }
        let why = match reasons {
            [] if of_chainlets.is_empty() => vec![self.first()],
            reasons => reasons.to_vec(),
        };
        for (position, workload) in self.release.workloads.iter().enumerate() {
            let role = if position == 0 { "the entrypoint " } else { "" };
            let on = resources::summary(workload.resources());
            let deployed = format!("{role}`{}`, on {on}", name(workload));
            let whole = why.iter().filter(|_| position == 0);
            let own = of_chainlets.get(name(workload));
            let reasons: Vec<&str> = whole.chain(own).map(String::as_str).collect();
            let reason = if reasons.is_empty() {
                deployed
            } else {
                format!("{deployed}: {}", reasons.join("; "))
            };
            let details = vec![
                (detail::CHAIN, self.chain_id()),
                (detail::TEAM, self.live.team_id.clone().into()),
                (detail::ENVIRONMENT, self.environment()),
                (detail::DIGEST, workload.digest.as_str().into()),
            ];
            self.step(StepKind::Deploy, name(workload), reason, details);
        }
    }

    fn upload(&mut self, workload: &ReleaseWorkload, is_built: bool) {
        let context = &workload.context;
        let (files, bytes) = (context.files().len(), archive::length(context));
        let known = if is_built {
            "unchanged, but a chain is sent as a whole"
        } else {
            "what its image is built from"
        };
        let amount = reasons::amount(files, bytes);
        let reason = format!("`{}`, {amount}: {known}", name(workload));
        let details = vec![
            (detail::DIGEST, workload.digest.as_str().into()),
            ("files", files.into()),
            ("bytes", bytes.into()),
        ];
        self.step(StepKind::Upload, name(workload), reason, details);
    }

    /// Why there is a deployment where nothing was live.
    fn first(&self) -> String {
        match (&self.live.chain, &self.release.environment) {
            (None, _) => "the chain does not exist yet".to_owned(),
            (Some(_), Some(environment)) => format!("`{environment}` gets its first deployment"),
            (Some(_), None) => "the chain gets a deployment outside any environment".to_owned(),
        }
    }
}
