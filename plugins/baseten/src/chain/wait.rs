//! Following the chainlets of a deployment, all together, to the end of their way.

use plimsoll_baseten_api::DeploymentStatus;
use plimsoll_baseten_api::graphql::ChainletRef;
use plimsoll_core::deployer::{
    DeployError, DeployErrorKind, Deployed, DeployedChain, Event, Outcome, Watched,
};
use tokio::time::Instant;

use crate::session::Session;
use crate::wait::{FIRST_LOOK, Phases, Way, last_lines, way};

/// Follows a chain until every chainlet serves, or one has failed and the others are at an end.
pub(crate) async fn wait(
    session: &Session<'_>,
    mut outcome: Outcome,
) -> Result<Outcome, DeployError> {
    let Some(chain) = outcome.chain.clone() else {
        return Ok(outcome);
    };
    session.progress.report(Event::Watching {
        deployments: watched(&outcome),
    });
    // Settings can be changed of a deployment that is switched off, and it stays so.
    let inactive = DeploymentStatus::Inactive.as_str();
    let switched_off = outcome.deployments.iter().all(|one| one.status == inactive);
    if switched_off {
        return Ok(outcome);
    }
    let began = Instant::now();
    let phases = outcome.deployments.iter();
    let mut phases: Vec<Phases> = phases
        .map(|deployed| Phases::new(began, &deployed.status))
        .collect();
    let mut pause = FIRST_LOOK.min(session.options().poll_interval);
    let mut failures = 0;
    loop {
        let asking = session.client.chainlets(&chain.deployment_id);
        let found = session.interruptible(asking).await.and_then(|found| found);
        match found {
            Ok(found) => {
                failures = 0;
                take(session, &mut outcome, &mut phases, &found);
                let ways: Vec<Way> = found.iter().map(way_of).collect();
                if has_all(&found, &outcome) && ways.iter().all(|way| *way == Way::Arrived) {
                    for (deployed, phases) in outcome.deployments.iter_mut().zip(phases) {
                        deployed.phases = phases.finish();
                    }
                    return Ok(outcome);
                }
                if ways.contains(&Way::Failed) && !ways.contains(&Way::On) {
                    return Err(failed(session, &chain, &found).await);
                }
            }
            // A wait has all the time it was given: a platform that fails is asked on.
            Err(error) if error.is_transient() || error.may_have_happened() => {
                failures += 1;
                let after = error.retry_after();
                let waiting = session.back_off(failures, error.to_string(), after).await;
                waiting.map_err(|error| on_its_way(error.into(), &chain, &outcome))?;
            }
            Err(error) => return Err(on_its_way(error.into(), &chain, &outcome)),
        }
        if began.elapsed() >= session.options().timeouts.wait {
            let message = format!(
                "the chain's deployment {} is not at an end after {:.0} s",
                chain.deployment_id,
                began.elapsed().as_secs_f64()
            );
            let error = DeployError::new(DeployErrorKind::Unavailable, message);
            return Err(on_its_way(error, &chain, &outcome));
        }
        let waiting = session.pause(pause).await;
        waiting.map_err(|error| on_its_way(error.into(), &chain, &outcome))?;
        pause = pause.saturating_mul(2).min(session.options().poll_interval);
    }
}

/// Whether the platform shows every chainlet that was deployed, and any at all.
fn has_all(found: &[ChainletRef], outcome: &Outcome) -> bool {
    let shows = |name: &str| found.iter().any(|chainlet| chainlet.name == name);
    let mut deployed = outcome.deployments.iter();
    !found.is_empty() && deployed.all(|one| shows(&one.workload))
}

fn way_of(chainlet: &ChainletRef) -> Way {
    way(&chainlet.oracle_version.status())
}

fn watched(outcome: &Outcome) -> Vec<Watched> {
    let rows = outcome.deployments.iter().enumerate();
    rows.map(|(position, deployed)| Watched {
        deployment_id: deployed.deployment_id.clone(),
        workload: deployed.workload.clone(),
        role: if position == 0 {
            "entrypoint"
        } else {
            "internal"
        }
        .into(),
        status: deployed.status.clone(),
    })
    .collect()
}

/// Takes the statuses that were found, and shows those that are new.
fn take(
    session: &Session<'_>,
    outcome: &mut Outcome,
    phases: &mut [Phases],
    found: &[ChainletRef],
) {
    for (deployed, phases) in outcome.deployments.iter_mut().zip(phases) {
        let mut found = found.iter();
        let Some(chainlet) = found.find(|chainlet| chainlet.name == deployed.workload) else {
            continue;
        };
        let now = chainlet.oracle_version.status();
        if now.as_str() != deployed.status {
            session.progress.report(Event::Status {
                deployment_id: deployed.deployment_id.clone(),
                status: now.to_string(),
            });
            phases.enter(now.as_str());
            deployed.status = now.to_string();
        }
    }
}

fn on_its_way(error: DeployError, chain: &DeployedChain, outcome: &Outcome) -> DeployError {
    let statuses: Vec<String> = outcome
        .deployments
        .iter()
        .map(
            |Deployed {
                 workload, status, ..
             }| format!("{workload} {status}"),
        )
        .collect();
    error.left_behind(format!(
        "the deployment {} of the chain {}, which goes on without being watched (last seen: {})",
        chain.deployment_id,
        chain.chain_id,
        statuses.join(", ")
    ))
}

/// Every chainlet that failed, each with the end of its log.
async fn failed(
    session: &Session<'_>,
    chain: &DeployedChain,
    found: &[ChainletRef],
) -> DeployError {
    let mut messages = Vec::new();
    for chainlet in found
        .iter()
        .filter(|chainlet| way_of(chainlet) == Way::Failed)
    {
        let (model, deployment) = (&chainlet.oracle.id, &chainlet.oracle_version.id);
        let log = last_lines(session, model, deployment).await;
        messages.push(format!(
            "the chainlet `{}` failed: it is {}{log}",
            chainlet.name,
            chainlet.oracle_version.status()
        ));
    }
    let message = messages.join("\n");
    DeployError::new(DeployErrorKind::DeploymentFailed, message).left_behind(format!(
        "the deployment {} of the chain {}, which failed",
        chain.deployment_id, chain.chain_id
    ))
}
