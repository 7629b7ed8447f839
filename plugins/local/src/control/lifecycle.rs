//! Activating, deactivating, retrying and deleting deployments.

use plimsoll_baseten_api::{DeploymentStatus, Success};
use rusqlite::Transaction;

use super::promotion;
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{DeploymentRow, EnvironmentRow};

const DONE: Success = Success {
    success: true,
    no_op: false,
};
const NOTHING_TO_DO: Success = Success {
    success: true,
    no_op: true,
};

/// Brings a deployment back that was taken down.
pub(crate) fn activate(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
) -> Result<Success, Refusal> {
    let id = &deployment.new.id;
    let status = &deployment.status;
    let to = match status {
        // Nothing runs that would have to end first, so one that is being taken down turns back.
        DeploymentStatus::Inactive | DeploymentStatus::Deactivating
            if deployment.build_digest.is_some() =>
        {
            DeploymentStatus::Deploying
        }
        DeploymentStatus::Inactive
        | DeploymentStatus::Deactivating
        | DeploymentStatus::BuildStopped => DeploymentStatus::Building,
        DeploymentStatus::ScaledToZero => DeploymentStatus::LoadingModel,
        failed if failed.is_failed() => {
            return Err(Refusal::conflict(format!(
                "Deployment {id} is {status}; retry it"
            )));
        }
        _ => return Ok(NOTHING_TO_DO),
    };
    DeploymentRow::advance(tx, id, status, &to)?;
    DeploymentRow::set_began(tx, id, stamp.millis())?;
    stamp.info(tx, id, "Activation was requested.")?;
    Ok(DONE)
}

/// Takes a deployment down; it can be activated again. An environment keeps it.
pub(crate) fn deactivate(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
) -> Result<Success, Refusal> {
    let id = &deployment.new.id;
    let status = &deployment.status;
    let to = match status {
        DeploymentStatus::Building => DeploymentStatus::BuildStopped,
        DeploymentStatus::Inactive | DeploymentStatus::Deactivating => return Ok(NOTHING_TO_DO),
        failed if failed.is_failed() => return Ok(NOTHING_TO_DO),
        _ => DeploymentStatus::Deactivating,
    };
    DeploymentRow::advance(tx, id, status, &to)?;
    promotion::fail(tx, id)?;
    stamp.info(tx, id, "Deactivation was requested.")?;
    Ok(DONE)
}

/// Tries a deployment again that failed. Says why not, where it cannot.
pub(crate) fn retry(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
) -> Result<Option<String>, Refusal> {
    let id = &deployment.new.id;
    let status = &deployment.status;
    if !status.is_failed() {
        return Ok(Some(format!(
            "Deployment {id} is {status}, which is not a failure"
        )));
    }
    let to = match deployment.build_digest {
        Some(_) => DeploymentStatus::Deploying,
        None => DeploymentStatus::Building,
    };
    if let Some(name) = &deployment.new.environment
        && let Some(mut environment) = EnvironmentRow::find(tx, &deployment.new.model_id, name)?
        && environment.current.as_ref() != Some(id)
    {
        promotion::supersede(tx, stamp, &environment, id)?;
        environment.candidate = Some(id.clone());
        environment.promotion_paused = false;
        environment.save(tx)?;
    }
    DeploymentRow::advance(tx, id, status, &to)?;
    DeploymentRow::set_began(tx, id, stamp.millis())?;
    stamp.info(tx, id, "A retry was requested.")?;
    Ok(None)
}

/// Deletes a deployment that serves no environment.
pub(crate) fn delete(tx: &Transaction<'_>, deployment: &DeploymentRow) -> Result<(), Refusal> {
    let id = &deployment.new.id;
    for environment in EnvironmentRow::with_deployment(tx, id)? {
        if environment.current.as_ref() == Some(id) {
            return Err(Refusal::conflict(format!(
                "Deployment {id} is the current deployment of environment {}; promote another one \
                 first",
                environment.name
            )));
        }
    }
    promotion::fail(tx, id)?;
    DeploymentRow::delete(tx, id)?;
    Ok(())
}
