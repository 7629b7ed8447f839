//! Environments and promotion.

use serde::{Deserialize, Serialize};

use crate::{
    AutoscalingSettings, Deployment, InstanceType, RequestBackpressureSettings,
    UpdateAutoscalingSettings, UpdateStatus,
};

/// A named target of deployments, with settings of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name, unique within a model.
    pub name: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// The model it belongs to.
    pub model_id: String,
    /// The deployment that serves it.
    pub current_deployment: Option<Deployment>,
    /// The deployment that is to serve it.
    #[serde(default)]
    pub candidate_deployment: Option<Deployment>,
    /// How far the candidate has come.
    #[serde(default)]
    pub in_progress_promotion: Option<InProgressPromotion>,
    /// What its deployments are scaled by.
    pub autoscaling_settings: AutoscalingSettings,
    /// How a candidate takes over.
    pub promotion_settings: PromotionSettings,
    /// The instance type of its deployments.
    pub instance_type: InstanceType,
    /// What happens to requests when all replicas are busy; newer platforms.
    #[serde(default)]
    pub request_backpressure_settings: Option<RequestBackpressureSettings>,
    /// Settings by time of day; newer platforms.
    #[serde(default)]
    pub autoscaling_schedules: Option<serde_json::Value>,
    /// How traffic is routed; newer platforms.
    #[serde(default)]
    pub traffic_routing: Option<serde_json::Value>,
}

/// `GET /v1/models/{model}/environments`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environments {
    /// All of them.
    pub environments: Vec<Environment>,
}

/// How far a promotion has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InProgressPromotion {
    /// In a word.
    pub status: PromotionStatus,
    /// Traffic that the candidate takes, in percent.
    pub percent_traffic_to_new_version: u32,
    /// What went wrong.
    #[serde(default)]
    pub error_message: Option<String>,
    /// Whether replicas are replaced one by one.
    #[serde(default)]
    pub rolling_deploy: Option<bool>,
}

/// How far a promotion has come, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum PromotionStatus {
    /// The candidate is being made ready.
    Releasing,
    /// The candidate takes more and more traffic.
    RampingUp,
    /// The candidate takes less and less traffic.
    RampingDown,
    /// It waits to be resumed.
    Paused,
    /// The candidate has taken over.
    Succeeded,
    /// The candidate failed.
    Failed,
    /// It was called off.
    Canceled,
    /// Something this version does not know.
    #[serde(other)]
    Unknown,
}

/// How a candidate takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionSettings {
    /// Whether a promoted deployment is deployed anew.
    #[serde(default)]
    pub redeploy_on_promotion: Option<bool>,
    /// Whether replicas are replaced one by one.
    #[serde(default)]
    pub rolling_deploy: Option<bool>,
    /// What becomes of the previous deployment.
    #[serde(default)]
    pub promotion_cleanup_strategy: Option<PromotionCleanupStrategy>,
    /// How replicas are replaced one by one.
    #[serde(default)]
    pub rolling_deploy_config: Option<RollingDeployConfig>,
    /// Whether traffic is moved bit by bit.
    #[serde(default)]
    pub ramp_up_while_promoting: Option<bool>,
    /// How long that takes, in seconds.
    #[serde(default)]
    pub ramp_up_duration_seconds: Option<u32>,
}

/// The platform's defaults.
impl Default for PromotionSettings {
    fn default() -> Self {
        Self {
            redeploy_on_promotion: Some(false),
            rolling_deploy: Some(false),
            promotion_cleanup_strategy: Some(PromotionCleanupStrategy::ScaleToZero),
            rolling_deploy_config: Some(RollingDeployConfig::default()),
            ramp_up_while_promoting: Some(false),
            ramp_up_duration_seconds: Some(600),
        }
    }
}

impl PromotionSettings {
    /// These settings with a change applied.
    #[must_use]
    pub fn with(&self, update: &UpdatePromotionSettings) -> Self {
        let rolling = self.rolling_deploy_config.clone();
        Self {
            redeploy_on_promotion: update.redeploy_on_promotion.or(self.redeploy_on_promotion),
            rolling_deploy: update.rolling_deploy.or(self.rolling_deploy),
            promotion_cleanup_strategy: update
                .promotion_cleanup_strategy
                .or(self.promotion_cleanup_strategy),
            rolling_deploy_config: match &update.rolling_deploy_config {
                Some(change) => Some(rolling.unwrap_or_default().with(change)),
                None => rolling,
            },
            ramp_up_while_promoting: update
                .ramp_up_while_promoting
                .or(self.ramp_up_while_promoting),
            ramp_up_duration_seconds: update
                .ramp_up_duration_seconds
                .or(self.ramp_up_duration_seconds),
        }
    }
}

/// What becomes of the deployment that was current.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum PromotionCleanupStrategy {
    /// Nothing.
    Keep,
    /// It is scaled to zero.
    ScaleToZero,
    /// It is deactivated.
    Deactivate,
}

/// How replicas are replaced one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RollingDeployConfig {
    /// By what unit.
    pub rolling_deploy_strategy: RollingDeployStrategy,
    /// How many replicas more than wanted, in percent.
    pub max_surge_percent: u32,
    /// How many replicas fewer than wanted, in percent.
    pub max_unavailable_percent: u32,
    /// How long to wait after each step, in seconds.
    pub stabilization_time_seconds: u32,
    /// How many replicas to keep ready beyond need, in percent.
    pub replica_overhead_percent: u32,
}

/// The platform's defaults.
impl Default for RollingDeployConfig {
    fn default() -> Self {
        Self {
            rolling_deploy_strategy: RollingDeployStrategy::Replica,
            max_surge_percent: 10,
            max_unavailable_percent: 0,
            stabilization_time_seconds: 0,
            replica_overhead_percent: 0,
        }
    }
}

impl RollingDeployConfig {
    fn with(&self, update: &UpdateRollingDeployConfig) -> Self {
        Self {
            rolling_deploy_strategy: update
                .rolling_deploy_strategy
                .unwrap_or(self.rolling_deploy_strategy),
            max_surge_percent: update.max_surge_percent.unwrap_or(self.max_surge_percent),
            max_unavailable_percent: update
                .max_unavailable_percent
                .unwrap_or(self.max_unavailable_percent),
            stabilization_time_seconds: update
                .stabilization_time_seconds
                .unwrap_or(self.stabilization_time_seconds),
            replica_overhead_percent: update
                .replica_overhead_percent
                .unwrap_or(self.replica_overhead_percent),
        }
    }
}

/// The unit of a rolling deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum RollingDeployStrategy {
    /// Replica by replica.
    Replica,
}

/// A change to [`PromotionSettings`]: what is absent or null stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdatePromotionSettings {
    /// Whether a promoted deployment is deployed anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redeploy_on_promotion: Option<bool>,
    /// Whether replicas are replaced one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_deploy: Option<bool>,
    /// What becomes of the previous deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_cleanup_strategy: Option<PromotionCleanupStrategy>,
    /// How replicas are replaced one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_deploy_config: Option<UpdateRollingDeployConfig>,
    /// Whether traffic is moved bit by bit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp_up_while_promoting: Option<bool>,
    /// How long that takes, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp_up_duration_seconds: Option<u32>,
}

/// A change to [`RollingDeployConfig`]: what is absent or null stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRollingDeployConfig {
    /// By what unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_deploy_strategy: Option<RollingDeployStrategy>,
    /// How many replicas more than wanted, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_surge_percent: Option<u32>,
    /// How many replicas fewer than wanted, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable_percent: Option<u32>,
    /// How long to wait after each step, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stabilization_time_seconds: Option<u32>,
    /// How many replicas to keep ready beyond need, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_overhead_percent: Option<u32>,
}

/// Creates an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateEnvironmentRequest {
    /// Its name.
    pub name: String,
    /// What differs from the default settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling_settings: Option<UpdateAutoscalingSettings>,
    /// What differs from the default settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_settings: Option<UpdatePromotionSettings>,
}

/// Changes an environment's settings. A key that is not of these is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateEnvironmentRequest {
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscaling_settings: Option<UpdateAutoscalingSettings>,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_settings: Option<UpdatePromotionSettings>,
}

/// The answer to a change of an environment's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateEnvironmentResponse {
    /// What became of it.
    pub status: UpdateStatus,
    /// The same in words.
    pub message: String,
    /// The environment as it now is; newer platforms.
    #[serde(default)]
    pub environment: Option<Environment>,
}

/// Promotes a deployment to an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromoteToEnvironmentRequest {
    /// The deployment to promote.
    pub deployment_id: String,
    /// Whether the deployment that was current is taken down.
    #[serde(default = "crate::push::yes")]
    pub scale_down_previous_deployment: bool,
    /// Whether the environment's instance type is kept, rather than the deployment's.
    #[serde(default = "crate::push::yes")]
    pub preserve_env_instance_type: bool,
}

/// The answer to the cancellation of a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionCanceled {
    /// `CANCELED`, or `RAMPING_DOWN` while traffic is moved back.
    pub status: PromotionStatus,
    /// The same in words.
    pub message: String,
}

/// The answer to the deletion of an environment; newer platforms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentTombstone {
    /// Its name.
    pub name: String,
    /// The model it belonged to.
    pub model_id: String,
    /// True.
    pub deleted: bool,
}
