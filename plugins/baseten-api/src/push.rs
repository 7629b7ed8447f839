//! What a push sends: prepare, then create.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    Deployment, JsonObject, Model, RequestBackpressureSettings, UpdateAutoscalingSettings,
};

/// The deployment label that carries the build digest, so that a later plan can read it back.
pub const BUILD_DIGEST_LABEL: &str = "plimsoll-build-digest";

pub(crate) const fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Everything about a deployment but its archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeploymentPayload {
    /// The configuration, as it was understood.
    pub config: JsonObject,
    /// The configuration, as it was written; see
    /// [`limits::RAW_CONFIG_MAX_BYTES`](crate::limits::RAW_CONFIG_MAX_BYTES).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_config: Option<String>,
    /// The versions of what the maker's machine runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_env: Option<JsonObject>,
    /// The environment to deploy to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_name: Option<String>,
    /// Whether the environment's instance type is kept, rather than the configuration's.
    #[serde(default = "yes")]
    pub preserve_env_instance_type: bool,
    /// How long the deployment may take, in minutes; see
    /// [`limits::DEPLOY_TIMEOUT_MINUTES`](crate::limits::DEPLOY_TIMEOUT_MINUTES).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_timeout_minutes: Option<u32>,
    /// The deployment's name; see
    /// [`limits::is_deployment_name`](crate::limits::is_deployment_name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_name: Option<String>,
    /// Labels, free in form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<JsonObject>,
    /// Whether this is the model's development deployment. Then the fields above that choose an
    /// environment, a name or an instance type must have their defaults.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_development: bool,
    /// Whether a missing environment is created; newer platforms, true where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_environment_if_missing: Option<bool>,
    /// Changes to the environment's autoscaling settings that this deployment starts with, and
    /// that the environment keeps once it is promoted; newer platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling_settings: Option<UpdateAutoscalingSettings>,
    /// The instance type, in place of `preserve_env_instance_type`; newer platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type_id: Option<String>,
    /// Promotion settings for this promotion alone; newer platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_settings_override: Option<Json>,
    /// What happens to requests when all replicas are busy; newer platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_backpressure_settings: Option<RequestBackpressureSettings>,
    /// Settings by time of day; newer platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling_schedule_settings: Option<Json>,
    /// Where to run; newer platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl DeploymentPayload {
    /// A payload of this configuration and nothing else.
    #[must_use]
    pub fn new(config: JsonObject) -> Self {
        Self {
            config,
            raw_config: None,
            user_env: None,
            environment_name: None,
            preserve_env_instance_type: true,
            deploy_timeout_minutes: None,
            deployment_name: None,
            labels: None,
            is_development: false,
            create_environment_if_missing: None,
            autoscaling_settings: None,
            instance_type_id: None,
            promotion_settings_override: None,
            request_backpressure_settings: None,
            autoscaling_schedule_settings: None,
            region: None,
        }
    }

    /// The build digest among the labels, as text.
    #[must_use]
    pub fn build_digest(&self) -> Option<&str> {
        self.labels.as_ref()?.get(BUILD_DIGEST_LABEL)?.as_str()
    }
}

/// `POST /v1/prepare_model_upload`: checks a deployment and asks where to send its archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrepareModelUploadRequest {
    /// The deployment that will be created.
    pub deployment: DeploymentPayload,
    /// The name of a model to create; this or `model_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The model to create a deployment of; this or `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// The team of a model to create.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// Whether to check only.
    #[serde(default)]
    pub dry_run: bool,
}

/// Where to send an archive. All is null on a dry run; `s3_key` is null where no archive is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrepareModelUploadResponse {
    /// Temporary credentials for that one key.
    pub creds: Option<S3Credentials>,
    /// The bucket.
    pub s3_bucket: Option<String>,
    /// The key.
    pub s3_key: Option<String>,
    /// The region to sign for.
    pub s3_region: Option<String>,
    /// Where S3 is, when it is not Amazon's. Only the local platform sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
}

/// Temporary S3 credentials.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Credentials {
    /// Who signs.
    pub aws_access_key_id: String,
    /// What is signed with.
    pub aws_secret_access_key: String,
    /// Sent along with each request.
    pub aws_session_token: String,
}

// The secrets stay out of logs.
impl fmt::Debug for S3Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("S3Credentials")
            .field("aws_access_key_id", &self.aws_access_key_id)
            .finish_non_exhaustive()
    }
}

/// Where a deployment comes from. The Python SDK leaves it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SourceKind {
    /// An archive that was uploaded.
    #[default]
    ModelArchive,
}

/// `POST /v1/models`: creates a model with its first deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateModelRequest {
    /// What of.
    pub source: ModelSource,
}

/// What a model is created of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSource {
    /// What kind of source this is.
    #[serde(default)]
    pub kind: SourceKind,
    /// The model's name.
    pub name: String,
    /// Its first deployment.
    pub deployment: DeploymentPayload,
    /// Where the archive was sent. Absent where prepare gave none: the platform then uses the
    /// image that the label [`BUILD_DIGEST_LABEL`] names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<String>,
    /// Whether the archive may not be downloaded again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disable_archive_download: bool,
}

/// `POST /v1/models/{model}/deployments`: creates a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateDeploymentRequest {
    /// What of.
    pub source: DeploymentSource,
}

/// What a deployment is created of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeploymentSource {
    /// What kind of source this is.
    #[serde(default)]
    pub kind: SourceKind,
    /// The deployment.
    pub deployment: DeploymentPayload,
    /// Where the archive was sent; absent as in [`ModelSource::s3_key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<String>,
}

/// The answer to both creations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreatedDeployment {
    /// The model.
    pub model: Model,
    /// The deployment.
    pub deployment: Deployment,
}
