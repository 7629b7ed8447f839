//! What can be refused before anything is asked.

use plimsoll_baseten_api::limits;
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::release::{Release, ReleaseWorkload};

use crate::labels::RESERVED_PREFIX;

/// The one workload of the release, when it keeps to the platform's limits.
pub(crate) fn check(release: &Release) -> Result<&ReleaseWorkload, DeployError> {
    let invalid = |message: String| DeployError::new(DeployErrorKind::Invalid, message);
    if release.kind != ManifestKind::Truss {
        return Err(invalid(format!(
            "the deployer `baseten` pushes a truss, and this is a {}",
            release.kind
        )));
    }
    let [workload] = release.workloads.as_slice() else {
        return Err(invalid(format!(
            "a truss is one model, and this release has {} workloads",
            release.workloads.len()
        )));
    };
    if release.name.is_empty() {
        return Err(invalid("the model has no name".to_owned())
            .hint("write `model_name` in the configuration"));
    }
    // These would be taken out of the address of a request, which would then ask for another thing.
    let environment = release.environment.as_ref().map(Environment::name);
    if let Some(name @ ("" | "." | "..")) = environment {
        return Err(invalid(format!(
            "`{name}` cannot be the name of an environment"
        )));
    }
    let options = &release.options;
    if let Some(name) = options.deployment_name.as_deref()
        && !limits::is_deployment_name(name)
    {
        return Err(invalid(format!(
            "the deployment name `{name}` has other characters than letters, digits, `_`, `-` \
             and `.`"
        )));
    }
    let range = limits::DEPLOY_TIMEOUT_MINUTES;
    if let Some(minutes) = options.deploy_timeout_minutes
        && !range.contains(&minutes)
    {
        return Err(invalid(format!(
            "the deploy time-out is {minutes} minutes, but must be between {} and {}",
            range.start(),
            range.end()
        )));
    }
    let reserved = |key: &&String| key.starts_with(RESERVED_PREFIX);
    if let Some(label) = options.labels.keys().find(reserved) {
        return Err(invalid(format!(
            "the label `{label}` is not free: labels that begin with `{RESERVED_PREFIX}` are \
             Plimsoll's own"
        )));
    }
    Ok(workload)
}
