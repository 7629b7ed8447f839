//! What came of a plan.

use plimsoll_baseten_api::Deployment;
use plimsoll_core::deployer::{DeployError, Deployed, Outcome};
use plimsoll_core::release::{Release, ReleaseWorkload};

use crate::plan::Live;
use crate::session::Session;

/// The host of the real platform's management API, whose models answer at addresses that its
/// documentation gives. No message of the API carries them.
const REAL_HOST: &str = "api.baseten.co";

/// The outcome of a plan that created no deployment: what holds the release already.
pub(super) async fn held(
    session: &Session<'_>,
    release: &Release,
    workload: &ReleaseWorkload,
) -> Result<Outcome, DeployError> {
    let live = Live::read(session, release).await?;
    Ok(live
        .deployment
        .map(|deployment| of(session, release, workload, &deployment))
        .unwrap_or_default())
}

/// The outcome of a plan that ends with this deployment.
pub(super) fn of(
    session: &Session<'_>,
    release: &Release,
    workload: &ReleaseWorkload,
    deployment: &Deployment,
) -> Outcome {
    Outcome {
        deployments: vec![Deployed {
            workload: workload.effective.workload.clone(),
            model_id: deployment.model_id.clone(),
            deployment_id: deployment.id.clone(),
            environment: release.environment.clone(),
            status: deployment.status.to_string(),
            endpoint: endpoint(session, release, deployment),
            phases: Vec::new(),
        }],
        chain: None,
    }
}

fn endpoint(session: &Session<'_>, release: &Release, deployment: &Deployment) -> Option<String> {
    if session.options().url.host_str() != Some(REAL_HOST) {
        return None;
    }
    let model = &deployment.model_id;
    Some(match &release.environment {
        Some(name) => {
            format!("https://model-{model}.{REAL_HOST}/environments/{name}/predict")
        }
        None => format!(
            "https://model-{model}.{REAL_HOST}/deployment/{}/predict",
            deployment.id
        ),
    })
}
