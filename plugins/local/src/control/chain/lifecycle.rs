//! Deactivating and deleting chain deployments.

use plimsoll_baseten_api::Success;
use rusqlite::Transaction;

use crate::control::lifecycle;
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{ChainDeploymentRow, ChainEnvironmentRow, ChainletRow};

/// Takes every chainlet of a deployment down. An environment keeps it.
pub(crate) fn deactivate(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &ChainDeploymentRow,
) -> Result<Success, Refusal> {
    let mut no_op = true;
    for chainlet in ChainletRow::of(tx, &deployment.id)? {
        no_op &= lifecycle::deactivate(tx, stamp, &chainlet.deployment)?.no_op;
    }
    Ok(Success {
        success: true,
        no_op,
    })
}

/// Deletes a chain deployment that serves no environment.
pub(crate) fn delete(tx: &Transaction<'_>, deployment: &ChainDeploymentRow) -> Result<(), Refusal> {
    let id = &deployment.id;
    for environment in ChainEnvironmentRow::with_deployment(tx, id)? {
        if environment.current.as_ref() == Some(id) {
            return Err(Refusal::conflict(format!(
                "Chain deployment {id} is the current one of environment {}; promote another one \
                 first",
                environment.name
            )));
        }
    }
    ChainDeploymentRow::delete(tx, id)?;
    Ok(())
}
