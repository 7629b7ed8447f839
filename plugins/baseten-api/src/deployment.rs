//! Deployments and what can be asked of them.

use serde::{Deserialize, Serialize};

use crate::{AutoscalingSettings, DeploymentStatus, JsonObject};

/// A deployment of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its identity.
    pub id: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// Its name.
    pub name: String,
    /// The model it belongs to.
    pub model_id: String,
    /// Whether it is the model's production deployment.
    pub is_production: bool,
    /// Whether it is the model's development deployment.
    pub is_development: bool,
    /// Where it is in its life.
    pub status: DeploymentStatus,
    /// Replicas that serve now.
    pub active_replica_count: u32,
    /// Its autoscaling settings.
    pub autoscaling_settings: Option<AutoscalingSettings>,
    /// The instance type of its replicas.
    pub instance_type_name: Option<String>,
    /// The environment it belongs to.
    pub environment: Option<String>,
    /// Labels that its maker gave it.
    #[serde(default)]
    pub labels: Option<JsonObject>,
    /// Where it runs; newer platforms.
    #[serde(default)]
    pub region: Option<String>,
    /// What happens to requests when all replicas are busy; newer platforms.
    #[serde(default)]
    pub request_backpressure_settings: Option<RequestBackpressureSettings>,
}

/// What happens to requests when all replicas are busy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestBackpressureSettings {
    /// The policy; absent is the platform's default.
    #[serde(default)]
    pub policy: Option<BackpressurePolicy>,
}

/// The platform's default.
impl Default for RequestBackpressureSettings {
    fn default() -> Self {
        Self {
            policy: Some(BackpressurePolicy::QueueOnFull),
        }
    }
}

/// What happens to a request that finds all replicas busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BackpressurePolicy {
    /// It waits.
    QueueOnFull,
    /// It is refused.
    RejectOnFull,
    /// Something this version does not know.
    #[serde(other)]
    Unknown,
}

/// `GET /v1/models/{model}/deployments`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployments {
    /// All of them.
    pub deployments: Vec<Deployment>,
}

/// `GET …/config`: the configuration a deployment was made with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeploymentConfig {
    /// As it was understood.
    #[serde(default)]
    pub config: Option<JsonObject>,
    /// As it was written.
    #[serde(default)]
    pub raw_config: Option<String>,
}

/// The answer to the deletion of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentTombstone {
    /// Its identity.
    pub id: String,
    /// True.
    pub deleted: bool,
    /// The model it belonged to.
    pub model_id: String,
}

/// `GET …/download`: where the archive of a deployment can be fetched from, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadUrl {
    /// The address; it needs no key.
    pub download_url: String,
}

/// Promotes a deployment to production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromoteRequest {
    /// Whether the deployment that was in production is taken down.
    pub scale_down_previous_production: bool,
    /// Whether the environment's instance type is kept, rather than the deployment's.
    pub preserve_env_instance_type: bool,
}

/// What the platform does where a request says nothing.
impl Default for PromoteRequest {
    fn default() -> Self {
        Self {
            scale_down_previous_production: true,
            preserve_env_instance_type: true,
        }
    }
}

/// The answer to activate, deactivate, and signals to a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// Whether it was done.
    #[serde(default = "crate::push::yes")]
    pub success: bool,
    /// Whether there was nothing to do; newer platforms.
    #[serde(default)]
    pub no_op: bool,
}

/// The answer to retry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retried {
    /// Whether the deployment is tried again.
    pub retried: bool,
    /// Why not.
    #[serde(default)]
    pub reason: Option<String>,
    /// The deployment.
    pub deployment: Deployment,
}
