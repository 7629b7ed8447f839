//! What is checked of a deployment's payload without looking at the state.

use plimsoll_baseten_api::{DeploymentPayload, limits};
use serde_json::Value as Json;

use crate::refusal::Refusal;
use crate::store::PRODUCTION;

const NAME_CHARS: usize = 255;

/// Refuses what the platform's documentation refuses, and what this platform does not have.
pub(super) fn check(payload: &DeploymentPayload) -> Result<(), Refusal> {
    check_deployment_name(payload.deployment_name.as_deref().unwrap_or_default())?;
    if let Some(minutes) = payload.deploy_timeout_minutes
        && !limits::DEPLOY_TIMEOUT_MINUTES.contains(&minutes)
    {
        let range = limits::DEPLOY_TIMEOUT_MINUTES;
        return Err(Refusal::invalid(format!(
            "deploy_timeout_minutes is {minutes}, but must be between {} and {}",
            range.start(),
            range.end()
        )));
    }
    let raw = payload.raw_config.as_ref().map_or(0, String::len);
    if raw > limits::RAW_CONFIG_MAX_BYTES {
        return Err(Refusal::invalid(format!(
            "raw_config has {raw} bytes; {} are the most",
            limits::RAW_CONFIG_MAX_BYTES
        )));
    }
    development(payload)?;
    if payload.instance_type_id.is_some() && payload.preserve_env_instance_type {
        return Err(Refusal::invalid(
            "instance_type_id needs preserve_env_instance_type to be false",
        ));
    }
    let given = |json: &Option<Json>| json.as_ref().is_some_and(|json| !json.is_null());
    for (key, is_given) in [
        (
            "promotion_settings_override",
            given(&payload.promotion_settings_override),
        ),
        (
            "autoscaling_schedule_settings",
            given(&payload.autoscaling_schedule_settings),
        ),
        ("region", payload.region.is_some()),
    ] {
        if is_given {
            return Err(Refusal::invalid(format!(
                "{key} is not something that the local platform has; leave it out"
            )));
        }
    }
    Ok(())
}

/// A development deployment belongs to no environment and has no name of its own.
fn development(payload: &DeploymentPayload) -> Result<(), Refusal> {
    if !payload.is_development {
        return Ok(());
    }
    for (key, is_default) in [
        ("environment_name", payload.environment_name.is_none()),
        ("deployment_name", payload.deployment_name.is_none()),
        (
            "preserve_env_instance_type",
            payload.preserve_env_instance_type,
        ),
    ] {
        if !is_default {
            return Err(Refusal::invalid(format!(
                "{key} cannot be given for a development deployment"
            )));
        }
    }
    Ok(())
}

/// The name of a deployment; an empty one asks for a new one.
pub(super) fn check_deployment_name(name: &str) -> Result<(), Refusal> {
    if !limits::is_deployment_name(name) || name.len() > NAME_CHARS {
        return Err(Refusal::invalid(format!(
            "Deployment name {name:?} may have letters, digits, '_', '-' and '.' only, \
             {NAME_CHARS} at most"
        )));
    }
    Ok(())
}

/// A name of a model, a chain or a chainlet.
pub(super) fn check_model_name(name: &str) -> Result<(), Refusal> {
    let bad = name.trim().is_empty()
        || name.chars().count() > NAME_CHARS
        || name.chars().any(char::is_control);
    if bad {
        return Err(Refusal::invalid(format!(
            "The name {name:?} must have 1 to {NAME_CHARS} printable characters"
        )));
    }
    Ok(())
}

/// The name of an environment that is to be created: one that can be, is not `production`, and is
/// not `taken`.
pub(super) fn check_new_environment(
    name: &str,
    taken: impl FnOnce() -> Result<bool, Refusal>,
) -> Result<(), Refusal> {
    if name == PRODUCTION {
        return Err(Refusal::conflict(
            "Environment production is always there; it is not created",
        ));
    }
    check_environment_name(name)?;
    if taken()? {
        return Err(Refusal::conflict(format!(
            "Environment {name} exists already"
        )));
    }
    Ok(())
}

/// The name of an environment.
pub(super) fn check_environment_name(name: &str) -> Result<(), Refusal> {
    let only_dots = name.chars().all(|c| c == '.');
    if only_dots || name.len() > NAME_CHARS || !limits::is_deployment_name(name) {
        return Err(Refusal::invalid(format!(
            "Environment name {name:?} must have 1 to {NAME_CHARS} letters, digits, '_', '-' or '.'"
        )));
    }
    Ok(())
}
