//! Applying the plan of a chain: its steps, in order. Steps of one kind that follow one another are
//! one request, but for uploads.

use std::collections::BTreeMap;

use plimsoll_baseten_api::graphql::{ChainDeploymentRef, ChainletRef};
use plimsoll_baseten_api::{
    ChainletInstanceTypeUpdate, CreateChainEnvironmentRequest, PrepareModelUploadResponse,
    UpdateAutoscalingSettings, UpdateChainletInstanceTypesRequest,
};
use plimsoll_core::deployer::{
    DeployError, DeployErrorKind, Deployed, DeployedChain, Event, Outcome,
};
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::environment::Environment;
use plimsoll_core::plan::{Plan, Step, StepKind};
use plimsoll_core::release::{Release, ReleaseWorkload};

use super::artifacts::{send_chainlet, send_source};
use super::deploy::{Deploying, model_name};
use super::live::{Deployment, Live};
use super::verdict::name;
use super::{SET_INSTANCE_TYPE, detail, settings};
use crate::apply::{changed, misplaced, optional, required};
use crate::once::once;
use crate::options::is_loopback;
use crate::session::Session;

/// Does what `plan`, which must be of this release, says.
pub(crate) async fn apply(
    session: &Session<'_>,
    release: &Release,
    plan: &Plan,
) -> Result<Outcome, DeployError> {
    check(session, release, plan)?;
    let mut applier = Applier {
        session: *session,
        release,
        push_id: session.generator.push_id(),
        uploaded: Vec::new(),
        source: None,
        destination: None,
        created: None,
        made: Vec::new(),
    };
    for steps in plan.steps.chunk_by(is_one_request) {
        for step in steps {
            session.progress.report(Event::StepStarted {
                kind: step.kind.clone(),
                workload: step.workload.clone(),
            });
        }
        let done = match session.check() {
            Ok(()) => applier.steps(steps).await,
            Err(interrupted) => Err(interrupted.into()),
        };
        let told = done.map_err(|error| applier.with_left_behind(error))?;
        for step in steps {
            session.progress.report(Event::StepFinished {
                kind: step.kind.clone(),
                workload: step.workload.clone(),
                detail: format!("{}: {told}", step.workload),
            });
        }
    }
    match &applier.created {
        Some(created) => applier.outcome(created).await,
        None => held(session, release).await,
    }
}

fn is_one_request(one: &Step, next: &Step) -> bool {
    one.kind == next.kind && one.kind != StepKind::Upload
}

/// Fails unless the plan is of this release, and for this target.
fn check(session: &Session<'_>, release: &Release, plan: &Plan) -> Result<(), DeployError> {
    if plan.target != session.options().name || plan.environment != release.environment {
        let message = "the plan is for another target or environment than the release";
        return Err(DeployError::new(DeployErrorKind::Invalid, message).hint("plan again"));
    }
    for step in &plan.steps {
        let Ok(digest) = step.detail::<BuildDigest>(detail::DIGEST) else {
            continue;
        };
        if workload_of(release, step)?.digest != digest {
            return Err(changed(&format!(
                "the chainlet `{}` has another build digest",
                step.workload
            )));
        }
    }
    Ok(())
}

fn workload_of<'a>(release: &'a Release, step: &Step) -> Result<&'a ReleaseWorkload, DeployError> {
    let mut workloads = release.workloads.iter();
    let found = workloads.find(|workload| name(workload) == step.workload);
    found.ok_or_else(|| changed(&format!("there is no chainlet `{}`", step.workload)))
}

/// A plan that is being applied.
struct Applier<'a> {
    session: Session<'a>,
    release: &'a Release,
    push_id: String,
    /// The keys of the archives that were sent, in the release's order.
    uploaded: Vec<String>,
    /// The key of the source's archive.
    source: Option<String>,
    /// Where the last chainlet's archive went.
    destination: Option<PrepareModelUploadResponse>,
    created: Option<ChainDeploymentRef>,
    /// What exists now that did not before, in words.
    made: Vec<String>,
}

impl Applier<'_> {
    /// Does the steps of one request, and says what came of it.
    async fn steps(&mut self, steps: &[Step]) -> Result<String, DeployError> {
        let Some(step) = steps.first() else {
            return Ok(String::new());
        };
        match &step.kind {
            StepKind::CreateEnvironment => self.create_environment(step).await,
            StepKind::UpdateSettings => self.update_settings(steps).await,
            StepKind::Upload => self.upload(step).await,
            // The platform builds when it deploys: there is nothing to send.
            StepKind::Build => Ok("the platform builds it with the deployment".to_owned()),
            StepKind::Deploy => self.deploy(step).await,
            StepKind::Other(kind) if kind == SET_INSTANCE_TYPE => {
                self.update_instance_types(steps).await
            }
            other => {
                let message = format!("the deployer `baseten` knows no step `{other}` of a chain");
                Err(DeployError::new(DeployErrorKind::Invalid, message))
            }
        }
    }

    fn with_left_behind(&self, mut error: DeployError) -> DeployError {
        let mut made = self.made.clone();
        if self.created.is_none() && !self.uploaded.is_empty() {
            let count = self.uploaded.len() + usize::from(self.source.is_some());
            let archives = if count == 1 { "archive" } else { "archives" };
            made.push(format!(
                "{count} {archives} that no deployment uses; the platform sweeps them"
            ));
        }
        made.append(&mut error.left_behind);
        error.left_behind = made;
        error
    }

    async fn create_environment(&mut self, step: &Step) -> Result<String, DeployError> {
        let chain: String = required(step, detail::CHAIN)?;
        let name: String = required(step, detail::ENVIRONMENT)?;
        let request = CreateChainEnvironmentRequest {
            name: name.clone(),
            promotion_settings: None,
            chainlet_settings: Some(required(step, detail::CHAINLETS)?),
        };
        let (session, client) = (&self.session, self.session.client);
        let create = || async {
            let made = client.create_chain_environment(&chain, &request).await;
            made.map(drop)
        };
        let find = || async {
            match session
                .retrying(|| client.chain_environment(&chain, &name))
                .await
            {
                Ok(_) => Ok(Some(())),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        };
        let created = once(session, create, find).await;
        created.map_err(|failed| failed.into_deploy(&format!("the environment `{name}`")))?;
        self.made
            .push(format!("the environment `{name}` of the chain {chain}"));
        Ok(format!("the environment `{name}` exists"))
    }

    async fn update_settings(&mut self, steps: &[Step]) -> Result<String, DeployError> {
        let mut updates = BTreeMap::new();
        for step in steps {
            let wanted: UpdateAutoscalingSettings = required(step, detail::SETTINGS)?;
            updates.insert(step.workload.clone(), wanted);
        }
        let chain = self.chain_of(&steps[0])?;
        let environment: String = required(&steps[0], detail::ENVIRONMENT)?;
        let told = settings::update(&self.session, &chain, &environment, &updates).await?;
        self.made.push(format!(
            "other settings of {} in `{environment}`",
            names(steps)
        ));
        Ok(told)
    }

    async fn update_instance_types(&mut self, steps: &[Step]) -> Result<String, DeployError> {
        let chain = self.chain_of(&steps[0])?;
        let environment: String = required(&steps[0], detail::ENVIRONMENT)?;
        let mut updates = Vec::new();
        for step in steps {
            updates.push(ChainletInstanceTypeUpdate {
                chainlet_name: step.workload.clone(),
                instance_type_id: required(step, detail::INSTANCE_TYPE)?,
            });
        }
        let request = UpdateChainletInstanceTypesRequest { updates };
        let (session, client) = (&self.session, self.session.client);
        // A second request for types that the environment has does nothing.
        let answer = session
            .retrying(|| client.update_chainlet_instance_types(&chain, &environment, &request))
            .await?;
        self.made.push(format!(
            "other instance types of {} in `{environment}`",
            names(steps)
        ));
        Ok(match answer.chain_deployment {
            Some(made) => {
                let told = format!("the deployment {} has the same images", made.id);
                self.created = Some(ChainDeploymentRef {
                    id: made.id,
                    chain: plimsoll_baseten_api::graphql::DeployedChainRef {
                        id: chain,
                        hostname: String::new(),
                    },
                });
                told
            }
            None => "the environment has the instance types".to_owned(),
        })
    }

    async fn upload(&mut self, step: &Step) -> Result<String, DeployError> {
        let is_source: Option<bool> = optional(step, detail::SOURCE)?;
        let sent = if is_source == Some(true) {
            let Some(source) = &self.release.source else {
                return Err(changed("there is no source any more"));
            };
            let like = self.destination.as_ref();
            let sent = send_source(&self.session, source, like).await?;
            self.source = Some(sent.s3_key.clone());
            sent
        } else {
            let workload = workload_of(self.release, step)?;
            let model_name = model_name(workload, &self.push_id);
            let (sent, destination) = send_chainlet(&self.session, workload, &model_name).await?;
            self.uploaded.push(sent.s3_key.clone());
            self.destination = Some(destination);
            sent
        };
        Ok(format!("{} bytes at {}", sent.bytes, sent.location))
    }

    async fn deploy(&mut self, step: &Step) -> Result<String, DeployError> {
        if self.uploaded.len() != self.release.workloads.len() {
            return Err(misplaced(step, "upload of every chainlet before it"));
        }
        let chain_id: Option<String> = optional(step, detail::CHAIN)?;
        let team_id: Option<String> = optional(step, detail::TEAM)?;
        let deploying = Deploying {
            session: &self.session,
            release: self.release,
            chain_id: chain_id.as_deref(),
            team_id: team_id.as_deref(),
            archives: &self.uploaded,
            source: self.source.as_deref(),
            push_id: &self.push_id,
        };
        let created = deploying.run().await?;
        let told = format!(
            "the deployment {} of the chain {}",
            created.id, created.chain.id
        );
        self.made.push(told.clone());
        self.created = Some(created);
        Ok(told)
    }

    fn chain_of(&self, step: &Step) -> Result<String, DeployError> {
        match (optional(step, detail::CHAIN)?, &self.created) {
            (Some(chain), _) => Ok(chain),
            (None, Some(created)) => Ok(created.chain.id.clone()),
            (None, None) => Err(misplaced(step, detail::CHAIN)),
        }
    }

    async fn chainlets(
        &self,
        created: &ChainDeploymentRef,
    ) -> Result<Vec<ChainletRef>, DeployError> {
        let client = self.session.client;
        let found = self.session.retrying(|| client.chainlets(&created.id));
        Ok(found.await?)
    }

    /// What came of a plan that made a deployment.
    async fn outcome(&self, created: &ChainDeploymentRef) -> Result<Outcome, DeployError> {
        let behind = self
            .chainlets(created)
            .await
            .map_err(|error| self.with_left_behind(error))?;
        let environment = self.release.environment.as_ref();
        let deployments = self.release.workloads.iter().enumerate();
        let deployments = deployments.filter_map(|(position, workload)| {
            let found = behind
                .iter()
                .find(|chainlet| chainlet.name == name(workload))?;
            let entrance = endpoint(&self.session, created, environment);
            Some(Deployed {
                workload: found.name.clone(),
                model_id: found.oracle.id.clone(),
                deployment_id: found.oracle_version.id.clone(),
                environment: environment.cloned(),
                status: found.oracle_version.status().to_string(),
                endpoint: entrance.filter(|_| position == 0),
                phases: Vec::new(),
            })
        });
        Ok(Outcome {
            deployments: deployments.collect(),
            chain: Some(DeployedChain {
                name: self.release.name.clone(),
                chain_id: created.chain.id.clone(),
                deployment_id: created.id.clone(),
            }),
        })
    }
}

fn names(steps: &[Step]) -> String {
    let names: Vec<String> = steps
        .iter()
        .map(|step| format!("`{}`", step.workload))
        .collect();
    names.join(", ")
}

/// Where the chain answers, where the platform says so; the local one runs nothing that would.
fn endpoint(
    session: &Session<'_>,
    created: &ChainDeploymentRef,
    environment: Option<&Environment>,
) -> Option<String> {
    let host = &created.chain.hostname;
    if is_loopback(&session.options().url) {
        return None;
    }
    let path = match environment {
        Some(environment) => format!("environments/{environment}"),
        None => format!("deployment/{}", created.id),
    };
    (!host.is_empty()).then(|| format!("{host}/{path}/run_remote"))
}

/// The outcome of a plan that made no deployment: what holds the release already.
async fn held(session: &Session<'_>, release: &Release) -> Result<Outcome, DeployError> {
    let live = Live::read(session, release).await?;
    let (Some(chain), Some(deployment)) = (live.chain, live.deployment) else {
        return Ok(Outcome::default());
    };
    Ok(of(release, &chain.id, &deployment))
}

fn of(release: &Release, chain: &str, deployment: &Deployment) -> Outcome {
    let deployments = release.workloads.iter().filter_map(|workload| {
        let mut chainlets = deployment.chainlets.iter();
        let found = chainlets.find(|chainlet| chainlet.name == name(workload))?;
        Some(Deployed {
            workload: found.name.clone(),
            model_id: found.model_id.clone(),
            deployment_id: found.deployment_id.clone(),
            environment: release.environment.clone(),
            status: found.status.to_string(),
            endpoint: None,
            phases: Vec::new(),
        })
    });
    Outcome {
        deployments: deployments.collect(),
        chain: Some(DeployedChain {
            name: release.name.clone(),
            chain_id: chain.to_owned(),
            deployment_id: deployment.id.clone(),
        }),
    }
}
