//! Models and environments as clients see them.

use plimsoll_baseten_api::{
    Deployment, Environment, InProgressPromotion, InstanceType, Model, PromotionStatus,
};
use rusqlite::Transaction;

use crate::catalogue;
use crate::refusal::Refusal;
use crate::store::{DeploymentRow, EnvironmentRow, ModelRow, PRODUCTION};

/// The one team.
pub(crate) const TEAM_ID: &str = "team0001";
/// Its name.
pub(crate) const TEAM_NAME: &str = "default-team";

/// Refuses a team that is not the one.
pub(crate) fn check_team(team: &str) -> Result<(), Refusal> {
    if team == TEAM_ID {
        Ok(())
    } else {
        Err(Refusal::not_found(format!(
            "Team {team} not found. The only team is {TEAM_ID}"
        )))
    }
}

/// A model as clients see it.
pub(crate) fn model(tx: &Transaction<'_>, row: &ModelRow) -> Result<Model, Refusal> {
    let production = EnvironmentRow::find(tx, &row.id, PRODUCTION)?
        .and_then(|environment| environment.current.or(environment.candidate));
    let instance_type_name = match &production {
        Some(id) => DeploymentRow::by_id(tx, id)?.map(|found| found.new.instance_type_id),
        None => None,
    };
    Ok(Model {
        id: row.id.clone(),
        created_at: row.created_at.clone(),
        name: row.name.clone(),
        deployments_count: row.deployments_count.into(),
        production_deployment_id: production,
        development_deployment_id: row.development_deployment_id.clone(),
        instance_type_name: instance_type_name.unwrap_or_else(|| catalogue::smallest().id),
        team_name: TEAM_NAME.to_owned(),
    })
}

/// An environment as clients see it.
pub(crate) fn environment(
    tx: &Transaction<'_>,
    row: &EnvironmentRow,
) -> Result<Environment, Refusal> {
    let deployment = |id: &Option<String>| -> Result<Option<Deployment>, Refusal> {
        match id {
            Some(id) => Ok(DeploymentRow::by_id(tx, id)?.map(|found| found.wire())),
            None => Ok(None),
        }
    };
    let candidate_deployment = deployment(&row.candidate)?;
    let in_progress_promotion = candidate_deployment.as_ref().map(|_| InProgressPromotion {
        status: if row.promotion_paused {
            PromotionStatus::Paused
        } else {
            PromotionStatus::Releasing
        },
        // There is no traffic, so none of it moves before the whole does.
        percent_traffic_to_new_version: 0,
        error_message: None,
        rolling_deploy: Some(false),
    });
    Ok(Environment {
        name: row.name.clone(),
        created_at: row.created_at.clone(),
        model_id: row.model_id.clone(),
        current_deployment: deployment(&row.current)?,
        candidate_deployment,
        in_progress_promotion,
        autoscaling_settings: row.autoscaling_settings.clone(),
        promotion_settings: row.promotion_settings.clone(),
        instance_type: instance_type(row),
        request_backpressure_settings: Some(row.backpressure.clone()),
        autoscaling_schedules: None,
        traffic_routing: None,
    })
}

/// The instance type of an environment: the smallest, until something is deployed.
fn instance_type(row: &EnvironmentRow) -> InstanceType {
    row.instance_type_id
        .as_ref()
        .and_then(|id| catalogue::by_id(id).ok())
        .unwrap_or_else(catalogue::smallest)
}
