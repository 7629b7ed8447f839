//! Asking the platform where it takes autoscaling settings.

use plimsoll_baseten_api::{self as api, PrepareModelUploadRequest, UpdateAutoscalingSettings};
use plimsoll_core::deployer::DeployError;
use plimsoll_core::environment::Environment;
use plimsoll_core::plan::Plan;
use plimsoll_core::release::{Release, ReleaseWorkload};
use serde_json::Value as Json;

use super::live::Live;
use super::settings;
use crate::error::ApiError;
use crate::labels::labels;
use crate::payload::{PayloadParts, Placement};
use crate::place::{PRODUCTION_FIRST, Place};
use crate::session::Session;

/// Where the platform takes settings, and what it said where it does not.
pub(crate) struct Chosen {
    pub(crate) placement: Placement,
    /// Its refusal of the settings beside the configuration, when it takes none there.
    refusal: Option<ApiError>,
}

impl Chosen {
    /// Says what the platform said.
    pub(crate) fn warn(&self, plan: &mut Plan) {
        if let Some(refusal) = &self.refusal {
            let message =
                format!("the platform takes no autoscaling settings with a deployment: {refusal}");
            let hint = "where they differ, they are changed in a step of their own";
            plan.warn("plan::settings-refused", message, Some(hint));
        }
    }
}

/// Checks the deployment with dry runs, with the settings in fewer and fewer places until the
/// platform takes it. What it refuses even without them, it refuses; and so it does settings that
/// it would take beside the configuration, were they others.
pub(crate) async fn ask(
    session: &Session<'_>,
    release: &Release,
    workload: &ReleaseWorkload,
    live: &Live,
    preserve: bool,
) -> Result<Chosen, DeployError> {
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
    let without_settings = workload.autoscaling().is_empty();
    let mut refusal = None;
    for placement in Placement::ALL {
        let nothing = placement == Placement::default();
        if without_settings && !nothing {
            continue;
        }
        match session.prepare(&request(placement)).await {
            Ok(_) if placement.payload || refusal.is_none() => {
                return Ok(Chosen {
                    placement,
                    refusal: None,
                });
            }
            Ok(_) => {
                let mut other = request(placement);
                other.deployment.autoscaling_settings = Some(held(workload, live));
                return match (session.prepare(&other).await, refusal) {
                    // They are taken there, and these are not: no other way would take them.
                    (Ok(_), Some(refusal)) => Err(refused(refusal, false)),
                    (Err(error), _) if !error.is_refusal() => Err(error.into()),
                    (_, refusal) => Ok(Chosen { placement, refusal }),
                };
            }
            Err(error) if error.is_refusal() && !nothing => {
                tracing::debug!(?placement, %error, "the platform refuses settings there");
                if placement.payload {
                    refusal = Some(error);
                }
            }
            Err(error) => return Err(refused(error, create_environment)),
        }
    }
    Ok(Chosen {
        placement: Placement::default(),
        refusal,
    })
}

/// What the deployment would have anyway of the settings that are written: the environment's, or
/// what the platform begins with. Where settings are taken at all, no platform has a reason to
/// refuse these. What has no value is left out.
fn held(workload: &ReleaseWorkload, live: &Live) -> UpdateAutoscalingSettings {
    let now = match &live.place {
        Place::Exists(environment) => settings::json(&environment.autoscaling_settings),
        _ => settings::json(&api::AutoscalingSettings::default()),
    };
    let wanted = workload.autoscaling();
    let members = wanted.written().filter_map(|(field, _)| {
        let value = now.get(field.wire_name).filter(|value| !value.is_null())?;
        Some((field.wire_name.to_owned(), value.clone()))
    });
    serde_json::from_value(Json::Object(members.collect())).unwrap_or_default()
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
