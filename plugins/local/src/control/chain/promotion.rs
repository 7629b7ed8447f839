//! Promotion: a candidate takes the place of an environment's current deployment, when all of its
//! chainlets are active.

use plimsoll_baseten_api::{
    DeploymentStatus, PromotionCleanupStrategy, UpdateAutoscalingSettings, chainlet_model_stem,
};
use rusqlite::Transaction;

use super::make::{self, NewChainlet};
use super::{deploy, find, view};
use crate::control::{lifecycle, settings};
use crate::ids::{IdSource, random_id};
use crate::refusal::Refusal;
use crate::shared::{Stamp, new_id};
use crate::store::{
    ChainDeploymentRow, ChainEnvironmentRow, ChainletRow, ChainletSettingsRow, DeploymentRow,
    ModelRow,
};

/// Makes a chain deployment the candidate of an environment. One that serves another environment,
/// or is for development, stays what it is, and a copy of it is promoted. Asked again, the answer
/// is the same.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    ids: &dyn IdSource,
    mut environment: ChainEnvironmentRow,
    deployment: &ChainDeploymentRow,
    scale_down_previous: bool,
) -> Result<ChainDeploymentRow, Refusal> {
    let asked = &deployment.id;
    for id in [&environment.current, &environment.candidate]
        .into_iter()
        .flatten()
    {
        if let Some(row) = ChainDeploymentRow::by_id(tx, id)?
            && (row.id == *asked || row.copy_of.as_ref() == Some(asked))
        {
            return Ok(row);
        }
    }
    if let Some(candidate) = &environment.candidate {
        return Err(Refusal::conflict(format!(
            "Chain deployment {candidate} is being promoted to environment {} already",
            environment.name
        )));
    }
    let chainlets = ChainletRow::of(tx, asked)?;
    let status = view::status(&chainlets);
    if status.is_failed() {
        return Err(Refusal::conflict(format!(
            "Chain deployment {asked} is {status}; push the chain again"
        )));
    }
    let serves_elsewhere = !ChainEnvironmentRow::with_deployment(tx, asked)?.is_empty();
    let redeploy = environment.promotion_settings.redeploy_on_promotion == Some(true);
    let candidate = if serves_elsewhere || deployment.is_draft || redeploy {
        copy(tx, stamp, ids, deployment, &environment)?
    } else {
        take(tx, stamp, &chainlets, &environment)?;
        deployment.clone()
    };
    let id = &candidate.id;
    make::become_candidate(tx, stamp, &mut environment, id)?;
    ChainDeploymentRow::set_environment(tx, id, Some(&environment.name))?;
    ChainDeploymentRow::set_scale_down_previous(tx, id, Some(scale_down_previous))?;
    let message = format!("Promotion to environment {} has begun.", environment.name);
    make::log(tx, stamp, id, &message)?;
    find::any_deployment(tx, id)
}

/// Gives the chainlets of a deployment an environment's settings, and has the worker look after
/// them. What was taken down comes back: chains have no way to activate them otherwise.
fn take(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    chainlets: &[ChainletRow],
    environment: &ChainEnvironmentRow,
) -> Result<(), Refusal> {
    let kept = environment.kept_settings(tx)?;
    for chainlet in chainlets {
        let (autoscaling, instance_type) = placement(chainlet, &kept);
        let deployment = &chainlet.deployment;
        let id = &deployment.new.id;
        let unchanged = UpdateAutoscalingSettings::default();
        settings::set(tx, stamp, deployment, &autoscaling, &unchanged)?;
        if instance_type != deployment.new.instance_type_id {
            DeploymentRow::set_instance_type(tx, id, &instance_type)?;
            stamp.info(tx, id, &format!("Moves to instance type {instance_type}."))?;
        }
        match deployment.status {
            DeploymentStatus::Inactive | DeploymentStatus::Deactivating => {
                lifecycle::activate(tx, stamp, deployment)?;
            }
            DeploymentStatus::Active
            | DeploymentStatus::ScaledToZero
            | DeploymentStatus::Unhealthy => {
                DeploymentRow::advance(tx, id, &deployment.status, &DeploymentStatus::Updating)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What an environment deploys a chainlet with: what it keeps for it, or else the defaults and the
/// instance type of its resources.
fn placement(
    chainlet: &ChainletRow,
    kept: &[ChainletSettingsRow],
) -> (plimsoll_baseten_api::AutoscalingSettings, String) {
    let new = &chainlet.deployment.new;
    let kept = kept.iter().find(|kept| kept.chainlet == chainlet.name);
    let autoscaling = kept
        .map(|kept| kept.autoscaling_settings.clone())
        .unwrap_or_default();
    let instance_type = kept
        .and_then(|kept| kept.instance_type_id.clone())
        .or_else(|| deploy::instance_type_of(&new.config).ok())
        .unwrap_or_else(|| new.instance_type_id.clone());
    (autoscaling, instance_type)
}

/// A new chain deployment of the same images, with an environment's settings.
pub(super) fn copy(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    ids: &dyn IdSource,
    of: &ChainDeploymentRow,
    environment: &ChainEnvironmentRow,
) -> Result<ChainDeploymentRow, Refusal> {
    let row = ChainDeploymentRow {
        id: new_id(ids, "x")?,
        chain_id: of.chain_id.clone(),
        name: make::name(tx, &of.chain_id, None)?,
        created_at: stamp.text.clone(),
        is_draft: false,
        environment: Some(environment.name.clone()),
        scale_down_previous: None,
        source_sha256: of.source_sha256.clone(),
        copy_of: Some(of.id.clone()),
    };
    let kept = environment.kept_settings(tx)?;
    let mut chainlets = Vec::new();
    for chainlet in ChainletRow::of(tx, &of.id)? {
        let (autoscaling_settings, instance_type_id) = placement(&chainlet, &kept);
        let new = chainlet.deployment.new;
        let model = ModelRow::by_id(tx, &new.model_id)?;
        chainlets.push(NewChainlet {
            id: new_id(ids, "l")?,
            name: chainlet.name,
            model_id: new_id(ids, "m")?,
            model_name: new_model_name(tx, ids, &chainlet.model_name)?,
            deployment_id: new_id(ids, "d")?,
            deployment_name: row.name.clone(),
            config: new.config,
            user_env: new.user_env,
            autoscaling_settings,
            instance_type_id,
            archive_sha256: new.archive_sha256,
            reuses_digest: chainlet.deployment.build_digest,
            disable_archive_download: model.is_some_and(|model| model.disable_archive_download),
            copy_of: Some(new.id),
        });
    }
    make::make(tx, stamp, &row, chainlets)?;
    Ok(row)
}

const SUFFIX_BYTES: usize = 4;

/// A name for another model of the same chainlet, as clients make them.
fn new_model_name(tx: &Transaction<'_>, ids: &dyn IdSource, like: &str) -> Result<String, Refusal> {
    let stem = chainlet_model_stem(like);
    loop {
        let name = random_id(ids, &format!("{stem}-"), SUFFIX_BYTES)?;
        if ModelRow::by_name(tx, &name)?.is_none() {
            return Ok(name);
        }
    }
}

/// A chainlet has become active: when it was the last one, the candidate takes over.
pub(crate) fn complete_if_candidate(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    chainlet_deployment: &str,
) -> Result<(), Refusal> {
    let Some(deployment) = ChainDeploymentRow::of_chainlet(tx, chainlet_deployment)? else {
        return Ok(());
    };
    let chainlets = ChainletRow::of(tx, &deployment.id)?;
    let serves = |chainlet: &ChainletRow| {
        matches!(
            chainlet.deployment.status,
            DeploymentStatus::Active | DeploymentStatus::ScaledToZero
        )
    };
    if !chainlets.iter().all(serves) {
        return Ok(());
    }
    for environment in ChainEnvironmentRow::with_deployment(tx, &deployment.id)? {
        if environment.candidate.as_ref() == Some(&deployment.id) {
            complete(tx, stamp, environment, &deployment, &chainlets)?;
        }
    }
    Ok(())
}

/// The candidate becomes the current deployment, and the environment keeps its settings.
fn complete(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    mut environment: ChainEnvironmentRow,
    candidate: &ChainDeploymentRow,
    chainlets: &[ChainletRow],
) -> Result<(), Refusal> {
    environment.candidate = None;
    let previous = environment.current.replace(candidate.id.clone());
    environment.save(tx)?;
    for chainlet in chainlets {
        let new = &chainlet.deployment.new;
        let settings = ChainletSettingsRow {
            chainlet: chainlet.name.clone(),
            autoscaling_settings: new.autoscaling_settings.clone(),
            instance_type_id: Some(new.instance_type_id.clone()),
        };
        environment.keep(tx, &settings)?;
    }
    let name = &environment.name;
    let message = format!(
        "Chain deployment {} is now the current one of {name}.",
        candidate.name
    );
    make::log(tx, stamp, &candidate.id, &message)?;
    tracing::info!(chain_deployment = candidate.id, environment = %name, "promoted");
    let previous = match previous {
        Some(previous) => ChainDeploymentRow::by_id(tx, &previous)?,
        None => None,
    };
    if let Some(previous) = previous {
        let strategy = match candidate.scale_down_previous {
            Some(true) => PromotionCleanupStrategy::Deactivate,
            Some(false) => PromotionCleanupStrategy::Keep,
            None => environment
                .promotion_settings
                .promotion_cleanup_strategy
                .unwrap_or(PromotionCleanupStrategy::Keep),
        };
        ChainDeploymentRow::set_environment(tx, &previous.id, None)?;
        let message = format!("{} took over environment {name}.", candidate.name);
        make::log(tx, stamp, &previous.id, &message)?;
        retire(tx, &previous, strategy)?;
    }
    Ok(())
}

fn retire(
    tx: &Transaction<'_>,
    previous: &ChainDeploymentRow,
    strategy: PromotionCleanupStrategy,
) -> Result<(), Refusal> {
    let to = match strategy {
        PromotionCleanupStrategy::Deactivate => DeploymentStatus::Deactivating,
        PromotionCleanupStrategy::ScaleToZero => DeploymentStatus::ScaledToZero,
        _ => return Ok(()),
    };
    for chainlet in ChainletRow::of(tx, &previous.id)? {
        let id = &chainlet.deployment.new.id;
        DeploymentRow::advance(tx, id, &DeploymentStatus::Active, &to)?;
    }
    Ok(())
}

/// A chainlet failed, or was taken down: its chain deployment is no candidate any more, and the
/// environment keeps what it has.
pub(crate) fn fail(tx: &Transaction<'_>, chainlet_deployment: &str) -> Result<(), Refusal> {
    let Some(deployment) = ChainDeploymentRow::of_chainlet(tx, chainlet_deployment)? else {
        return Ok(());
    };
    for mut environment in ChainEnvironmentRow::with_deployment(tx, &deployment.id)? {
        if environment.candidate.as_ref() == Some(&deployment.id) {
            environment.candidate = None;
            environment.save(tx)?;
        }
    }
    Ok(())
}
