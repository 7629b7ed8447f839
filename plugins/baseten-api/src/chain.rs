//! Chains, their deployments, and their environments.

use serde::{Deserialize, Serialize};

use crate::{
    AutoscalingSettings, DeploymentStatus, InstanceType, PromotionSettings,
    UpdateAutoscalingSettings, UpdatePromotionSettings,
};

/// A chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Its identity.
    pub id: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// Its name, unique within a team.
    pub name: String,
    /// How many deployments it has.
    pub deployments_count: u64,
    /// The team it belongs to.
    #[serde(default)]
    pub team_name: String,
}

/// `GET /v1/chains`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chains {
    /// All of them.
    pub chains: Vec<Chain>,
}

/// The answer to the deletion of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainTombstone {
    /// Its identity.
    pub id: String,
    /// True.
    pub deleted: bool,
}

/// A chainlet of a chain deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chainlet {
    /// Its identity, which is that of this chain deployment's chainlet alone.
    pub id: String,
    /// Its name, the same in every deployment of the chain.
    pub name: String,
    /// What it is scaled by; absent until it has been deployed.
    pub autoscaling_settings: Option<AutoscalingSettings>,
    /// The instance type that it runs on.
    pub instance_type_name: String,
    /// Replicas that serve.
    pub active_replica_count: u32,
    /// Where it is in its life.
    pub status: DeploymentStatus,
}

/// A deployment of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDeployment {
    /// Its identity.
    pub id: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// The chain it belongs to.
    pub chain_id: String,
    /// The environment that it serves, or is to serve.
    pub environment: Option<String>,
    /// Its chainlets, the entrypoint first.
    pub chainlets: Vec<Chainlet>,
    /// Where it is in its life: as far as the chainlet that is furthest behind.
    pub status: DeploymentStatus,
}

impl ChainDeployment {
    /// The chainlet of this name.
    #[must_use]
    pub fn chainlet(&self, name: &str) -> Option<&Chainlet> {
        self.chainlets.iter().find(|chainlet| chainlet.name == name)
    }
}

/// `GET /v1/chains/{chain}/deployments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDeployments {
    /// All of them.
    pub deployments: Vec<ChainDeployment>,
}

/// The answer to the deletion of a chain deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDeploymentTombstone {
    /// Its identity.
    pub id: String,
    /// True.
    pub deleted: bool,
    /// The chain it belonged to.
    pub chain_id: String,
}

/// A named target of a chain's deployments, with settings of its own for every chainlet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnvironment {
    /// Its name, unique within a chain.
    pub name: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// The chain it belongs to.
    pub chain_id: String,
    /// How a candidate takes over.
    pub promotion_settings: PromotionSettings,
    /// The settings of every chainlet that it knows.
    pub chainlet_settings: Vec<ChainletEnvironmentSettings>,
    /// The deployment that serves it.
    pub current_deployment: Option<ChainDeployment>,
    /// The deployment that is to serve it.
    #[serde(default)]
    pub candidate_deployment: Option<ChainDeployment>,
}

impl ChainEnvironment {
    /// The settings of the chainlet of this name.
    #[must_use]
    pub fn settings(&self, chainlet: &str) -> Option<&ChainletEnvironmentSettings> {
        self.chainlet_settings
            .iter()
            .find(|settings| settings.chainlet_name == chainlet)
    }
}

/// `GET /v1/chains/{chain}/environments`. The OpenAPI document names the type of a model's
/// environments here, which have no chainlets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnvironments {
    /// All of them.
    pub environments: Vec<ChainEnvironment>,
}

/// The answer to the deletion of a chain environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnvironmentTombstone {
    /// Its name.
    pub name: String,
    /// The chain it belonged to.
    pub chain_id: String,
    /// True.
    pub deleted: bool,
}

/// What an environment deploys a chainlet with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainletEnvironmentSettings {
    /// The chainlet.
    pub chainlet_name: String,
    /// What it is scaled by; absent until it has been deployed.
    pub autoscaling_settings: Option<AutoscalingSettings>,
    /// What it runs on.
    pub instance_type: InstanceType,
}

/// Creates an environment of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateChainEnvironmentRequest {
    /// Its name.
    pub name: String,
    /// What differs from the default settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_settings: Option<UpdatePromotionSettings>,
    /// Settings of chainlets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chainlet_settings: Option<Vec<CreateChainletSettings>>,
}

/// The instance type that the platform takes where a request names none.
pub const DEFAULT_INSTANCE_TYPE: &str = "1x2";

fn default_instance_type() -> String {
    DEFAULT_INSTANCE_TYPE.to_owned()
}

/// The settings of a chainlet in an environment that is to be created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateChainletSettings {
    /// The chainlet.
    pub chainlet_name: String,
    /// What differs from the default settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling_settings: Option<UpdateAutoscalingSettings>,
    /// What it runs on; [`DEFAULT_INSTANCE_TYPE`] where absent.
    #[serde(default = "default_instance_type")]
    pub instance_type_id: String,
}

/// Changes an environment of a chain. A key that is not of these is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateChainEnvironmentRequest {
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_settings: Option<UpdatePromotionSettings>,
}

/// The answer to a change of a chain environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateChainEnvironmentResponse {
    /// Whether it was done.
    pub ok: bool,
}

/// Promotes a chain deployment to an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromoteToChainEnvironmentRequest {
    /// The chain deployment.
    pub deployment_id: String,
    /// Whether the deployment that served the environment is taken down.
    #[serde(default = "crate::push::yes")]
    pub scale_down_previous_deployment: bool,
}

/// Changes the autoscaling settings of chainlets in an environment, all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateChainletAutoscalingRequest {
    /// Chainlet by chainlet.
    pub updates: Vec<ChainletAutoscalingUpdate>,
}

/// A change of one chainlet's autoscaling settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainletAutoscalingUpdate {
    /// The chainlet, which the environment must know.
    pub chainlet_name: String,
    /// What to change.
    pub autoscaling_settings: UpdateAutoscalingSettings,
}

/// Changes the instance types of chainlets in an environment, all of them or none. What is deployed
/// there is deployed anew, and promoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateChainletInstanceTypesRequest {
    /// Chainlet by chainlet.
    pub updates: Vec<ChainletInstanceTypeUpdate>,
}

/// A change of one chainlet's instance type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainletInstanceTypeUpdate {
    /// The chainlet, which the environment must know.
    pub chainlet_name: String,
    /// What it is to run on.
    pub instance_type_id: String,
}

/// The answer to a change of instance types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateChainletInstanceTypesResponse {
    /// Whether a deployment was made for it.
    pub requires_redeployment: bool,
    /// That deployment.
    pub chain_deployment: Option<ChainDeployment>,
    /// The settings of the chainlets that were named.
    pub chainlet_environment_settings: Vec<ChainletEnvironmentSettings>,
}
