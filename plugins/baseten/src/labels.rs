//! The labels that every deployment carries, beside the user's own.

use plimsoll_baseten_api::{BUILD_DIGEST_LABEL, Deployment, JsonObject};
use plimsoll_core::digest::BuildDigest;
use plimsoll_core::release::Release;

/// The environment that a deployment was made for; empty for one outside any. The platform puts a
/// model's first deployment that names no environment into production: this says what was asked.
pub const ENVIRONMENT_LABEL: &str = "plimsoll-environment";

/// Unique to one push, so that a deployment whose creation was not answered can be found.
pub const PUSH_ID_LABEL: &str = "plimsoll-push-id";

/// `true` where the push kept the environment's instance type whatever `resources` said.
pub const PRESERVE_LABEL: &str = "plimsoll-preserve-instance-type";

/// What no user's label may begin with.
pub(crate) const RESERVED_PREFIX: &str = "plimsoll-";

/// The labels of a deployment of this release, less the identity of the push.
pub(crate) fn labels(release: &Release, digest: &BuildDigest, preserve: bool) -> JsonObject {
    let mut labels: JsonObject = release
        .options
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let environment = environment_label(release);
    labels.insert(BUILD_DIGEST_LABEL.to_owned(), digest.as_str().into());
    labels.insert(ENVIRONMENT_LABEL.to_owned(), environment.into());
    if release.environment.is_some() {
        labels.insert(PRESERVE_LABEL.to_owned(), preserve.to_string().into());
    }
    labels
}

/// What [`ENVIRONMENT_LABEL`] says for this release.
pub(crate) fn environment_label(release: &Release) -> &str {
    release
        .environment
        .as_ref()
        .map_or("", |environment| environment.name())
}

/// The text of a deployment's label.
pub(crate) fn label<'a>(deployment: &'a Deployment, name: &str) -> Option<&'a str> {
    deployment.labels.as_ref()?.get(name)?.as_str()
}

/// The digest of the image that a deployment runs, where it says so.
pub(crate) fn digest_of(deployment: &Deployment) -> Option<BuildDigest> {
    label(deployment, BUILD_DIGEST_LABEL).and_then(BuildDigest::parse)
}
