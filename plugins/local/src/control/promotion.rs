//! Promotion: a candidate takes the place of an environment's current deployment.

use plimsoll_baseten_api::{
    DeploymentStatus, PromotionCanceled, PromotionCleanupStrategy, PromotionStatus,
    UpdateAutoscalingSettings,
};
use rusqlite::Transaction;

use super::{chain, find, settings};
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{DeploymentRow, EnvironmentRow, ModelRow};

/// What a request for a promotion says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) scale_down_previous: bool,
    pub(crate) preserve_env_instance_type: bool,
}

/// Makes a deployment the candidate of an environment. One that serves another environment, or is
/// for development, stays what it is, and a copy of it (`copy_id`) is promoted. Asked again, the
/// answer is the same.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    mut environment: EnvironmentRow,
    deployment: &DeploymentRow,
    wish: Wish,
    copy_id: String,
) -> Result<DeploymentRow, Refusal> {
    let asked = &deployment.new.id;
    for id in [&environment.current, &environment.candidate]
        .into_iter()
        .flatten()
    {
        if let Some(row) = DeploymentRow::by_id(tx, id)?
            && (row.new.id == *asked || row.new.copy_of.as_ref() == Some(asked))
        {
            return Ok(row);
        }
    }
    if let Some(candidate) = &environment.candidate {
        return Err(Refusal::conflict(format!(
            "Deployment {candidate} is being promoted to environment {} already",
            environment.name
        )));
    }
    let status = &deployment.status;
    if *status == DeploymentStatus::Inactive || *status == DeploymentStatus::Deactivating {
        return Err(Refusal::conflict(format!(
            "Deployment {asked} is {status}; activate it first"
        )));
    }
    if status.is_failed() {
        return Err(Refusal::conflict(format!(
            "Deployment {asked} is {status}; retry it first"
        )));
    }
    let serves_elsewhere = !EnvironmentRow::with_deployment(tx, asked)?.is_empty();
    let redeploy = environment.promotion_settings.redeploy_on_promotion == Some(true);
    let candidate = if serves_elsewhere || deployment.new.is_development || redeploy {
        copy(tx, stamp, deployment, copy_id)?
    } else {
        deployment.clone()
    };
    let id = &candidate.new.id;
    environment.candidate = Some(id.clone());
    environment.promotion_paused = false;
    environment.save(tx)?;
    DeploymentRow::set_environment(tx, id, Some(&environment.name))?;
    DeploymentRow::set_promotion(
        tx,
        id,
        Some(wish.scale_down_previous),
        wish.preserve_env_instance_type,
    )?;
    let inherited = environment.autoscaling_settings.clone();
    settings::set(
        tx,
        stamp,
        &candidate,
        &inherited,
        &UpdateAutoscalingSettings::default(),
    )?;
    stamp.info(
        tx,
        id,
        &format!("Promotion to environment {} has begun.", environment.name),
    )?;
    for running in [
        DeploymentStatus::Active,
        DeploymentStatus::ScaledToZero,
        DeploymentStatus::Unhealthy,
    ] {
        DeploymentRow::advance(tx, id, &running, &DeploymentStatus::Updating)?;
    }
    find::deployment(tx, &environment.model_id, id)
}

fn copy(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    of: &DeploymentRow,
    id: String,
) -> Result<DeploymentRow, Refusal> {
    let number = ModelRow::next_number(tx, &of.new.model_id)?;
    let mut new = of.new.clone();
    new.id = id;
    new.name = format!("deployment-{number}");
    new.created_at.clone_from(&stamp.text);
    new.began_millis = stamp.millis();
    new.is_development = false;
    new.reuses_digest.clone_from(&of.build_digest);
    new.copy_of = Some(of.new.id.clone());
    DeploymentRow::insert(tx, &new)?;
    stamp.info(
        tx,
        &new.id,
        &format!("Deployment {} was created of {}.", new.name, of.new.name),
    )?;
    find::deployment(tx, &new.model_id, &new.id)
}

/// What an active candidate does: it takes over, unless the promotion is paused.
pub(crate) fn complete_if_candidate(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &str,
) -> Result<(), Refusal> {
    for environment in EnvironmentRow::with_deployment(tx, deployment)? {
        if environment.candidate.as_deref() == Some(deployment) && !environment.promotion_paused {
            complete(tx, stamp, environment)?;
        }
    }
    chain::promotion::complete_if_candidate(tx, stamp, deployment)
}

/// The candidate becomes the current deployment, and the environment keeps its settings.
fn complete(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    mut environment: EnvironmentRow,
) -> Result<(), Refusal> {
    let Some(candidate) = environment.candidate.take() else {
        return Ok(());
    };
    let candidate = find::deployment(tx, &environment.model_id, &candidate)?;
    let previous = environment.current.replace(candidate.new.id.clone());
    environment.autoscaling_settings = candidate.new.autoscaling_settings.clone();
    environment.instance_type_id = Some(candidate.new.instance_type_id.clone());
    environment.backpressure = candidate.new.backpressure.clone();
    environment.promotion_paused = false;
    environment.save(tx)?;
    let kept = environment.autoscaling_settings.clone();
    settings::set(
        tx,
        stamp,
        &candidate,
        &kept,
        &UpdateAutoscalingSettings::default(),
    )?;
    let name = &environment.name;
    stamp.info(
        tx,
        &candidate.new.id,
        &format!("This is now the current deployment of {name}."),
    )?;
    tracing::info!(deployment = candidate.new.id, environment = %name, "promoted");
    if let Some(previous) = previous
        && let Some(previous) = DeploymentRow::by_id(tx, &previous)?
    {
        let strategy = match candidate.new.scale_down_previous {
            Some(true) => PromotionCleanupStrategy::Deactivate,
            Some(false) => PromotionCleanupStrategy::Keep,
            None => environment
                .promotion_settings
                .promotion_cleanup_strategy
                .unwrap_or(PromotionCleanupStrategy::Keep),
        };
        retire(tx, stamp, &previous, strategy, &candidate.new.name, name)?;
    }
    Ok(())
}

fn retire(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    previous: &DeploymentRow,
    strategy: PromotionCleanupStrategy,
    by: &str,
    environment: &str,
) -> Result<(), Refusal> {
    let id = &previous.new.id;
    DeploymentRow::set_environment(tx, id, None)?;
    stamp.info(
        tx,
        id,
        &format!("{by} took over environment {environment}."),
    )?;
    let to = match strategy {
        PromotionCleanupStrategy::Deactivate => DeploymentStatus::Deactivating,
        PromotionCleanupStrategy::ScaleToZero => DeploymentStatus::ScaledToZero,
        _ => return Ok(()),
    };
    DeploymentRow::advance(tx, id, &DeploymentStatus::Active, &to)?;
    Ok(())
}

/// A candidate that was not active yet gives way to a newer one.
pub(super) fn supersede(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    environment: &EnvironmentRow,
    newer: &str,
) -> Result<(), Refusal> {
    if let Some(candidate) = &environment.candidate {
        DeploymentRow::set_environment(tx, candidate, None)?;
        let name = &environment.name;
        let message = format!("Deployment {newer} is now the candidate of environment {name}.");
        stamp.info(tx, candidate, &message)?;
    }
    Ok(())
}

/// The candidate failed: the environment keeps what it has.
pub(crate) fn fail(tx: &Transaction<'_>, deployment: &str) -> Result<(), Refusal> {
    for mut environment in EnvironmentRow::with_deployment(tx, deployment)? {
        if environment.candidate.as_deref() == Some(deployment) {
            environment.candidate = None;
            environment.promotion_paused = false;
            environment.save(tx)?;
        }
    }
    chain::promotion::fail(tx, deployment)
}

fn in_progress(environment: &EnvironmentRow) -> Result<String, Refusal> {
    environment.candidate.clone().ok_or_else(|| {
        Refusal::conflict(format!(
            "Environment {} has no promotion in progress",
            environment.name
        ))
    })
}

/// Calls the promotion off. The candidate stays, without an environment.
pub(crate) fn cancel(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    mut environment: EnvironmentRow,
) -> Result<PromotionCanceled, Refusal> {
    let candidate = in_progress(&environment)?;
    environment.candidate = None;
    environment.promotion_paused = false;
    environment.save(tx)?;
    DeploymentRow::set_environment(tx, &candidate, None)?;
    let message = format!(
        "Promotion to environment {} was canceled.",
        environment.name
    );
    stamp.info(tx, &candidate, &message)?;
    Ok(PromotionCanceled {
        status: PromotionStatus::Canceled,
        message: format!("Promotion of deployment {candidate} canceled"),
    })
}

/// Holds the promotion before the candidate takes over, or lets it go on.
pub(crate) fn pause(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    mut environment: EnvironmentRow,
    paused: bool,
) -> Result<(), Refusal> {
    let candidate = in_progress(&environment)?;
    environment.promotion_paused = paused;
    environment.save(tx)?;
    let done = if paused { "paused" } else { "resumed" };
    stamp.info(
        tx,
        &candidate,
        &format!("Promotion to {} was {done}.", environment.name),
    )?;
    let is_active =
        find::deployment(tx, &environment.model_id, &candidate)?.status == DeploymentStatus::Active;
    if !paused && is_active {
        complete(tx, stamp, environment)?;
    }
    Ok(())
}

/// Lets the candidate take over now.
pub(crate) fn roll_forward(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    environment: EnvironmentRow,
) -> Result<(), Refusal> {
    let candidate = in_progress(&environment)?;
    let row = find::deployment(tx, &environment.model_id, &candidate)?;
    if row.status != DeploymentStatus::Active {
        return Err(Refusal::conflict(format!(
            "Deployment {candidate} is {}; it takes over when it is ACTIVE",
            row.status
        )));
    }
    complete(tx, stamp, environment)
}
