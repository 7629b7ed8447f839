//! What can be refused before anything is asked.

use plimsoll_baseten_api::limits;
use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::ManifestKind;
use plimsoll_core::release::{Release, ReleaseWorkload};

use crate::labels::RESERVED_PREFIX;
use crate::place::noun;
use crate::text::escaped;

/// How long the name of an environment may be.
const NAME_CHARS: usize = 255;

/// The one workload of a Truss, when it keeps to the platform's limits.
pub(crate) fn truss(release: &Release) -> Result<&ReleaseWorkload, DeployError> {
    check(release)?;
    let [workload] = release.workloads.as_slice() else {
        let count = release.workloads.len();
        return Err(invalid(format!(
            "a truss is one model, and this release has {count} workloads"
        )));
    };
    Ok(workload)
}

/// Fails unless a release keeps to the platform's limits.
pub(crate) fn check(release: &Release) -> Result<(), DeployError> {
    if !matches!(release.kind, ManifestKind::Truss | ManifestKind::Chain) {
        return Err(invalid(format!(
            "the deployer `baseten` pushes a truss or a chain, and this is a {}",
            release.kind
        )));
    }
    let noun = noun(release.kind);
    if release.name.is_empty() {
        let error = invalid(format!("the {noun} has no name"));
        return Err(match release.kind {
            ManifestKind::Truss => error.hint("write `model_name` in the configuration"),
            _ => error.hint("give it one: `@chains.mark_entrypoint(\"name\")`"),
        });
    }
    // The platform's names are compared with it as they show.
    if escaped(&release.name) != release.name {
        return Err(invalid(format!(
            "the name of the {noun}, `{}`, has characters that do not show",
            escaped(&release.name)
        )));
    }
    let environment = release.environment.as_ref().map(Environment::name);
    if let Some(name) = environment.filter(|name| !is_environment_name(name)) {
        return Err(invalid(format!(
            "`{}` cannot be the name of an environment: it must have 1 to {NAME_CHARS} letters, \
             digits, `_`, `-` and `.`, and not only dots",
            escaped(name)
        )));
    }
    let options = &release.options;
    if let Some(name) = options.deployment_name.as_deref()
        && !limits::is_deployment_name(name)
    {
        return Err(invalid(format!(
            "the deployment name `{}` has other characters than letters, digits, `_`, `-` and `.`",
            escaped(name)
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
            "the label `{}` is not free: labels that begin with `{RESERVED_PREFIX}` are Plimsoll's \
             own",
            escaped(label)
        )));
    }
    Ok(())
}

fn invalid(message: String) -> DeployError {
    DeployError::new(DeployErrorKind::Invalid, message)
}

/// Whether an environment may have this name. It stands in addresses, which would lose one of dots.
fn is_environment_name(name: &str) -> bool {
    let only_dots = name.bytes().all(|byte| byte == b'.');
    !only_dots && name.len() <= NAME_CHARS && limits::is_deployment_name(name)
}
