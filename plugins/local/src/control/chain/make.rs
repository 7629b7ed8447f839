//! Making a chain deployment: its models, their deployments, and what binds them.

use plimsoll_baseten_api::{AutoscalingSettings, JsonObject, UpdateAutoscalingSettings};
use rusqlite::Transaction;

use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{
    ChainDeploymentRow, ChainEnvironmentRow, ChainRow, ChainletRow, DeploymentRow, ModelRow,
    NewDeployment,
};

/// A chainlet that is about to be made.
pub(super) struct NewChainlet {
    /// Its identity.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) model_id: String,
    pub(super) model_name: String,
    pub(super) deployment_id: String,
    pub(super) deployment_name: String,
    pub(super) config: JsonObject,
    pub(super) user_env: Option<JsonObject>,
    pub(super) autoscaling_settings: AutoscalingSettings,
    pub(super) instance_type_id: String,
    pub(super) archive_sha256: String,
    pub(super) reuses_digest: Option<String>,
    pub(super) disable_archive_download: bool,
    /// The deployment that it is made of, where it is.
    pub(super) copy_of: Option<String>,
}

/// Stores a chain deployment with its chainlets, the entrypoint first. They are built afterwards.
pub(super) fn make(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    row: &ChainDeploymentRow,
    chainlets: Vec<NewChainlet>,
) -> Result<(), Refusal> {
    row.insert(tx)?;
    for (position, chainlet) in chainlets.into_iter().enumerate() {
        ModelRow::insert(
            tx,
            &chainlet.model_id,
            &chainlet.model_name,
            &stamp.text,
            chainlet.disable_archive_download,
            true,
        )?;
        ModelRow::next_number(tx, &chainlet.model_id)?;
        let new = NewDeployment {
            id: chainlet.deployment_id,
            model_id: chainlet.model_id,
            name: chainlet.deployment_name,
            created_at: stamp.text.clone(),
            began_millis: stamp.millis(),
            is_development: row.is_draft,
            environment: row.environment.clone(),
            autoscaling_settings: chainlet.autoscaling_settings,
            settings_update: UpdateAutoscalingSettings::default(),
            instance_type_id: chainlet.instance_type_id,
            preserve_env_instance_type: false,
            scale_down_previous: None,
            config: chainlet.config,
            raw_config: None,
            user_env: chainlet.user_env,
            labels: None,
            backpressure: plimsoll_baseten_api::RequestBackpressureSettings::default(),
            deploy_timeout_minutes: None,
            archive_sha256: chainlet.archive_sha256,
            reuses_digest: chainlet.reuses_digest,
            copy_of: chainlet.copy_of,
        };
        DeploymentRow::insert(tx, &new)?;
        let names = (
            chainlet.id.as_str(),
            chainlet.name.as_str(),
            new.id.as_str(),
        );
        ChainletRow::insert(tx, &row.id, position, names)?;
        let message = format!(
            "Chainlet {} of chain deployment {} was created; its build is queued.",
            chainlet.name, row.name
        );
        stamp.info(tx, &new.id, &message)?;
    }
    Ok(())
}

/// The name of a chain deployment: the wished one, or a new one.
pub(super) fn name(
    tx: &Transaction<'_>,
    chain: &str,
    wished: Option<&str>,
) -> Result<String, Refusal> {
    let number = ChainRow::next_number(tx, chain)?;
    Ok(match wished {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => format!("deployment-{number}"),
    })
}

/// Makes a deployment the candidate of an environment, in place of one that was not active yet.
pub(super) fn become_candidate(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    environment: &mut ChainEnvironmentRow,
    deployment: &str,
) -> Result<(), Refusal> {
    if let Some(candidate) = environment.candidate.replace(deployment.to_owned()) {
        ChainDeploymentRow::set_environment(tx, &candidate, None)?;
        let message = format!(
            "Chain deployment {deployment} is now the candidate of environment {}.",
            environment.name
        );
        log(tx, stamp, &candidate, &message)?;
    }
    environment.save(tx)?;
    Ok(())
}

/// Adds a line to the logs of a chain deployment's chainlets.
pub(super) fn log(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    chain_deployment: &str,
    message: &str,
) -> Result<(), Refusal> {
    for chainlet in ChainletRow::of(tx, chain_deployment)? {
        stamp.info(tx, &chainlet.deployment.new.id, message)?;
    }
    Ok(())
}
