//! The status of a deployment.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a deployment is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum DeploymentStatus {
    /// Its image is being built.
    Building,
    /// Its image is built and it is being placed.
    Deploying,
    /// It could not be placed.
    DeployFailed,
    /// It is placed and its model is being loaded.
    LoadingModel,
    /// It serves, or would if replicas were asked for.
    Active,
    /// It runs and does not answer as it should.
    Unhealthy,
    /// Its image could not be built.
    BuildFailed,
    /// The build of its image was stopped.
    BuildStopped,
    /// It is being taken down.
    Deactivating,
    /// It is taken down and can be activated again.
    Inactive,
    /// It failed in some other way.
    Failed,
    /// It serves while something about it is changed.
    Updating,
    /// It serves nothing and has no replicas until the next request.
    ScaledToZero,
    /// It is on its way from no replicas to some.
    WakingUp,
    /// A status that this version does not know, as it was sent.
    Unknown(String),
}

impl DeploymentStatus {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Building => "BUILDING",
            Self::Deploying => "DEPLOYING",
            Self::DeployFailed => "DEPLOY_FAILED",
            Self::LoadingModel => "LOADING_MODEL",
            Self::Active => "ACTIVE",
            Self::Unhealthy => "UNHEALTHY",
            Self::BuildFailed => "BUILD_FAILED",
            Self::BuildStopped => "BUILD_STOPPED",
            Self::Deactivating => "DEACTIVATING",
            Self::Inactive => "INACTIVE",
            Self::Failed => "FAILED",
            Self::Updating => "UPDATING",
            Self::ScaledToZero => "SCALED_TO_ZERO",
            Self::WakingUp => "WAKING_UP",
            Self::Unknown(text) => text,
        }
    }

    /// Whether a client that waits for a deployment goes on waiting: the set of the official
    /// clients.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(
            self,
            Self::Building | Self::Deploying | Self::LoadingModel | Self::Updating
        )
    }

    /// Whether the deployment has failed and stays so until it is retried.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(
            self,
            Self::DeployFailed | Self::BuildFailed | Self::BuildStopped | Self::Failed
        )
    }
}

impl From<String> for DeploymentStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "BUILDING" => Self::Building,
            "DEPLOYING" => Self::Deploying,
            "DEPLOY_FAILED" => Self::DeployFailed,
            "LOADING_MODEL" => Self::LoadingModel,
            "ACTIVE" => Self::Active,
            "UNHEALTHY" => Self::Unhealthy,
            "BUILD_FAILED" => Self::BuildFailed,
            "BUILD_STOPPED" => Self::BuildStopped,
            "DEACTIVATING" => Self::Deactivating,
            "INACTIVE" => Self::Inactive,
            "FAILED" => Self::Failed,
            "UPDATING" => Self::Updating,
            "SCALED_TO_ZERO" => Self::ScaledToZero,
            "WAKING_UP" => Self::WakingUp,
            _ => Self::Unknown(text),
        }
    }
}

impl From<DeploymentStatus> for String {
    fn from(status: DeploymentStatus) -> Self {
        match status {
            DeploymentStatus::Unknown(text) => text,
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for DeploymentStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::DeploymentStatus;

    #[test]
    fn every_name_reads_back_and_an_unknown_one_keeps_its_text() {
        let names = [
            "BUILDING",
            "DEPLOYING",
            "DEPLOY_FAILED",
            "LOADING_MODEL",
            "ACTIVE",
            "UNHEALTHY",
            "BUILD_FAILED",
            "BUILD_STOPPED",
            "DEACTIVATING",
            "INACTIVE",
            "FAILED",
            "UPDATING",
            "SCALED_TO_ZERO",
            "WAKING_UP",
        ];
        for name in names {
            let status = DeploymentStatus::from(name.to_owned());
            assert!(!matches!(status, DeploymentStatus::Unknown(_)), "{name}");
            assert_eq!(status.as_str(), name);
        }
        let status: DeploymentStatus = serde_json::from_str("\"MELTING\"").unwrap();
        assert_eq!(status, DeploymentStatus::Unknown("MELTING".to_owned()));
        assert_eq!(serde_json::to_string(&status).unwrap(), "\"MELTING\"");
        assert!(!status.is_pending() && !status.is_failed());
    }
}
