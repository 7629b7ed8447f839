//! Settings of chain environments. An environment and its deployments have the same autoscaling
//! settings for a chainlet; its instance type takes effect by another deployment.

use plimsoll_baseten_api::{
    ChainletAutoscalingUpdate, ChainletInstanceTypeUpdate, CreateChainEnvironmentRequest,
    SettingsUpdated, UpdateAutoscalingSettings, UpdateChainEnvironmentRequest,
};
use rusqlite::Transaction;

use super::{find, make, promotion};
use crate::catalogue;
use crate::control::{payload, settings};
use crate::ids::IdSource;
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{
    ChainDeploymentRow, ChainEnvironmentRow, ChainletRow, ChainletSettingsRow, PRODUCTION,
};

/// The settings of a chainlet that an environment knows.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) settings: ChainletSettingsRow,
    /// The instance type of what is deployed, or is to be.
    pub(crate) deployed_on: Option<String>,
}

/// The chainlets of an environment: those of its newest deployment in their order, and then those
/// that it keeps settings for.
pub(crate) fn known(
    tx: &Transaction<'_>,
    environment: &ChainEnvironmentRow,
) -> Result<Vec<Known>, Refusal> {
    let mut kept = environment.kept_settings(tx)?;
    let mut known: Vec<Known> = Vec::new();
    for chainlet in deployed(tx, environment)? {
        if known
            .iter()
            .any(|one| one.settings.chainlet == chainlet.name)
        {
            continue;
        }
        let position = kept.iter().position(|kept| kept.chainlet == chainlet.name);
        let settings = match position {
            Some(position) => kept.remove(position),
            None => ChainletSettingsRow {
                chainlet: chainlet.name,
                autoscaling_settings: chainlet.deployment.new.autoscaling_settings.clone(),
                instance_type_id: None,
            },
        };
        known.push(Known {
            settings,
            deployed_on: Some(chainlet.deployment.new.instance_type_id),
        });
    }
    known.extend(kept.into_iter().map(|settings| Known {
        settings,
        deployed_on: None,
    }));
    Ok(known)
}

/// The chainlets of an environment's deployments, those of the candidate first.
fn deployed(
    tx: &Transaction<'_>,
    environment: &ChainEnvironmentRow,
) -> Result<Vec<ChainletRow>, Refusal> {
    let mut chainlets = Vec::new();
    for id in [&environment.candidate, &environment.current]
        .into_iter()
        .flatten()
    {
        chainlets.extend(ChainletRow::of(tx, id)?);
    }
    Ok(chainlets)
}

fn find_known(
    known: &[Known],
    environment: &ChainEnvironmentRow,
    name: &str,
) -> Result<Known, Refusal> {
    let found = known.iter().find(|one| one.settings.chainlet == name);
    found.cloned().ok_or_else(|| {
        let names: Vec<&str> = known
            .iter()
            .map(|one| one.settings.chainlet.as_str())
            .collect();
        Refusal::not_found(format!(
            "Environment {} has no chainlet {name}. Known chainlets: {}",
            environment.name,
            names.join(", ")
        ))
    })
}

/// `POST …/environments`.
pub(crate) fn create_environment(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    chain: &str,
    request: &CreateChainEnvironmentRequest,
) -> Result<ChainEnvironmentRow, Refusal> {
    let chain = find::chain(tx, chain)?;
    let name = request.name.as_str();
    payload::check_new_environment(name, || {
        Ok(ChainEnvironmentRow::find(tx, &chain.id, name)?.is_some())
    })?;
    let mut environment = ChainEnvironmentRow::new(&chain.id, name, &stamp.text);
    if let Some(update) = &request.promotion_settings {
        environment.promotion_settings = environment.promotion_settings.with(update);
    }
    environment.save(tx)?;
    for wished in request.chainlet_settings.iter().flatten() {
        payload::check_model_name(&wished.chainlet_name)?;
        let update = wished.autoscaling_settings.clone().unwrap_or_default();
        let autoscaling_settings =
            plimsoll_baseten_api::AutoscalingSettings::default().with(&update);
        settings::check(&autoscaling_settings, false)?;
        let instance_type = catalogue::by_id(&wished.instance_type_id).map_err(Refusal::invalid)?;
        let kept = ChainletSettingsRow {
            chainlet: wished.chainlet_name.clone(),
            autoscaling_settings,
            instance_type_id: Some(instance_type.id),
        };
        environment.keep(tx, &kept)?;
    }
    Ok(environment)
}

/// `PATCH …/environments/{environment}`.
pub(crate) fn update_environment(
    tx: &Transaction<'_>,
    mut environment: ChainEnvironmentRow,
    request: &UpdateChainEnvironmentRequest,
) -> Result<(), Refusal> {
    if let Some(update) = &request.promotion_settings {
        environment.promotion_settings = environment.promotion_settings.with(update);
        environment.save(tx)?;
    }
    Ok(())
}

/// `DELETE …/environments/{environment}`. Its deployments stay, without an environment.
pub(crate) fn delete_environment(
    tx: &Transaction<'_>,
    environment: &ChainEnvironmentRow,
) -> Result<(), Refusal> {
    if environment.name == PRODUCTION {
        return Err(Refusal::conflict(
            "Environment production cannot be deleted",
        ));
    }
    for id in [&environment.current, &environment.candidate]
        .into_iter()
        .flatten()
    {
        ChainDeploymentRow::set_environment(tx, id, None)?;
    }
    environment.delete(tx)?;
    Ok(())
}

/// `PATCH …/chainlet_settings/autoscaling_settings`. It is in force at once; nothing is deployed.
pub(crate) fn update_autoscaling(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    environment: &ChainEnvironmentRow,
    updates: &[ChainletAutoscalingUpdate],
) -> Result<SettingsUpdated, Refusal> {
    let mut changed = false;
    for update in updates {
        let known = known(tx, environment)?;
        let mut kept = find_known(&known, environment, &update.chainlet_name)?.settings;
        let settings = kept.autoscaling_settings.with(&update.autoscaling_settings);
        settings::check(&settings, false).map_err(|mut refusal| {
            let message = &mut refusal.body.message;
            *message = format!("Chainlet {}: {message}", update.chainlet_name);
            refusal
        })?;
        changed |= settings != kept.autoscaling_settings;
        kept.autoscaling_settings = settings;
        environment.keep(tx, &kept)?;
        for chainlet in deployed(tx, environment)? {
            if chainlet.name == kept.chainlet {
                let unchanged = UpdateAutoscalingSettings::default();
                let settings = &kept.autoscaling_settings;
                changed |= settings::set(tx, stamp, &chainlet.deployment, settings, &unchanged)?;
            }
        }
    }
    Ok(settings::answer(changed))
}

/// What came of a change of instance types.
pub(crate) struct InstanceTypesUpdated {
    /// The deployment that was made for it.
    pub(crate) deployment: Option<ChainDeploymentRow>,
    /// The chainlets that were named.
    pub(crate) chainlets: Vec<Known>,
}

/// `POST …/chainlet_settings/instance_types/update`. What is deployed elsewhere than it should be
/// now is deployed anew, of the same images, and takes over when it is active.
pub(crate) fn update_instance_types(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    ids: &dyn IdSource,
    mut environment: ChainEnvironmentRow,
    updates: &[ChainletInstanceTypeUpdate],
) -> Result<InstanceTypesUpdated, Refusal> {
    let known = known(tx, &environment)?;
    let mut moves = false;
    let mut chainlets: Vec<Known> = Vec::new();
    for update in updates {
        let name = &update.chainlet_name;
        let mut found = find_known(&known, &environment, name)?;
        let instance_type = catalogue::by_id(&update.instance_type_id).map_err(Refusal::invalid)?;
        moves |= found
            .deployed_on
            .as_ref()
            .is_some_and(|deployed| *deployed != instance_type.id);
        found.settings.instance_type_id = Some(instance_type.id);
        environment.keep(tx, &found.settings)?;
        chainlets.retain(|one| one.settings.chainlet != *name);
        chainlets.push(found);
    }
    let base = environment
        .candidate
        .as_ref()
        .or(environment.current.as_ref());
    let deployment = match base {
        Some(base) if moves => {
            let base = find::any_deployment(tx, base)?;
            let made = promotion::copy(tx, stamp, ids, &base, &environment)?;
            make::become_candidate(tx, stamp, &mut environment, &made.id)?;
            Some(made)
        }
        _ => None,
    };
    Ok(InstanceTypesUpdated {
        deployment,
        chainlets,
    })
}
