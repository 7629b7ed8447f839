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
    loop {
        let wanted = id.to_owned();
        let found = shared
            .store
            .run(move |tx| DeploymentRow::by_id(tx, &wanted))
            .await?;
        let Some(deployment) = found else {
            return Ok(());
        };
        match deployment.status {
            DeploymentStatus::Building
            | DeploymentStatus::Deploying
            | DeploymentStatus::LoadingModel
                if time_left(shared, &deployment).is_some_and(|left| left.is_zero()) =>
            {
                return fail(shared, &deployment, LATE).await;
            }
            DeploymentStatus::Building => building(shared, &deployment).await?,
            DeploymentStatus::Deploying => {
                place(shared, deployment, DeploymentStatus::LoadingModel).await?;
            }
            DeploymentStatus::LoadingModel => loading(shared, deployment).await?,
            DeploymentStatus::Updating => updating(shared, deployment).await?,
            DeploymentStatus::Deactivating => deactivating(shared, deployment).await?,
            _ => return Ok(()),
        }
    }
}

const LATE: &str = "it took longer than deploy_timeout_minutes";

/// How long a deployment may still take to become active, where that is bounded. It counts from its
/// creation, or from when it was activated or retried, whatever process works on it.
fn time_left(shared: &Shared, deployment: &DeploymentRow) -> Option<Duration> {
    let minutes = deployment.new.deploy_timeout_minutes?;
    let passed = shared.stamp().millis() - deployment.new.began_millis;
    let passed = Duration::from_millis(passed.try_into().unwrap_or_default());
    Some(Duration::from_secs(60 * u64::from(minutes)).saturating_sub(passed))
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

    let (on_thread, row) = (Arc::clone(shared), deployment.clone());
    // A build that took too long goes on to its end, beside the one of a retry.
    let scratch = shared.id("build-")?;
    let build = tokio::task::spawn_blocking(move || {
        build::build(
            &on_thread.archives,
            &on_thread.limits,
            &*on_thread.build_check,
            &row,
            &scratch,
        )
    });
    let in_time = match time_left(shared, deployment) {
        Some(left) => tokio::time::timeout(left, build).await,
        None => Ok(build.await),
    };
    let built = match in_time {
        // The process is ending, and took the build back before it began. That is no failure of the
        // deployment: whoever starts next builds it.
        Ok(Err(error)) if error.is_cancelled() => return std::future::pending().await,
        Ok(ended) => ended.unwrap_or_else(|error| Err(format!("the builder died: {error}"))),
        Err(_) => Err(LATE.to_owned()),
    };

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

/// Chooses the instance type of a deployment and moves the deployment on; where there is none, the
/// deployment fails.
async fn place(
    shared: &Shared,
    deployment: DeploymentRow,
    to: DeploymentStatus,
) -> Result<(), Refusal> {
    let (stamp, on_failure) = (shared.stamp(), deployment.clone());
    let placed = shared
        .store
        .run(move |tx| {
            let (id, from) = (&deployment.new.id, &deployment.status);
            let (instance_type, why) = match choose(tx, &deployment)? {
                Ok(chosen) => chosen,
                Err(reason) => return Ok(Err(reason)),
            };
            if !DeploymentRow::advance(tx, id, from, &to)? {
                return Ok(Ok(()));
            }
            DeploymentRow::set_instance_type(tx, id, &instance_type.id)?;
            let name = &instance_type.name;
            if *from != DeploymentStatus::Updating {
                stamp.info(tx, id, &format!("Placed on instance type {name}: {why}."))?;
            } else if instance_type.id != deployment.new.instance_type_id {
                stamp.info(tx, id, &format!("Moved to instance type {name}: {why}."))?;
            }
            if to == DeploymentStatus::Active {
                promotion::complete_if_candidate(tx, &stamp, id)?;
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
    if deployment.is_chainlet {
        let own = catalogue::by_id(&new.instance_type_id);
        return Ok(own.map(|found| (found, "chosen when its chain was deployed")));
    }
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
    let updated = place(shared, deployment, DeploymentStatus::Active).await;
    // A deployment that gave way may have to be taken down now.
    shared.wake.notify_one();
    updated
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
