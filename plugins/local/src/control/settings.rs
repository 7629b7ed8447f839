//! Changes of settings. An environment and its current deployment have the same autoscaling
//! settings, whichever of the two a request names; a candidate has those and its own changes.

use plimsoll_baseten_api::{
    AutoscalingSettings, CreateEnvironmentRequest, SettingsUpdated, UpdateAutoscalingSettings,
    UpdateEnvironmentRequest, UpdateEnvironmentResponse, UpdateStatus,
};
use rusqlite::Transaction;
use serde_json::Value as Json;

use super::{find, payload, view};
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{DeploymentRow, EnvironmentRow, PRODUCTION};

/// Refuses settings that the platform's documentation refuses.
pub(super) fn check(settings: &AutoscalingSettings, is_development: bool) -> Result<(), Refusal> {
    let mut wrong: Vec<String> = settings
        .out_of_range()
        .iter()
        .map(ToString::to_string)
        .collect();
    if is_development && settings.max_replica > 1 {
        let max = settings.max_replica;
        wrong.push(format!(
            "max_replica is {max}, but a development deployment has 1 at most"
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(format!(
            "Autoscaling settings: {}",
            wrong.join("; ")
        )))
    }
}

/// `PATCH …/deployments/{deployment}/autoscaling_settings`.
pub(crate) fn update_deployment(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
    update: &UpdateAutoscalingSettings,
) -> Result<SettingsUpdated, Refusal> {
    let id = &deployment.new.id;
    let environments = EnvironmentRow::with_deployment(tx, id)?;
    if let Some(mut environment) = environments
        .into_iter()
        .find(|environment| environment.current.as_ref() == Some(id))
    {
        let settings = environment.autoscaling_settings.with(update);
        check(&settings, false)?;
        let changed = settings != environment.autoscaling_settings;
        environment.autoscaling_settings = settings;
        environment.save(tx)?;
        apply(tx, stamp, &environment)?;
        return Ok(answer(changed));
    }
    let settings = deployment.new.autoscaling_settings.with(update);
    check(&settings, deployment.new.is_development)?;
    let kept = deployment.new.settings_update.then(update);
    let changed = set(tx, stamp, deployment, &settings, &kept)?;
    Ok(answer(changed))
}

pub(super) fn answer(changed: bool) -> SettingsUpdated {
    let (status, message) = if changed {
        (UpdateStatus::Accepted, "Autoscaling settings updated")
    } else {
        (UpdateStatus::Unchanged, "No changes")
    };
    SettingsUpdated {
        status,
        message: message.to_owned(),
    }
}

/// `PATCH …/environments/{environment}`.
pub(crate) fn update_environment(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    mut environment: EnvironmentRow,
    request: &UpdateEnvironmentRequest,
) -> Result<UpdateEnvironmentResponse, Refusal> {
    let before = environment.clone();
    if let Some(update) = &request.autoscaling_settings {
        environment.autoscaling_settings = environment.autoscaling_settings.with(update);
        check(&environment.autoscaling_settings, false)?;
    }
    if let Some(update) = &request.promotion_settings {
        environment.promotion_settings = environment.promotion_settings.with(update);
    }
    let (status, message) = if environment == before {
        (UpdateStatus::Unchanged, "No changes")
    } else {
        environment.save(tx)?;
        apply(tx, stamp, &environment)?;
        (UpdateStatus::Accepted, "Environment settings updated")
    };
    Ok(UpdateEnvironmentResponse {
        status,
        message: message.to_owned(),
        environment: Some(view::environment(tx, &environment)?),
    })
}

/// Gives the deployments of an environment what follows from its settings.
fn apply(tx: &Transaction<'_>, stamp: &Stamp, environment: &EnvironmentRow) -> Result<(), Refusal> {
    if let Some(id) = &environment.current
        && let Some(current) = DeploymentRow::by_id(tx, id)?
    {
        let settings = environment.autoscaling_settings.clone();
        set(
            tx,
            stamp,
            &current,
            &settings,
            &UpdateAutoscalingSettings::default(),
        )?;
    }
    if let Some(id) = &environment.candidate
        && let Some(candidate) = DeploymentRow::by_id(tx, id)?
    {
        let update = candidate.new.settings_update.clone();
        let settings = environment.autoscaling_settings.with(&update);
        check(&settings, false)?;
        set(tx, stamp, &candidate, &settings, &update)?;
    }
    Ok(())
}

/// Changes a deployment's settings, and says in its log what changed. Says whether anything did.
pub(super) fn set(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    deployment: &DeploymentRow,
    settings: &AutoscalingSettings,
    update: &UpdateAutoscalingSettings,
) -> Result<bool, Refusal> {
    DeploymentRow::set_settings(tx, &deployment.new.id, settings, update)?;
    let changes = changes(&deployment.new.autoscaling_settings, settings);
    if changes.is_empty() {
        return Ok(false);
    }
    let message = format!("Autoscaling settings changed: {}.", changes.join(", "));
    stamp.info(tx, &deployment.new.id, &message)?;
    Ok(true)
}

fn changes(before: &AutoscalingSettings, after: &AutoscalingSettings) -> Vec<String> {
    let (Ok(Json::Object(before)), Ok(Json::Object(after))) =
        (serde_json::to_value(before), serde_json::to_value(after))
    else {
        return Vec::new();
    };
    after
        .iter()
        .filter_map(|(key, new)| {
            let old = before.get(key).unwrap_or(&Json::Null);
            (old != new).then(|| format!("{key} {old} → {new}"))
        })
        .collect()
}

/// `POST …/environments`.
pub(crate) fn create_environment(
    tx: &Transaction<'_>,
    stamp: &Stamp,
    model: &str,
    request: &CreateEnvironmentRequest,
) -> Result<EnvironmentRow, Refusal> {
    let model = find::own_model(tx, model)?;
    let name = request.name.as_str();
    payload::check_new_environment(name, || {
        Ok(EnvironmentRow::find(tx, &model.id, name)?.is_some())
    })?;
    let mut environment = EnvironmentRow::new(&model.id, name, &stamp.text);
    if let Some(update) = &request.autoscaling_settings {
        environment.autoscaling_settings = environment.autoscaling_settings.with(update);
        check(&environment.autoscaling_settings, false)?;
    }
    if let Some(update) = &request.promotion_settings {
        environment.promotion_settings = environment.promotion_settings.with(update);
    }
    environment.save(tx)?;
    Ok(environment)
}

/// `DELETE …/environments/{environment}`. Its deployments stay, without an environment.
pub(crate) fn delete_environment(
    tx: &Transaction<'_>,
    environment: &EnvironmentRow,
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
        DeploymentRow::set_environment(tx, id, None)?;
    }
    environment.delete(tx)?;
    Ok(())
}
