//! What is there, and how it stands. No plugin's code runs here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Candidate, Host, State, kept};
use crate::discover::{Found, Place, Remark};
use crate::error::{LoadError, LoadErrorKind};
use crate::metadata::{Metadata, MetadataError, peek};
use crate::trust::{FileError, Lock, Standing, Whole};

/// A library that was read and is a plugin for this program, as far as that can be told.
pub(super) struct Checked {
    pub(super) whole: Whole,
    pub(super) plugins: Vec<Metadata>,
}

impl Checked {
    /// Reads a library once and whole: what is checked from here on, and loaded, is these bytes.
    pub(super) fn read(path: &Path) -> Result<Self, LoadError> {
        let whole = Whole::read(path).map_err(|error| {
            let refusal = LoadError::new(path, LoadErrorKind::File, error.to_string());
            match error {
                FileError::Missing => refusal.hint("build it: cargo build --release"),
                _ => refusal,
            }
        })?;
        let plugins = peek(&whole.bytes).map_err(|error| {
            let kind = match error {
                MetadataError::NotAPlugin => LoadErrorKind::NotAPlugin,
                _ => LoadErrorKind::Metadata,
            };
            let refusal = LoadError::new(path, kind, error.to_string());
            match kind {
                LoadErrorKind::NotAPlugin => {
                    refusal.hint("if it is meant to be one: build it with its feature `dylib`")
                }
                _ => refusal,
            }
        })?;
        if let Some(writers) = whole.writers {
            let message = format!("{writers} may write to it");
            return Err(LoadError::new(path, LoadErrorKind::File, message)
                .hint(format!("run `chmod go-w {}`", path.display())));
        }
        Ok(Self { whole, plugins })
    }

    /// Whether its bytes are trusted.
    pub(super) fn trusted(&self, lock: &Lock, path: &Path) -> Result<(), LoadError> {
        let place = self.whole.file.to_string_lossy();
        let (kind, message) = match lock.standing(&place, &self.whole.sha256) {
            Standing::Trusted => return Ok(()),
            Standing::Changed => (LoadErrorKind::Trust, "it has changed since it was trusted"),
            Standing::NotTrusted => (LoadErrorKind::NotTrusted, "it is not trusted"),
        };
        let way_out = format!(
            "if it is what you mean to run: plimsoll plugins trust {}",
            path.display()
        );
        Err(LoadError::new(path, kind, message).hint(way_out))
    }
}

/// Which library has a plugin first.
#[derive(Default)]
pub(super) struct First(HashMap<String, PathBuf>);

impl First {
    /// Whether another library has a plugin of the same name and comes first. Libraries that the user
    /// named for this one run are all loaded, whichever they are.
    pub(super) fn before(
        &mut self,
        found: &Found,
        plugins: &[Metadata],
    ) -> Option<(String, PathBuf)> {
        if found.place != Place::Explicit {
            for plugin in plugins {
                if let Some(first) = self.0.get(&plugin.name) {
                    return Some((plugin.name.clone(), first.clone()));
                }
            }
        }
        for plugin in plugins {
            let name = plugin.name.clone();
            self.0.entry(name).or_insert_with(|| found.path.clone());
        }
        None
    }
}

impl Host {
    /// Every library that is found, and how it stands. No plugin's code runs.
    ///
    /// # Errors
    /// When the lock file cannot be read.
    pub fn survey(&self) -> Result<(Vec<Candidate>, Vec<Remark>), LoadError> {
        let lock = self.lock()?;
        let (found, remarks) = self.places().search.run();
        let mut first = First::default();
        let candidates = found
            .iter()
            .map(|found| candidate(found, &lock, &mut first));
        Ok((candidates.collect(), remarks))
    }

    /// What a library says of itself, and how it stands. No code of it runs.
    ///
    /// # Errors
    /// When the lock file cannot be read.
    pub fn inspect(&self, path: &Path) -> Result<Candidate, LoadError> {
        let found = Found {
            path: path.to_owned(),
            place: Place::Explicit,
        };
        Ok(candidate(&found, &self.lock()?, &mut First::default()))
    }

    pub(super) fn lock(&self) -> Result<Lock, LoadError> {
        match self
            .places()
            .lock
            .as_deref()
            .filter(|lock| lock.is_absolute())
        {
            Some(lock) => Lock::read(lock).map_err(kept),
            // Without a place of the user's own, nothing is trusted.
            None => Ok(Lock::default()),
        }
    }
}

fn candidate(found: &Found, lock: &Lock, first: &mut First) -> Candidate {
    let path = &found.path;
    let refused = |error: LoadError| match error.kind {
        LoadErrorKind::NotAPlugin => State::NotAPlugin,
        _ => State::Refused {
            message: error.message,
            hints: error.hints,
        },
    };
    let unread = |bytes, sha256, state| Candidate {
        path: path.clone(),
        place: found.place,
        bytes,
        sha256,
        plugins: Vec::new(),
        state,
    };
    let checked = match Checked::read(path) {
        Ok(checked) => checked,
        Err(error) => {
            let whole = Whole::read(path).ok();
            let bytes = whole.as_ref().map_or(0, |whole| whole.bytes.len() as u64);
            return unread(bytes, whole.map(|whole| whole.sha256), refused(error));
        }
    };
    // Only what would be loaded takes a name: nothing that is not trusted stands before what is.
    let state = match checked.trusted(lock, path) {
        Ok(()) => match first.before(found, &checked.plugins) {
            Some((plugin, by)) => State::Shadowed { plugin, by },
            None => State::Trusted,
        },
        Err(error) if error.kind == LoadErrorKind::NotTrusted => State::NotTrusted,
        Err(_) => State::Changed,
    };
    Candidate {
        path: path.clone(),
        place: found.place,
        bytes: checked.whole.bytes.len() as u64,
        sha256: Some(checked.whole.sha256),
        plugins: checked.plugins,
        state,
    }
}
