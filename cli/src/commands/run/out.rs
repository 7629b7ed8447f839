//! The folder of reports.

use std::path::PathBuf;

use plimsoll::load::{Results, report};
use tempfile::NamedTempFile;

use crate::error::{CliError, exit};
use crate::file;
use crate::render;

/// A folder that reports can be written to; known before a test runs.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: PathBuf) -> Result<Self, CliError> {
        let made = std::fs::create_dir_all(&path);
        // Gone again as soon as it is there.
        let tried = made.and_then(|()| NamedTempFile::new_in(&path)?.close());
        tried.map_err(|error| {
            let message = format!("cannot write to the folder {}: {error}", path.display());
            CliError::new(exit::INVALID, message)
        })?;
        file::check(&path.join("summary.json"))?;
        Ok(Self(path))
    }

    /// Writes every report that can be, each whole or not at all, and says which. The error is that of
    /// the first that cannot.
    pub(super) fn write(&self, results: &Results) -> Result<(), CliError> {
        let mut names = Vec::new();
        let mut outcome = Ok(());
        for report in report::all(results) {
            let written = match report {
                Ok(report) => {
                    let written = file::write(&self.0.join(report.name), &report.bytes);
                    written.map(|()| names.push(report.name))
                }
                Err(error) => {
                    let message = format!("a report cannot be made: {error}");
                    Err(CliError::new(exit::INVALID, message))
                }
            };
            outcome = outcome.and(written.map_err(CliError::told));
        }
        if !names.is_empty() {
            let names = names.join(", ");
            render::say(&format!("wrote {names} to {}", self.0.display()));
        }
        outcome
    }
}
