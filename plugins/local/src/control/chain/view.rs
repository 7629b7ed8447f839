//! Chains as clients see them.

use plimsoll_baseten_api::{
    Chain, ChainDeployment, ChainEnvironment, Chainlet, ChainletEnvironmentSettings,
    DeploymentStatus,
};
use rusqlite::Transaction;

use super::settings;
use crate::catalogue;
use crate::control::view::TEAM_NAME;
use crate::refusal::Refusal;
use crate::store::{ChainDeploymentRow, ChainEnvironmentRow, ChainRow, ChainletRow};

/// A chain as clients see it.
pub(crate) fn chain(row: &ChainRow) -> Chain {
    Chain {
        id: row.id.clone(),
        created_at: row.created_at.clone(),
        name: row.name.clone(),
        deployments_count: row.deployments_count.into(),
        team_name: TEAM_NAME.to_owned(),
    }
}

/// A chain deployment as clients see it.
pub(crate) fn deployment(
    tx: &Transaction<'_>,
    row: &ChainDeploymentRow,
) -> Result<ChainDeployment, Refusal> {
    let chainlets = ChainletRow::of(tx, &row.id)?;
    Ok(ChainDeployment {
        id: row.id.clone(),
        created_at: row.created_at.clone(),
        chain_id: row.chain_id.clone(),
        environment: row.environment.clone(),
        status: status(&chainlets),
        chainlets: chainlets.iter().map(chainlet).collect(),
    })
}

fn chainlet(row: &ChainletRow) -> Chainlet {
    let new = &row.deployment.new;
    Chainlet {
        id: row.id.clone(),
        name: row.name.clone(),
        autoscaling_settings: Some(new.autoscaling_settings.clone()),
        instance_type_name: new.instance_type_id.clone(),
        // The platform is a control plane only.
        active_replica_count: 0,
        status: row.deployment.status.clone(),
    }
}

/// The statuses of chainlets, from the one that says most of the whole to the one that says least.
const BY_WEIGHT: [DeploymentStatus; 14] = [
    DeploymentStatus::BuildFailed,
    DeploymentStatus::DeployFailed,
    DeploymentStatus::Failed,
    DeploymentStatus::BuildStopped,
    DeploymentStatus::Building,
    DeploymentStatus::Deploying,
    DeploymentStatus::LoadingModel,
    DeploymentStatus::Updating,
    DeploymentStatus::WakingUp,
    DeploymentStatus::Unhealthy,
    DeploymentStatus::Deactivating,
    DeploymentStatus::Inactive,
    DeploymentStatus::Active,
    DeploymentStatus::ScaledToZero,
];

/// Where a chain deployment is: as far as the chainlet that is furthest behind.
pub(crate) fn status(chainlets: &[ChainletRow]) -> DeploymentStatus {
    let has = |status: &&DeploymentStatus| {
        chainlets
            .iter()
            .any(|chainlet| chainlet.deployment.status == **status)
    };
    let heaviest = BY_WEIGHT.iter().find(has);
    heaviest.cloned().unwrap_or(DeploymentStatus::Failed)
}

/// A chain environment as clients see it.
pub(crate) fn environment(
    tx: &Transaction<'_>,
    row: &ChainEnvironmentRow,
) -> Result<ChainEnvironment, Refusal> {
    let find = |id: &Option<String>| -> Result<Option<ChainDeployment>, Refusal> {
        let found = match id {
            Some(id) => ChainDeploymentRow::by_id(tx, id)?,
            None => None,
        };
        found.map(|found| deployment(tx, &found)).transpose()
    };
    let chainlet_settings = settings::known(tx, row)?;
    Ok(ChainEnvironment {
        name: row.name.clone(),
        created_at: row.created_at.clone(),
        chain_id: row.chain_id.clone(),
        promotion_settings: row.promotion_settings.clone(),
        chainlet_settings: chainlet_settings.iter().map(chainlet_settings_of).collect(),
        current_deployment: find(&row.current)?,
        candidate_deployment: find(&row.candidate)?,
    })
}

/// The settings of a chainlet as clients see them.
pub(crate) fn chainlet_settings_of(known: &settings::Known) -> ChainletEnvironmentSettings {
    let instance_type = known
        .settings
        .instance_type_id
        .as_ref()
        .or(known.deployed_on.as_ref())
        .and_then(|id| catalogue::by_id(id).ok())
        .unwrap_or_else(catalogue::smallest);
    ChainletEnvironmentSettings {
        chainlet_name: known.settings.chainlet.clone(),
        autoscaling_settings: Some(known.settings.autoscaling_settings.clone()),
        instance_type,
    }
}
