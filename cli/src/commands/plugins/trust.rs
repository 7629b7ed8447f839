//! `plimsoll plugins trust`.

use std::path::Path;

use crate::args::{Global, Trust};
use crate::error::CliError;
use crate::plugins::{host, refused};
use crate::render;

/// Trusts a library.
pub(crate) fn run(global: &Global, command: &Trust) -> Result<(), CliError> {
    let host = host(global, Path::new("."))?;
    let entry = host
        .trust(&command.file, command.minisign_key.as_deref())
        .map_err(|error| refused(global, &error))?;
    let signed = entry.minisign.map(|key| format!(", signed with {key}"));
    render::out(&format!(
        "{} is trusted: {} with the digest {}{}\nThis is written in {}.\n",
        command.file.display(),
        entry.plugins.join(", "),
        entry.sha256,
        signed.unwrap_or_default(),
        host.places().lock.clone().unwrap_or_default().display(),
    ))
}
