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
        Self::of(whole(path)?, path)
    }

    fn of(whole: Whole, path: &Path) -> Result<Self, LoadError> {
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
        Err(LoadError::new(path, kind, message).hint(trust_it(path)))
    }
}

fn whole(path: &Path) -> Result<Whole, LoadError> {
    Whole::read(path).map_err(|error| {
        let refusal = LoadError::new(path, LoadErrorKind::File, error.to_string());
        match error {
            FileError::Missing => refusal.hint("build it: cargo build --release"),
            _ => refusal,
        }
    })
}

/// The way out where a library is not trusted.
fn trust_it(path: &Path) -> String {
    let path = path.display();
    format!("if it is what you mean to run: plimsoll plugins trust {path}")
}

impl Candidate {
    /// Ways out, where it would not be loaded.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        match &self.state {
            State::Refused { hints, .. } => hints.clone(),
            State::NotTrusted | State::Changed => vec![trust_it(&self.path)],
            State::Trusted | State::Shadowed { .. } | State::NotAPlugin => Vec::new(),
        }
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
        match self.places().own_lock() {
            Some(lock) => Lock::read(lock).map_err(kept),
            // Without a place of the user's own, nothing is trusted.
            None => Ok(Lock::default()),
        }
    }
}

fn candidate(found: &Found, lock: &Lock, first: &mut First) -> Candidate {
    let path = &found.path;
    let mut candidate = Candidate {
        path: path.clone(),
        place: found.place,
        bytes: 0,
        sha256: None,
        plugins: Vec::new(),
        state: State::NotAPlugin,
    };
    let checked = whole(path).and_then(|whole| {
        candidate.bytes = whole.bytes.len() as u64;
        candidate.sha256 = Some(whole.sha256.clone());
        Checked::of(whole, path)
    });
    // Only what would be loaded takes a name: nothing that is not trusted stands before what is.
    let standing = checked.and_then(|checked| {
        let trusted = checked.trusted(lock, path);
        candidate.plugins = checked.plugins;
        trusted
    });
    candidate.state = match standing {
        Ok(()) => match first.before(found, &candidate.plugins) {
            Some((plugin, by)) => State::Shadowed { plugin, by },
            None => State::Trusted,
        },
        Err(error) => match error.kind {
            LoadErrorKind::NotTrusted => State::NotTrusted,
            LoadErrorKind::Trust => State::Changed,
            LoadErrorKind::NotAPlugin => State::NotAPlugin,
            _ => State::Refused {
                message: error.message,
                hints: error.hints,
            },
        },
    };
    candidate
}
