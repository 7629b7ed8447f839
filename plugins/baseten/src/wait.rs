//! Following a deployment to the end of its way.

use std::time::Duration;

use plimsoll_baseten_api::{Deployment, DeploymentStatus};
use plimsoll_core::deployer::{DeployError, DeployErrorKind, Deployed, Event, Outcome, Phase};
use tokio::time::Instant;

use crate::error::ApiError;
use crate::session::Session;

/// The time before the second look; it doubles up to the interval of the options.
pub(crate) const FIRST_LOOK: Duration = Duration::from_millis(200);

/// How long a deployment may take to appear: the official clients allow as much.
const APPEARS_WITHIN: Duration = Duration::from_secs(30);

/// How many lines of the log a failure shows.
const LOG_LINES: u32 = 15;

/// Follows every deployment of an outcome, one after the other, to the end of its way.
pub(crate) async fn wait(
    session: &Session<'_>,
    mut outcome: Outcome,
) -> Result<Outcome, DeployError> {
    for deployed in &mut outcome.deployments {
        follow(session, deployed).await?;
    }
    Ok(outcome)
}

/// Where a status leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    On,
    Arrived,
    Failed,
}

pub(crate) fn way(status: &DeploymentStatus) -> Way {
    match status {
        DeploymentStatus::Active | DeploymentStatus::ScaledToZero => Way::Arrived,
        DeploymentStatus::WakingUp => Way::On,
        pending if pending.is_pending() => Way::On,
        // Also what this version does not know: the official clients stop there as well.
        _ => Way::Failed,
    }
}

async fn follow(session: &Session<'_>, deployed: &mut Deployed) -> Result<(), DeployError> {
    let began = Instant::now();
    // Settings can be changed of a deployment that is switched off, and it stays so.
    let inactive = DeploymentStatus::Inactive.as_str();
    let may_be_inactive = deployed.status == inactive;
    let mut phases = Phases::new(began, &deployed.status);
    let mut pause = FIRST_LOOK.min(session.options().poll_interval);
    let mut failures = 0;
    loop {
        match look(session, deployed, began).await {
            Ok(Some(found)) => {
                failures = 0;
                let now = found.status.as_str();
                if now != deployed.status {
                    session.progress.report(Event::Status {
                        deployment_id: deployed.deployment_id.clone(),
                        status: now.to_owned(),
                    });
                    phases.enter(now);
                    now.clone_into(&mut deployed.status);
                }
                match way(&found.status) {
                    Way::On => {}
                    Way::Failed if may_be_inactive && now == inactive => return Ok(()),
                    Way::Arrived => {
                        deployed.phases = phases.finish();
                        return Ok(());
                    }
                    Way::Failed => return Err(failed(session, deployed).await),
                }
            }
            Ok(None) => {}
            // A wait has all the time it was given: a platform that fails is asked on.
            Err(error) if error.is_transient() || error.may_have_happened() => {
                failures += 1;
                let after = error.retry_after();
                let waiting = session.back_off(failures, error.to_string(), after).await;
                waiting.map_err(|error| on_its_way(error.into(), deployed))?;
            }
            Err(error) => return Err(on_its_way(error.into(), deployed)),
        }
        if began.elapsed() >= session.options().timeouts.wait {
            let message = format!(
                "the deployment {} is still {} after {:.0} s",
                deployed.deployment_id,
                deployed.status,
                began.elapsed().as_secs_f64()
            );
            let error = DeployError::new(DeployErrorKind::Unavailable, message);
            return Err(on_its_way(error, deployed));
        }
        let waiting = session.pause(pause).await;
        waiting.map_err(|error| on_its_way(error.into(), deployed))?;
        pause = pause.saturating_mul(2).min(session.options().poll_interval);
    }
}

/// The deployment; `None` while it has not appeared yet.
async fn look(
    session: &Session<'_>,
    deployed: &Deployed,
    began: Instant,
) -> Result<Option<Deployment>, ApiError> {
    let asking = session
        .client
        .deployment(&deployed.model_id, &deployed.deployment_id);
    match session.interruptible(asking).await? {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() && began.elapsed() < APPEARS_WITHIN => Ok(None),
        Err(error) => Err(error),
    }
}

fn on_its_way(error: DeployError, deployed: &Deployed) -> DeployError {
    error.left_behind(format!(
        "the deployment {} of the model {}, which goes on without being watched (last seen {})",
        deployed.deployment_id, deployed.model_id, deployed.status
    ))
}

async fn failed(session: &Session<'_>, deployed: &Deployed) -> DeployError {
    let Deployed {
        model_id,
        deployment_id,
        status,
        ..
    } = deployed;
    let log = last_lines(session, model_id, deployment_id).await;
    let message = format!("the deployment {deployment_id} failed: it is {status}{log}");
    DeployError::new(DeployErrorKind::DeploymentFailed, message).left_behind(format!(
        "the deployment {deployment_id} of the model {model_id}, which failed"
    ))
}

/// The end of a deployment's log, in words that follow what is said of it. The failure is what
/// counts: a log that cannot be had does not hide it.
pub(crate) async fn last_lines(
    session: &Session<'_>,
    model_id: &str,
    deployment_id: &str,
) -> String {
    let mut message = String::new();
    let logs = session
        .retrying(|| session.client.logs(model_id, deployment_id, LOG_LINES))
        .await;
    match logs {
        Ok(logs) if !logs.logs.is_empty() => {
            message.push_str("; the log ends with:");
            for line in logs.logs.iter().take(LOG_LINES as usize).rev() {
                message.push_str("\n  ");
                message.push_str(session.client.redact(line.message.trim_end()).as_str());
            }
        }
        Ok(_) => {}
        Err(error) => tracing::debug!(%error, "the log could not be read"),
    }
    message
}

/// Phases as they pass.
pub(crate) struct Phases {
    passed: Vec<Phase>,
    status: String,
    since: Instant,
}

impl Phases {
    pub(crate) fn new(since: Instant, status: &str) -> Self {
        Self {
            passed: Vec::new(),
            status: status.to_owned(),
            since,
        }
    }

    pub(crate) fn enter(&mut self, status: &str) {
        let now = Instant::now();
        self.passed.push(Phase {
            status: std::mem::replace(&mut self.status, status.to_owned()),
            seconds: (now - self.since).as_secs_f64(),
        });
        self.since = now;
    }

    /// The phases that came to an end: the last status is where the deployment stays.
    pub(crate) fn finish(self) -> Vec<Phase> {
        self.passed
    }
}
