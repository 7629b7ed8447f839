//! The steps of a deployment's life, each one transaction.

use std::sync::Arc;
use std::time::Duration;

use plimsoll_baseten_api::{DeploymentStatus, InstanceType, LogLevel};
use rusqlite::Transaction;

use super::build::{self, Built};
use crate::catalogue;
use crate::control::{promotion, push};
use crate::refusal::Refusal;
use crate::resources::Resources;
use crate::shared::{Shared, Stamp};
use crate::store::{DeploymentRow, EnvironmentRow, Image};

/// Takes a deployment as far as it goes.
pub(super) async fn advance(shared: &Arc<Shared>, id: &str) -> Result<(), Refusal> {
    let began = shared.clock.now();
    loop {
        let wanted = id.to_owned();
        let found = shared
            .store
            .run(move |tx| DeploymentRow::by_id(tx, &wanted))
            .await?;
        let Some(deployment) = found else {
            return Ok(());
        };
        let passed = shared.clock.now().duration_since(began).unwrap_or_default();
        let timeout = deployment
            .new
            .deploy_timeout_minutes
            .map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
        if timeout.is_some_and(|timeout| passed > timeout) {
            return fail(
                shared,
                &deployment,
                "it took longer than deploy_timeout_minutes",
            )
            .await;
        }
        match deployment.status {
            DeploymentStatus::Building => building(shared, &deployment).await?,
            DeploymentStatus::Deploying => deploying(shared, deployment).await?,
            DeploymentStatus::LoadingModel => loading(shared, deployment).await?,
            DeploymentStatus::Updating => updating(shared, deployment).await?,
            DeploymentStatus::Deactivating => deactivating(shared, deployment).await?,
            _ => return Ok(()),
        }
    }
}

async fn fail(shared: &Shared, deployment: &DeploymentRow, reason: &str) -> Result<(), Refusal> {
    let (to, what) = match deployment.status {
        DeploymentStatus::Building => (DeploymentStatus::BuildFailed, "Build"),
        _ => (DeploymentStatus::DeployFailed, "Deploy"),
    };
    let (id, from) = (deployment.new.id.clone(), deployment.status.clone());
    let message = format!("{what} failed: {reason}.");
    tracing::warn!(deployment = id, reason, "deployment failed");
    let stamp = shared.stamp();
    shared
        .store
        .run(move |tx| {
            if DeploymentRow::advance(tx, &id, &from, &to)? {
                stamp.log(tx, &id, LogLevel::Error, &message)?;
                promotion::fail(tx, &id)?;
            }
            Ok(())
        })
        .await
}

async fn building(shared: &Arc<Shared>, deployment: &DeploymentRow) -> Result<(), Refusal> {
    let id = deployment.new.id.clone();
    let stamp = shared.stamp();
    let begin = match &deployment.new.reuses_digest {
        Some(digest) => format!("Build started: the image {digest} is to be reused."),
        None => format!(
            "Build started: unpacking archive {}.",
            deployment.new.archive_sha256
        ),
    };
    shared
        .store
        .run(move |tx| stamp.info(tx, &id, &begin))
        .await?;

    let (on_thread, new) = (Arc::clone(shared), deployment.new.clone());
    let built = tokio::task::spawn_blocking(move || {
        build::build(
            &on_thread.archives,
            &on_thread.limits,
            &*on_thread.build_check,
            &new,
        )
    })
    .await
    .unwrap_or_else(|error| Err(format!("the builder died: {error}")));

    match built {
        Err(reason) => fail(shared, deployment, reason.trim_end_matches('.')).await,
        Ok(built) => {
            let (stamp, deployment) = (shared.stamp(), deployment.clone());
            shared
                .store
                .run(move |tx| finish_build(tx, &stamp, &deployment, &built))
                .await
        }
    }
}

fn finish_build(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
    built: &Built,
) -> Result<(), Refusal> {
    let id = &deployment.new.id;
    if !DeploymentRow::advance(
        tx,
        id,
        &DeploymentStatus::Building,
        &DeploymentStatus::Deploying,
    )? {
        return Ok(());
    }
    for warning in &built.warnings {
        stamp.log(tx, id, LogLevel::Warning, warning)?;
    }
    push::compare_digest(tx, stamp, deployment, &built.digest)?;
    let digest = built.digest.as_str();
    let message = match Image::by_digest(tx, digest)? {
        Some(image) => {
            let first = &image.built_for;
            format!(
                "Image {digest} is reused, as built for deployment {first}; nothing is rebuilt."
            )
        }
        None => {
            let image = Image {
                build_digest: digest.to_owned(),
                archive_sha256: deployment.new.archive_sha256.clone(),
                built_for: id.clone(),
            };
            image.insert(tx, &stamp.text)?;
            format!("Image {digest} was built of {} files.", built.files)
        }
    };
    DeploymentRow::set_build_digest(tx, id, digest)?;
    stamp.info(tx, id, &message)?;
    stamp.info(tx, id, "Build was successful. Deploy task is starting.")?;
    Ok(())
}

async fn deploying(shared: &Shared, deployment: DeploymentRow) -> Result<(), Refusal> {
    let (stamp, on_failure) = (shared.stamp(), deployment.clone());
    let placed = shared
        .store
        .run(move |tx| {
            let id = &deployment.new.id;
            let (instance_type, why) = match choose(tx, &deployment)? {
                Ok(chosen) => chosen,
                Err(reason) => return Ok(Err(reason)),
            };
            let to = DeploymentStatus::LoadingModel;
            if DeploymentRow::advance(tx, id, &DeploymentStatus::Deploying, &to)? {
                DeploymentRow::set_instance_type(tx, id, &instance_type.id)?;
                let name = &instance_type.name;
                stamp.info(tx, id, &format!("Placed on instance type {name}: {why}."))?;
            }
            Ok::<_, Refusal>(Ok(()))
        })
        .await?;
    match placed {
        Ok(()) => Ok(()),
        Err(reason) => fail(shared, &on_failure, &reason).await,
    }
}

type Choice = Result<(InstanceType, &'static str), String>;

/// The instance type of a deployment, and what decided.
fn choose(tx: &Transaction<'_>, deployment: &DeploymentRow) -> Result<Choice, Refusal> {
    let new = &deployment.new;
    if new.preserve_env_instance_type
        && let Some(name) = &new.environment
        && let Some(environment) = EnvironmentRow::find(tx, &new.model_id, name)?
        && let Some(id) = &environment.instance_type_id
    {
        return Ok(catalogue::by_id(id).map(|found| (found, "the environment's is preserved")));
    }
    let by_resources =
        Resources::of(&new.config).and_then(|wanted| Ok((catalogue::choose(&wanted)?, wanted)));
    Ok(by_resources.and_then(|(found, wanted)| match wanted {
        // A push may name one, and a promotion keeps what it finds.
        _ if found.id != new.instance_type_id => {
            let own = catalogue::by_id(&new.instance_type_id)?;
            Ok((own, "it is the deployment's own"))
        }
        Resources::InstanceType(_) => Ok((found, "resources.instance_type names it")),
        Resources::AtLeast(_) => Ok((found, "the smallest that has the resources")),
    }))
}

async fn loading(shared: &Shared, deployment: DeploymentRow) -> Result<(), Refusal> {
    let stamp = shared.stamp();
    shared
        .store
        .run(move |tx| {
            let id = &deployment.new.id;
            let message = "The local platform is the control plane only: no replica is run and no \
                           model is loaded. Active replicas: 0.";
            let from = DeploymentStatus::LoadingModel;
            if DeploymentRow::advance(tx, id, &from, &DeploymentStatus::Active)? {
                stamp.info(tx, id, message)?;
                promotion::complete_if_candidate(tx, &stamp, id)?;
            }
            Ok::<_, Refusal>(())
        })
        .await?;
    // A deployment that gave way may have to be taken down now.
    shared.wake.notify_one();
    Ok(())
}

/// An active deployment is being promoted: its instance type follows, and then it takes over.
async fn updating(shared: &Shared, deployment: DeploymentRow) -> Result<(), Refusal> {
    let (stamp, on_failure) = (shared.stamp(), deployment.clone());
    let moved = shared
        .store
        .run(move |tx| {
            let id = &deployment.new.id;
            let (instance_type, why) = match choose(tx, &deployment)? {
                Ok(chosen) => chosen,
                Err(reason) => return Ok(Err(reason)),
            };
            let from = DeploymentStatus::Updating;
            if DeploymentRow::advance(tx, id, &from, &DeploymentStatus::Active)? {
                if instance_type.id != deployment.new.instance_type_id {
                    let name = &instance_type.name;
                    stamp.info(tx, id, &format!("Moved to instance type {name}: {why}."))?;
                }
                DeploymentRow::set_instance_type(tx, id, &instance_type.id)?;
                promotion::complete_if_candidate(tx, &stamp, id)?;
            }
            Ok::<_, Refusal>(Ok(()))
        })
        .await?;
    shared.wake.notify_one();
    match moved {
        Ok(()) => Ok(()),
        Err(reason) => fail(shared, &on_failure, &reason).await,
    }
}

async fn deactivating(shared: &Shared, deployment: DeploymentRow) -> Result<(), Refusal> {
    let stamp = shared.stamp();
    shared
        .store
        .run(move |tx| {
            let id = &deployment.new.id;
            let from = DeploymentStatus::Deactivating;
            if DeploymentRow::advance(tx, id, &from, &DeploymentStatus::Inactive)? {
                stamp.info(tx, id, "Deployment is inactive. No replica was running.")?;
            }
            Ok(())
        })
        .await
}
