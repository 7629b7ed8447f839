//! The internal names of statuses, which GraphQL answers.

use crate::DeploymentStatus;

/// Name and meaning, as the official client maps them. The first name of a status is the one that
/// the local platform answers.
const NAMES: &[(&str, DeploymentStatus)] = &[
    ("BUILDING_MODEL", DeploymentStatus::Building),
    ("DEPLOYING_MODEL", DeploymentStatus::Deploying),
    ("MODEL_LOADING", DeploymentStatus::LoadingModel),
    ("MODEL_READY", DeploymentStatus::Active),
    ("MODEL_UNHEALTHY", DeploymentStatus::Unhealthy),
    ("BUILDING_MODEL_FAILED", DeploymentStatus::BuildFailed),
    ("BUILDING_MODEL_STOPPED", DeploymentStatus::BuildStopped),
    ("MODEL_DEPLOY_FAILED", DeploymentStatus::DeployFailed),
    ("DEACTIVATING_MODEL", DeploymentStatus::Deactivating),
    ("DEACTIVATED_MODEL", DeploymentStatus::Inactive),
    ("MODEL_DNE_ERROR", DeploymentStatus::Failed),
    ("UPDATING", DeploymentStatus::Updating),
    ("MIGRATING_WORKLOAD_PLANES", DeploymentStatus::Updating),
    ("SCALED_TO_ZERO", DeploymentStatus::ScaledToZero),
    ("SCALING_FROM_ZERO", DeploymentStatus::WakingUp),
];

/// The status of this internal name.
#[must_use]
pub fn from_internal(name: &str) -> DeploymentStatus {
    NAMES.iter().find(|(known, _)| *known == name).map_or_else(
        || DeploymentStatus::Unknown(name.to_owned()),
        |(_, status)| status.clone(),
    )
}

/// The internal name of this status.
#[must_use]
pub fn to_internal(status: &DeploymentStatus) -> &str {
    NAMES
        .iter()
        .find(|(_, known)| known == status)
        .map_or_else(|| status.as_str(), |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, from_internal, to_internal};
    use crate::DeploymentStatus;

    #[test]
    fn every_name_means_what_the_client_takes_it_for() {
        for (name, status) in NAMES {
            assert_eq!(&from_internal(name), status);
            assert_eq!(&from_internal(to_internal(status)), status);
        }
        let unknown = DeploymentStatus::Unknown("MELTING".to_owned());
        assert_eq!(from_internal("MELTING"), unknown);
        assert_eq!(to_internal(&unknown), "MELTING");
    }
}
