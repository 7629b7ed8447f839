//! Asking the platform where it takes autoscaling settings.

use plimsoll_baseten_api::PrepareModelUploadRequest;
use plimsoll_core::deployer::DeployError;
use plimsoll_core::environment::Environment;
use plimsoll_core::release::{Release, ReleaseWorkload};

use super::PRODUCTION_FIRST;
use super::live::{Live, Place};
use crate::error::ApiError;
use crate::labels::labels;
use crate::payload::{PayloadParts, Placement};
use crate::session::Session;

/// Checks the deployment with dry runs, with the settings in fewer and fewer places until the
/// platform takes it. What it refuses even without them, it refuses.
pub(crate) async fn ask(
    session: &Session<'_>,
    release: &Release,
    workload: &ReleaseWorkload,
    live: &Live,
    preserve: bool,
) -> Result<Placement, DeployError> {
    let create_environment = live.environment_comes_with_model();
    // An environment that is created by a step of its own would be refused for that.
    let environment = match &live.place {
        Place::Missing { .. } if !create_environment => None,
        _ => release.environment.as_ref().map(Environment::name),
    };
    let request = |placement| {
        let payload = PayloadParts {
            release,
            workload,
            environment,
            create_environment,
            preserve,
            placement,
            labels: labels(release, &workload.digest, preserve),
        };
        let model_id = live.model.as_ref().map(|model| model.id.clone());
        PrepareModelUploadRequest {
            deployment: payload.build(),
            name: model_id.is_none().then(|| release.name.clone()),
            team_id: live.team_id.clone().filter(|_| model_id.is_none()),
            model_id,
            dry_run: true,
        }
    };
    let refused = |error: ApiError| refused(error, create_environment);
    let nothing = Placement::default();
    if !workload.autoscaling().is_empty() {
        let some = Placement::ALL.into_iter().filter(|place| *place != nothing);
        for placement in some {
            match session.prepare(&request(placement)).await {
                Ok(_) => return Ok(placement),
                Err(error) if error.is_refusal() => {
                    tracing::debug!(?placement, %error, "the platform refuses settings there");
                }
                Err(error) => return Err(refused(error)),
            }
        }
    }
    session.prepare(&request(nothing)).await.map_err(refused)?;
    Ok(nothing)
}

fn refused(error: ApiError, create_environment: bool) -> DeployError {
    let refusal = error.is_refusal();
    let deploy = DeployError::from(error);
    if !refusal {
        return deploy;
    }
    let deploy = deploy.hint("nothing was created: the platform was asked with a dry run");
    if create_environment {
        // Older platforms do not create an environment with a model.
        deploy.hint(format!("if it is for the environment, {PRODUCTION_FIRST}"))
    } else {
        deploy
    }
}
