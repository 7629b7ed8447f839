//! What the fields answer: the `data` of a [`Response`](super::Response).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::status::from_internal;
use crate::DeploymentStatus;

/// `teams`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teams {
    /// All of them.
    pub teams: Vec<TeamRef>,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamRef {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is what a request means that names no team.
    #[serde(default)]
    pub default: bool,
}

/// `models`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelsAnswer {
    /// All of them.
    pub models: Vec<ModelRef>,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its team.
    #[serde(default)]
    pub team: Option<TeamRef>,
}

/// `chains`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chains {
    /// All of them.
    pub chains: Vec<ChainRef>,
}

/// A chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRef {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its team.
    #[serde(default)]
    pub team: Option<TeamRef>,
}

/// `truss_validation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrussValidation {
    /// What came of it.
    pub truss_validation: ValidationVerdict,
}

/// What a check of a configuration came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationVerdict {
    /// Whether it is valid.
    pub success: bool,
    /// JSON text: `{"errors": [text], "warnings": [text]}`.
    #[serde(default)]
    pub details: Option<String>,
}

/// The texts in [`ValidationVerdict::details`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Details {
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl ValidationVerdict {
    /// A verdict with these errors and warnings.
    #[must_use]
    pub fn new(errors: Vec<String>, warnings: Vec<String>) -> Self {
        let success = errors.is_empty();
        let said = !(errors.is_empty() && warnings.is_empty());
        let details = Details { errors, warnings };
        Self {
            success,
            // Texts are always JSON.
            details: said.then(|| serde_json::to_string(&details).unwrap_or_default()),
        }
    }

    /// The errors and the warnings.
    #[must_use]
    pub fn texts(&self) -> (Vec<String>, Vec<String>) {
        let details = self.details.as_deref().unwrap_or("{}");
        let details: Details = serde_json::from_str(details).unwrap_or_default();
        (details.errors, details.warnings)
    }
}

/// `model_s3_upload_credentials`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelS3Credentials {
    /// Where to send an archive.
    pub model_s3_upload_credentials: S3Upload,
}

/// `chain_s3_upload_credentials`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainS3Credentials {
    /// Where to send the source of a chain.
    pub chain_s3_upload_credentials: S3Upload,
}

/// Where to send an archive, and temporary credentials for that one key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Upload {
    /// The bucket.
    pub s3_bucket: String,
    /// The key.
    pub s3_key: String,
    /// Who signs.
    pub aws_access_key_id: String,
    /// What is signed with.
    pub aws_secret_access_key: String,
    /// Sent along with each request.
    pub aws_session_token: String,
    /// Where S3 is, when it is not Amazon's. Only the local platform sends it, unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_url: Option<String>,
    /// The region to sign for. Only the local platform sends it, unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_name: Option<String>,
}

// The secrets stay out of logs.
impl fmt::Debug for S3Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("S3Upload")
            .field("s3_bucket", &self.s3_bucket)
            .field("s3_key", &self.s3_key)
            .field("aws_access_key_id", &self.aws_access_key_id)
            .field("endpoint_url", &self.endpoint_url)
            .finish_non_exhaustive()
    }
}

/// `deploy_chain_atomic`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployChainAtomic {
    /// What was made.
    pub deploy_chain_atomic: DeployedChain,
}

/// What a push of a chain has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedChain {
    /// The deployment.
    pub chain_deployment: ChainDeploymentRef,
}

/// A chain deployment that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDeploymentRef {
    /// Its identity.
    pub id: String,
    /// Its chain.
    pub chain: DeployedChainRef,
}

/// The chain of a deployment that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedChainRef {
    /// Its identity.
    pub id: String,
    /// Where it serves, as a whole URL.
    #[serde(default)]
    pub hostname: String,
}

/// `chain_deployment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDeploymentAnswer {
    /// The deployment.
    pub chain_deployment: ChainDeploymentState,
}

/// How far a chain deployment is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDeploymentState {
    /// Its chainlets; exactly one of them is the entrypoint.
    pub chainlets: Vec<ChainletRef>,
}

/// A chainlet of a chain deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainletRef {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub id: String,
    /// Whether requests enter the chain here.
    pub is_entrypoint: bool,
    /// The model that it is deployed as.
    pub oracle: Oracle,
    /// The deployment of that model.
    pub oracle_version: OracleVersion,
}

/// The model that a chainlet is deployed as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oracle {
    /// Its identity.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Where it serves, as a whole URL.
    #[serde(default)]
    pub hostname: String,
}

/// The deployment of a chainlet's model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OracleVersion {
    /// Its identity.
    pub id: String,
    /// Whether it is for development.
    #[serde(default)]
    pub is_draft: bool,
    /// Where it is in its life.
    pub current_model_deployment_status: CurrentStatus,
}

/// Where a deployment is in its life, by its internal name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentStatus {
    /// The internal name.
    pub status: String,
}

impl OracleVersion {
    /// Where it is in its life.
    #[must_use]
    pub fn status(&self) -> DeploymentStatus {
        from_internal(&self.current_model_deployment_status.status)
    }
}
