//! The folder of reports.

use std::path::PathBuf;

use plimsoll::load::{Results, report};

use crate::error::{CliError, exit};
use crate::file;
use crate::render;

/// A folder that reports can be written to; known before a test runs.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: PathBuf) -> Result<Self, CliError> {
        std::fs::create_dir_all(&path).map_err(|error| {
            let message = format!("cannot write to the folder {}: {error}", path.display());
            CliError::new(exit::INVALID, message)
        })?;
        file::check(&path.join("summary.json"))?;
        Ok(Self(path))
    }

    /// Writes every report, each whole or not at all.
    pub(super) fn write(&self, results: &Results) -> Result<(), CliError> {
        let files = report::all(results).map_err(|error| {
            CliError::new(
                exit::INVALID,
                format!("the reports cannot be made: {error}"),
            )
        })?;
        for report in &files {
            file::write(&self.0.join(report.name), &report.bytes)?;
        }
        let names: Vec<&str> = files.iter().map(|file| file.name).collect();
        render::say(&format!(
            "wrote {} to {}",
            names.join(", "),
            self.0.display()
        ));
        Ok(())
    }
}
