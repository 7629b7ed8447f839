//! The recommendation in the user's own file.

use std::path::PathBuf;
use std::sync::Arc;

use plimsoll::amendment::{Amendment, Hunk};
use plimsoll::autoscaling::AutoscalingSettings;
use plimsoll::environment::Environment;
use plimsoll::harness::tune::{Space, Tuning};
use plimsoll::tree::{OverlayTree, SourceTree};
use serde::Serialize;

use crate::error::{CliError, exit};
use crate::experiment::{Experiment, settings_of};
use crate::file;

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

/// Refuses what could not be written, before anything long is done.
pub(super) fn check(experiment: &Experiment, space: &Space) -> Result<(), CliError> {
    match &experiment.effective.environment {
        Some(environment) => {
            amended(experiment, environment, space, &experiment.settings).map(|_| ())
        }
        None => Ok(()),
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
    let best = tuning.recommendation().filter(|best| best.met);
    let (Some(best), Some(environment)) = (best, &experiment.effective.environment) else {
        return Ok(None);
    };
    if tuning.stopped || best.settings == experiment.settings {
        return Ok(None);
    }
    let amendment = amended(experiment, environment, space, &best.settings)?;
    let path = PathBuf::from(experiment.loaded.tree.display(&amendment.path));
    if write && !amendment.is_empty() {
        let now = std::fs::read(&path).map_err(|error| CliError::file(&path, &error))?;
        if now != amendment.before.as_bytes() {
            let path = path.display();
            let message = format!("{path} has changed since it was read: nothing is written");
            return Err(CliError::new(exit::INVALID, message));
        }
        file::write(&path, amendment.after.as_bytes())?;
    }
    Ok(Some(Change {
        file: path,
        written: write,
        lines: amendment.hunks().into_iter().map(Lines::from).collect(),
    }))
}

/// The file with the searched settings in it. Where those alone are not what the resolver makes of
/// it, as where an environment's settings replace the base's, all that is written anywhere goes in.
fn amended(
    experiment: &Experiment,
    environment: &Environment,
    space: &Space,
    settings: &AutoscalingSettings,
) -> Result<Amendment, CliError> {
    let mut searched = AutoscalingSettings::default();
    for (name, _) in &space.axes {
        searched.set(name, settings.get(name));
    }
    let mut whole = searched;
    for (field, _) in experiment
        .effective
        .autoscaling()
        .unwrap_or_default()
        .written()
    {
        whole.set(field.name, settings.get(field.name));
    }
    let loaded = &experiment.loaded;
    for request in [searched, whole] {
        let amendment = loaded.source.amend(
            &loaded.tree,
            &loaded.manifest,
            &experiment.effective.workload,
            environment,
            &request,
        )?;
        if comes_to(experiment, environment, &amendment, settings)? {
            return Ok(amendment);
        }
    }
    let message = "the settings cannot be written so that this environment has just these";
    Err(CliError::new(exit::INVALID, message).hint("try --resolver deep-merge"))
}

/// Whether an amended file resolves to settings, by the resolver that is asked for.
fn comes_to(
    experiment: &Experiment,
    environment: &Environment,
    amendment: &Amendment,
    settings: &AutoscalingSettings,
) -> Result<bool, CliError> {
    let loaded = &experiment.loaded;
    let after = OverlayTree::new(
        Arc::clone(&loaded.tree),
        &amendment.path,
        Arc::clone(&amendment.after),
    );
    let after: Arc<dyn SourceTree> = Arc::new(after);
    let manifest = loaded.source.load(&after)?;
    let name = &experiment.effective.workload;
    let Some(workload) = manifest.workloads.iter().find(|one| one.name == *name) else {
        return Ok(false);
    };
    let effective = loaded
        .resolver
        .resolve(workload, Some(environment), &manifest.files)?;
    Ok(settings_of(&effective).0 == *settings)
}
