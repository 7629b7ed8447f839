//! Changing the settings of chainlets, and seeing that they are changed.

use std::collections::BTreeMap;
use std::time::Duration;

use plimsoll_baseten_api::{
    AutoscalingSettings, ChainletAutoscalingUpdate, UpdateAutoscalingSettings,
    UpdateChainletAutoscalingRequest, UpdateStatus,
};
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use tokio::time::Instant;

use crate::error::ApiError;
use crate::plan::shows;
use crate::session::Session;

/// The time before a second look; it doubles with each.
const FIRST_LOOK: Duration = Duration::from_millis(50);

/// The longest time between two looks.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// Changes settings of chainlets in an environment with one request, and waits until the platform
/// shows them, as it answers before they are in force. Says what came of it.
pub(super) async fn update(
    session: &Session<'_>,
    chain: &str,
    environment: &str,
    updates: &BTreeMap<String, UpdateAutoscalingSettings>,
) -> Result<String, DeployError> {
    let request = UpdateChainletAutoscalingRequest {
        updates: updates
            .iter()
            .map(|(chainlet, settings)| ChainletAutoscalingUpdate {
                chainlet_name: chainlet.clone(),
                autoscaling_settings: settings.clone(),
            })
            .collect(),
    };
    let client = session.client;
    let until = Instant::now() + session.options().timeouts.settle;
    let mut pause = FIRST_LOOK;
    let answer = loop {
        let patch = || client.update_chainlet_settings(chain, environment, &request);
        match session.retrying(patch).await {
            // An environment, and a chainlet in it, that comes with a deployment takes a moment.
            Err(error)
                if (error.is_not_found() || error.is_refusal()) && Instant::now() < until =>
            {
                if !is_missing(session, chain, environment, updates).await? {
                    return Err(error.into());
                }
                session.pause(pause).await?;
                pause = pause.saturating_mul(2).min(LONGEST_LOOK);
            }
            answer => break answer?,
        }
    };
    pause = FIRST_LOOK;
    loop {
        let live = in_force(session, chain, environment).await?;
        let differs = |(chainlet, wanted): (&String, &UpdateAutoscalingSettings)| {
            let live = live.get(chainlet).and_then(Option::as_ref);
            live.is_none_or(|live| !shows(live, wanted))
        };
        if !updates.iter().any(differs) {
            return Ok(format!("the environment `{environment}` has the settings"));
        }
        if answer.status == UpdateStatus::Queued {
            return Ok(format!(
                "the environment `{environment}` will have the settings: {}",
                client.redact(&answer.message)
            ));
        }
        if Instant::now() >= until {
            let message = format!(
                "the platform took the settings of chainlets in `{environment}`, and does not show \
                 them after {} s",
                session.options().timeouts.settle.as_secs_f64()
            );
            return Err(DeployError::new(DeployErrorKind::Unavailable, message)
                .left_behind(format!("other settings in `{environment}`, perhaps")));
        }
        session.pause(pause).await?;
        pause = pause.saturating_mul(2).min(LONGEST_LOOK);
    }
}

/// Whether the environment, or one of the chainlets in it, is not there yet.
async fn is_missing(
    session: &Session<'_>,
    chain: &str,
    environment: &str,
    updates: &BTreeMap<String, UpdateAutoscalingSettings>,
) -> Result<bool, ApiError> {
    match in_force(session, chain, environment).await {
        Ok(live) => Ok(!updates.keys().all(|chainlet| live.contains_key(chainlet))),
        Err(error) if error.is_not_found() => Ok(true),
        Err(error) => Err(error),
    }
}

/// The settings of each chainlet that the environment knows.
async fn in_force(
    session: &Session<'_>,
    chain: &str,
    environment: &str,
) -> Result<BTreeMap<String, Option<AutoscalingSettings>>, ApiError> {
    let client = session.client;
    let found = session
        .retrying(|| client.chain_environment(chain, environment))
        .await?;
    let settings = found.chainlet_settings.into_iter();
    Ok(settings
        .map(|settings| (settings.chainlet_name, settings.autoscaling_settings))
        .collect())
}
