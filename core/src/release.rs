//! Releases: resolved manifests on their way to a platform.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::autoscaling::AutoscalingSettings;
use crate::context::{BuildContext, Package};
use crate::digest::BuildDigest;
use crate::effective::Effective;
use crate::environment::Environment;
use crate::manifest::ManifestKind;

/// A resolved manifest on its way to a platform.
#[derive(Clone, Debug)]
pub struct Release {
    /// What it describes.
    pub kind: ManifestKind,
    /// The name that the platform knows it by.
    pub name: String,
    /// The environment it is for; `None` for a deployment outside of any.
    pub environment: Option<Environment>,
    /// What is scaled, in the manifest's order; at least one.
    pub workloads: Vec<ReleaseWorkload>,
    /// The files as the user wrote them, where the platform keeps those beside the images.
    pub source: Option<BuildContext>,
    /// What the user asked for beside the configuration.
    pub options: ReleaseOptions,
}

/// One workload of a release.
#[derive(Clone, Debug)]
pub struct ReleaseWorkload {
    /// Its effective settings.
    pub effective: Effective,
    /// The configuration to send: effective, fully defaulted, without the keys that are Plimsoll's
    /// own (`environment_overrides`, `autoscaling_settings`).
    pub config: Json,
    /// The configuration as the user wrote it.
    pub raw_config: Option<Arc<str>>,
    /// The files its image is built from.
    pub context: BuildContext,
    /// The digest of the context and of `config`.
    pub digest: BuildDigest,
}

impl ReleaseWorkload {
    /// What a source has packaged, with its digest. `progress` is told of every piece that is read for
    /// that, in bytes; what the package says of the input is for the caller to show.
    ///
    /// # Errors
    /// When a file cannot be read; the message names it.
    pub fn packaged(
        effective: Effective,
        package: Package,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<Self> {
        let digest = package.context.digest(&package.config, progress)?;
        Ok(Self {
            effective,
            config: package.config,
            raw_config: package.raw_config,
            context: package.context,
            digest,
        })
    }

    /// The effective resources, fully defaulted.
    #[must_use]
    pub fn resources(&self) -> &Json {
        &self.config["resources"]
    }

    /// The effective autoscaling settings; empty when none are written.
    #[must_use]
    pub fn autoscaling(&self) -> AutoscalingSettings {
        self.effective.autoscaling().unwrap_or_default()
    }
}

/// What the user asks for beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct ReleaseOptions {
    /// Whether to keep the environment's instance type whatever `resources` say; `None` leaves it
    /// to the rule: keep it, unless the environment overrides `resources`.
    pub preserve_instance_type: Option<bool>,
    /// Whether to create an environment that does not exist.
    pub create_environment: bool,
    /// A name for the deployment.
    pub deployment_name: Option<String>,
    /// Labels for the deployment.
    pub labels: BTreeMap<String, Json>,
    /// How long the platform may take to deploy, in minutes.
    pub deploy_timeout_minutes: Option<u32>,
}

/// Which of three rules decided whether the instance type is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceTypeRule {
    /// Whether the environment's instance type is kept.
    pub preserve: bool,
    /// Why, in words.
    pub reason: &'static str,
}

impl ReleaseOptions {
    /// Whether the environment's instance type is kept, and which rule decided.
    #[must_use]
    pub fn instance_type_rule(&self, effective: &Effective) -> InstanceTypeRule {
        match self.preserve_instance_type {
            Some(true) => InstanceTypeRule {
                preserve: true,
                reason: "--preserve-env-instance-type was given",
            },
            Some(false) => InstanceTypeRule {
                preserve: false,
                reason: "--no-preserve-env-instance-type was given",
            },
            None if effective.overrides("resources") => InstanceTypeRule {
                preserve: false,
                reason: "the environment overrides `resources`",
            },
            None => InstanceTypeRule {
                preserve: true,
                reason: "the environment does not override `resources`",
            },
        }
    }
}
