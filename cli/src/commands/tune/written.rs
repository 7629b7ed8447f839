//! The recommendation in the user's own file.

use std::path::PathBuf;

use plimsoll::amendment::{Amendment, Hunk};
use plimsoll::autoscaling::AutoscalingSettings;
use plimsoll::diagnostic::Diagnostics;
use plimsoll::harness::tune::{Space, Tuning};
use serde::Serialize;

use crate::error::{CliError, exit};
use crate::experiment::Experiment;
use crate::file;
use crate::render;

/// What a recommendation changes in a file.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) file: PathBuf,
    /// Whether it has been written.
    pub(crate) written: bool,
    pub(crate) lines: Vec<Lines>,
}

/// Lines that change.
#[derive(Debug, Serialize)]
pub(crate) struct Lines {
    /// The first of those that go, or the one that the new ones come before; from 1.
    pub(crate) line: usize,
    pub(crate) removed: Vec<String>,
    pub(crate) added: Vec<String>,
}

impl From<Hunk> for Lines {
    fn from(hunk: Hunk) -> Self {
        Self {
            line: hunk.line,
            removed: hunk.removed,
            added: hunk.added,
        }
    }
}

/// Finds what the recommendation changes, and writes it where that is asked for. `None` where there
/// is no environment to write for, nothing that meets the objective, or nothing better than what
/// stands.
pub(super) fn change(
    experiment: &Experiment,
    space: &Space,
    tuning: &Tuning,
    write: bool,
) -> Result<Option<Change>, CliError> {
    let refused = |message: String| Err(CliError::new(exit::INVALID, message));
    let recommended = tuning.recommendation().filter(|best| best.met);
    let Some(best) = recommended.filter(|_| !tuning.stopped) else {
        return match write {
            // What was found is printed, and that it was stopped.
            true if tuning.stopped => Ok(None),
            true => refused(format!("{} Nothing is written.", tuning.reason)),
            false => Ok(None),
        };
    };
    if best.settings == experiment.settings {
        if write {
            render::say("nothing is written: what stands is what is recommended");
        }
        return Ok(None);
    }
    let amendment = match amendment(experiment, space, &best.settings) {
        Some(Ok(amendment)) => amendment,
        Some(Err(diagnostics)) if write => return Err(CliError::Input(diagnostics)),
        Some(Err(_)) | None => return Ok(None),
    };
    let path = PathBuf::from(experiment.loaded.tree.display(&amendment.path));
    if write && !amendment.is_empty() {
        let now = std::fs::read(&path).map_err(|error| CliError::file(&path, &error))?;
        if now != amendment.before.as_bytes() {
            let path = path.display();
            return refused(format!(
                "{path} has changed since it was read: nothing is written"
            ));
        }
        file::write(&path, amendment.after.as_bytes())?;
    }
    Ok(Some(Change {
        file: path,
        written: write,
        lines: amendment.hunks().into_iter().map(Lines::from).collect(),
    }))
}

/// The searched settings, as an amendment of the file; `None` without an environment.
fn amendment(
    experiment: &Experiment,
    space: &Space,
    settings: &AutoscalingSettings,
) -> Option<Result<Amendment, Diagnostics>> {
    let environment = experiment.effective.environment.as_ref()?;
    let mut searched = AutoscalingSettings::default();
    for (name, _) in &space.axes {
        searched.set(name, settings.get(name));
    }
    let loaded = &experiment.loaded;
    Some(loaded.source.amend(
        &loaded.tree,
        &loaded.manifest,
        &experiment.effective.workload,
        environment,
        &searched,
    ))
}
