//! BUILDING: what there is to do with files before a deployment can be placed. Runs on threads
//! that may block.

use std::path::Path;

use plimsoll_baseten_api::chainlet_built_config;
use plimsoll_core::digest::BuildDigest;
use serde_json::Value as Json;

use crate::archive::{ArchiveStore, Contents, UnpackError, unpack};
use crate::build_check::BuildCheck;
use crate::limits::Limits;
use crate::store::DeploymentRow;

/// What a build has found out.
pub(super) struct Built {
    pub(super) digest: BuildDigest,
    pub(super) files: usize,
    pub(super) warnings: Vec<String>,
}

/// Unpacks the archive into a new folder of the name `scratch`, has the host check it, and computes
/// the digest of the image. The error is why the build failed, in words.
pub(super) fn build(
    archives: &ArchiveStore,
    limits: &Limits,
    check: &dyn BuildCheck,
    deployment: &DeploymentRow,
    scratch: &str,
) -> Result<Built, String> {
    let is_chainlet = deployment.is_chainlet;
    let deployment = &deployment.new;
    let sha256 = &deployment.archive_sha256;
    let config = Json::Object(deployment.config.clone());
    let contents;
    let warnings;
    if deployment.reuses_digest.is_some() {
        contents =
            contents_of(archives, limits, sha256, true).map_err(|error| error.to_string())?;
        warnings = check.check(None, &config)?;
    } else {
        let scratch = archives
            .scratch(scratch)
            .map_err(|error| error.to_string())?;
        contents = unpack(&archives.path(sha256), Some(scratch.path()), limits)
            .map_err(|error| error.to_string())?;
        remember(&contents, &archives.contents_path(sha256));
        warnings = check.check(Some(scratch.path()), &config)?;
    }
    let digest = if is_chainlet {
        contents.digest(&Json::Object(chainlet_built_config(&deployment.config)))
    } else {
        contents.digest(&config)
    };
    if let Some(reused) = &deployment.reuses_digest
        && reused != digest.as_str()
    {
        return Err(format!(
            "the image to reuse is {reused}, but with this configuration it would be {digest}"
        ));
    }
    Ok(Built {
        digest,
        files: contents.files.len(),
        warnings,
    })
}

/// The files of a held archive: as they were listed before, or else by reading it. With
/// `may_remember`, it is read once only.
pub(crate) fn contents_of(
    archives: &ArchiveStore,
    limits: &Limits,
    sha256: &str,
    may_remember: bool,
) -> Result<Contents, UnpackError> {
    let listed = archives.contents_path(sha256);
    if let Some(contents) = Contents::read(&listed) {
        return Ok(contents);
    }
    let contents = unpack(&archives.path(sha256), None, limits)?;
    if may_remember {
        remember(&contents, &listed);
    }
    Ok(contents)
}

fn remember(contents: &Contents, path: &Path) {
    // The list only saves time later.
    if let Err(error) = contents.write(path) {
        tracing::warn!(path = %path.display(), %error, "a list of files was not stored");
    }
}
