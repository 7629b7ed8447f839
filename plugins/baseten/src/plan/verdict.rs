//! What has to happen to the deployment: nothing, another one of the same image, or a build.

use plimsoll_core::digest::BuildDigest;
use plimsoll_core::release::ReleaseWorkload;
use serde_json::Value as Json;

use super::live::{Live, Place};
use super::resources::{self, fits};
use crate::labels::{PRESERVE_LABEL, digest_of, label};

/// What has to happen to the deployment.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Nothing: what is live is of the same image and has the same resources.
    Same,
    /// Another deployment of the image that is live.
    Redeploy {
        /// Why.
        reason: String,
        /// The deployment whose image it is.
        image_of: String,
        /// Whether it is the configuration's resources that changed.
        resources_changed: bool,
    },
    /// A deployment of a new image.
    Build {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    pub(crate) fn of(live: &Live, workload: &ReleaseWorkload, preserve: bool) -> Self {
        let Some(deployment) = &live.deployment else {
            return Self::Build {
                reason: nothing_live(live),
            };
        };
        let id = &deployment.id;
        let wanted = &workload.digest;
        let reason = match digest_of(deployment) {
            Some(digest) if digest == *wanted => None,
            Some(digest) => Some(differs(id, &digest, wanted)),
            None => Some(format!("the live deployment {id} carries no build digest")),
        };
        if let Some(reason) = reason {
            return Self::Build { reason };
        }
        let before = live
            .config
            .as_ref()
            .and_then(|config| config.get("resources"));
        let changes = resources::changes(before.unwrap_or(&Json::Null), workload.resources());
        let resources_changed = !changes.is_empty();
        let why = if resources_changed {
            resources::words(&changes)
        } else if !preserve && kept_another_type(live, workload) {
            "the instance type was kept by the last push, and is now taken from `resources`"
                .to_owned()
        } else {
            return Self::Same;
        };
        Self::Redeploy {
            reason: format!(
                "{why}; the image of the deployment {id} ({}) is used again",
                wanted.short()
            ),
            image_of: id.clone(),
            resources_changed,
        }
    }

    pub(crate) fn deploys(&self) -> bool {
        !matches!(self, Self::Same)
    }

    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Same => String::new(),
            Self::Redeploy { reason, .. } | Self::Build { reason } => reason.clone(),
        }
    }
}

fn nothing_live(live: &Live) -> String {
    if let Some(failed) = &live.failed {
        return format!(
            "the deployment {} is not live: it is {}",
            failed.id, failed.status
        );
    }
    match (&live.model, &live.place) {
        (None, _) => "the model does not exist yet".to_owned(),
        (_, Place::Exists(environment)) => {
            format!(
                "the environment `{}` has no deployment yet",
                environment.name
            )
        }
        (_, Place::Missing { .. }) => "the environment is new".to_owned(),
        (_, Place::Implicit) => "the model has no deployment in production yet".to_owned(),
        (_, Place::Outside) => {
            "Plimsoll has made no deployment of this model outside an environment yet".to_owned()
        }
    }
}

fn differs(id: &str, live: &BuildDigest, wanted: &BuildDigest) -> String {
    format!(
        "the files or the configuration changed: the build digest is {}, and that of the live \
         deployment {id} is {}",
        wanted.short(),
        live.short()
    )
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
