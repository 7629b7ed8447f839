//! `plimsoll compare`.

use std::path::Path;

use plimsoll::load::Summary;
use plimsoll::load::report::{Limit, compare};

use crate::args::{Compare, Report};
use crate::error::{CliError, exit};
use crate::render;

/// Compares two summaries.
pub(crate) fn run(command: &Compare) -> Result<(), CliError> {
    let limits = command.threshold.iter().map(|text| {
        text.parse::<Limit>().map_err(|error| {
            let wrong = CliError::usage(format!("--threshold `{text}`: {}", error.message));
            match error.hint {
                Some(hint) => wrong.hint(hint),
                None => wrong,
            }
        })
    });
    let limits = limits.collect::<Result<Vec<_>, _>>()?;
    let baseline = read(&command.baseline)?;
    let candidate = read(&command.candidate)?;
    let mut comparison = compare(&baseline, &candidate, &limits);
    if comparison.baseline == comparison.candidate {
        // Only where they lie tells them apart.
        comparison.baseline = command.baseline.display().to_string();
        comparison.candidate = command.candidate.display().to_string();
    }
    match command.format {
        Report::Json => render::result_json(&comparison)?,
        Report::Text => render::result(&comparison.text())?,
    }
    match comparison.met() {
        true => Ok(()),
        false => Err(CliError::Told(exit::THRESHOLD_MISSED)),
    }
}

/// Reads a summary, or that of a folder.
fn read(path: &Path) -> Result<Summary, CliError> {
    let file = match path.is_dir() {
        true => path.join("summary.json"),
        false => path.to_owned(),
    };
    let bytes = std::fs::read(&file).map_err(|error| CliError::file(&file, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let message = format!("{} is no summary of a load test: {error}", file.display());
        CliError::new(exit::INVALID, message)
    })
}
