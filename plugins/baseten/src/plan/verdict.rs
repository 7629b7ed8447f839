//! What has to happen to the deployment: nothing, another one of an image that exists, or a build.

use plimsoll_baseten_api::Deployment;
use plimsoll_core::release::ReleaseWorkload;
use serde_json::Value as Json;

use super::live::Live;
use super::reasons;
use super::resources::{self, fits};
use crate::labels::{PRESERVE_LABEL, digest_of, label};
use crate::place::Place;

/// What has to happen to the deployment.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Nothing: what is live is of the same image and has the same resources.
    Same,
    /// Another deployment of an image that exists.
    Redeploy {
        /// Why; `None` where nothing was live before.
        reason: Option<String>,
        /// The deployment whose image it is.
        image_of: Box<Deployment>,
        /// Whether it is the configuration's resources that changed.
        resources_changed: bool,
    },
    /// A deployment of a new image.
    Build {
        /// Why; `None` where nothing was live before.
        reason: Option<String>,
    },
}

impl Verdict {
    pub(crate) fn of(live: &Live, workload: &ReleaseWorkload, preserve: bool) -> Self {
        let Some(deployment) = &live.deployment else {
            return Self::Build {
                reason: live.failed.as_ref().map(reasons::failed),
            };
        };
        let wanted = &workload.digest;
        let reason = match digest_of(deployment) {
            Some(digest) if digest == *wanted => None,
            Some(digest) => Some(reasons::differs(&digest, wanted)),
            None => Some(format!(
                "the live deployment {} carries no build digest",
                deployment.id
            )),
        };
        if reason.is_some() {
            return Self::Build { reason };
        }
        let before = live
            .config
            .as_ref()
            .and_then(|config| config.get("resources"));
        let changes = resources::changes(before.unwrap_or(&Json::Null), workload.resources());
        let resources_changed = !changes.is_empty();
        let reason = if resources_changed {
            resources::words(&changes)
        } else if !preserve && kept_another_type(live, workload) {
            "the instance type was kept by the last push, and is now taken from `resources`"
                .to_owned()
        } else {
            return Self::Same;
        };
        Self::Redeploy {
            reason: Some(reason),
            image_of: Box::new(deployment.clone()),
            resources_changed,
        }
    }

    /// The same, when a deployment is known that has the wanted image: nothing is built.
    pub(crate) fn with_image_of(self, deployment: Deployment) -> Self {
        match self {
            Self::Build { reason } => Self::Redeploy {
                reason,
                image_of: Box::new(deployment),
                resources_changed: false,
            },
            other => other,
        }
    }

    pub(crate) fn deploys(&self) -> bool {
        !matches!(self, Self::Same)
    }
}

/// Whether the last push left the environment with an instance type that is not what the resources
/// ask for. Without this, a push that is told to take the type from them would find nothing to do.
fn kept_another_type(live: &Live, workload: &ReleaseWorkload) -> bool {
    let kept = live
        .deployment
        .as_ref()
        .and_then(|deployment| label(deployment, PRESERVE_LABEL));
    let Place::Exists(environment) = &live.place else {
        return false;
    };
    kept == Some("true") && !fits(&environment.instance_type, workload.resources())
}
