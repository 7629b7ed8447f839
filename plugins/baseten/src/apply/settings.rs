//! Changing settings, and seeing that they are changed.

use std::fmt;
use std::time::Duration;

use plimsoll_baseten_api::{AutoscalingSettings, UpdateAutoscalingSettings, UpdateStatus};
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use tokio::time::Instant;

use crate::error::ApiError;
use crate::plan::shows;
use crate::session::Session;

/// The time before a second look; it doubles with each.
const FIRST_LOOK: Duration = Duration::from_millis(50);

/// The longest time between two looks.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// Whose settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An environment's, by name.
    Environment(String),
    /// A deployment's, by identity.
    Deployment(String),
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(formatter, "the environment `{name}`"),
            Self::Deployment(id) => write!(formatter, "the deployment {id}"),
        }
    }
}

/// Changes settings and waits until the platform shows them, as it answers before they are in
/// force. Says what came of it.
pub(crate) async fn update(
    session: &Session<'_>,
    model: &str,
    target: &Target,
    settings: &UpdateAutoscalingSettings,
) -> Result<String, DeployError> {
    let until = Instant::now() + session.options().timeouts.settle;
    let answer = loop {
        match session
            .retrying(|| patch(session, model, target, settings))
            .await
        {
            // An environment that comes with a deployment takes a moment to appear.
            Err(error) if error.is_not_found() && Instant::now() < until => {
                session.pause(FIRST_LOOK).await?;
            }
            answer => break answer?,
        }
    };
    let mut pause = FIRST_LOOK;
    loop {
        match live(session, model, target).await? {
            Some(live) if shows(&live, settings) => {
                return Ok(format!("{target} has the settings"));
            }
            None => {
                return Ok(format!(
                    "{target} shows its settings when it is deployed: {}",
                    session.client.redact(&answer.message)
                ));
            }
            Some(_) if answer.status == UpdateStatus::Queued => {
                return Ok(format!(
                    "{target} will have the settings: {}",
                    session.client.redact(&answer.message)
                ));
            }
            Some(_) => {}
        }
        if Instant::now() >= until {
            let message = format!(
                "the platform took the settings of {target}, and does not show them after {} s",
                session.options().timeouts.settle.as_secs_f64()
            );
            return Err(DeployError::new(DeployErrorKind::Unavailable, message)
                .left_behind(format!("other settings of {target}, perhaps")));
        }
        session.pause(pause).await?;
        pause = pause.saturating_mul(2).min(LONGEST_LOOK);
    }
}

async fn patch(
    session: &Session<'_>,
    model: &str,
    target: &Target,
    settings: &UpdateAutoscalingSettings,
) -> Result<plimsoll_baseten_api::SettingsUpdated, ApiError> {
    let client = session.client;
    match target {
        Target::Environment(name) => client.update_environment(model, name, settings).await,
        Target::Deployment(id) => client.update_deployment(model, id, settings).await,
    }
}

async fn live(
    session: &Session<'_>,
    model: &str,
    target: &Target,
) -> Result<Option<AutoscalingSettings>, ApiError> {
    match target {
        Target::Environment(name) => {
            let environment = session.environment(model, name).await?;
            Ok(Some(environment.autoscaling_settings))
        }
        Target::Deployment(id) => {
            let deployment = session.deployment(model, id).await?;
            Ok(deployment.autoscaling_settings)
        }
    }
}
