//! The wire types of a Baseten-style platform, shared by client and server.
//!
//! They follow the management API's OpenAPI document (REST `/v1`, JSON), and the newer fields of the
//! official Python SDK 0.13.1; [`graphql`] follows what the official command line sends. Unknown fields are ignored, so that a newer peer is understood,
//! except where the document forbids them ([`UpdateAutoscalingSettings`],
//! [`UpdateEnvironmentRequest`]). Optional request fields that are unset are left out, as the
//! official clients do; response fields are written as `null`, as the platform does.

pub mod graphql;
pub mod limits;

mod account;
mod autoscaling;
mod chain;
mod chainlet;
mod deployment;
mod environment;
mod error;
mod instance;
mod logs;
mod model;
mod push;
mod status;

pub use account::{
    Pagination, Secret, SecretTombstone, Secrets, Team, Teams, UpsertSecretRequest, User, Users,
};
pub use autoscaling::{
    AutoscalingSettings, SettingOutOfRange, SettingsUpdated, UpdateAutoscalingSettings,
    UpdateStatus,
};
pub use chain::{
    Chain, ChainDeployment, ChainDeploymentTombstone, ChainDeployments, ChainEnvironment,
    ChainEnvironmentTombstone, ChainEnvironments, ChainTombstone, Chainlet,
    ChainletAutoscalingUpdate, ChainletEnvironmentSettings, ChainletInstanceTypeUpdate, Chains,
    CreateChainEnvironmentRequest, CreateChainletSettings, DEFAULT_INSTANCE_TYPE,
    PromoteToChainEnvironmentRequest, UpdateChainEnvironmentRequest,
    UpdateChainEnvironmentResponse, UpdateChainletAutoscalingRequest,
    UpdateChainletInstanceTypesRequest, UpdateChainletInstanceTypesResponse,
};
pub use chainlet::{
    CHAINLET_DIGEST_KEY, chainlet_built_config, chainlet_digest, chainlet_model_stem,
    with_chainlet_digest,
};
pub use deployment::{
    BackpressurePolicy, Deployment, DeploymentConfig, DeploymentTombstone, Deployments,
    DownloadUrl, PromoteRequest, RequestBackpressureSettings, Retried, Success,
};
pub use environment::{
    CreateEnvironmentRequest, Environment, EnvironmentTombstone, Environments, InProgressPromotion,
    PromoteToEnvironmentRequest, PromotionCanceled, PromotionCleanupStrategy, PromotionSettings,
    PromotionStatus, RollingDeployConfig, RollingDeployStrategy, UpdateEnvironmentRequest,
    UpdateEnvironmentResponse, UpdatePromotionSettings, UpdateRollingDeployConfig,
};
pub use error::{ErrorBody, code};
pub use instance::{InstanceType, InstanceTypePrice, InstanceTypePrices, InstanceTypes};
pub use logs::{LogEntry, LogLevel, Logs, LogsQuery, SortOrder};
pub use model::{Model, ModelTombstone, Models};
pub use push::{
    BUILD_DIGEST_LABEL, CreateDeploymentRequest, CreateModelRequest, CreatedDeployment,
    DeploymentPayload, DeploymentSource, ModelSource, PrepareModelUploadRequest,
    PrepareModelUploadResponse, S3Credentials, SourceKind,
};
pub use status::DeploymentStatus;

/// A JSON object whose members the wire leaves free.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
