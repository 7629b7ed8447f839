//! Why a library is not loaded.

use std::fmt;
use std::path::{Path, PathBuf};

/// At which step a library was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The file cannot be read, or others than its owner may write to it.
    File,
    /// It is a library of something else.
    NotAPlugin,
    /// What it says of itself rules it out.
    Metadata,
    /// Nobody has trusted it.
    NotTrusted,
    /// Its bytes are not those that were trusted, or its signature does not hold.
    Trust,
    /// The lock file, or the folder of copies, cannot be used.
    Keeping,
    /// The system does not load it.
    Library,
    /// The handshake says that there is no use in going on.
    Handshake,
    /// The border is laid out otherwise on its side.
    Layout,
    /// What it registers is not what it says that it does, or cannot be registered.
    Registration,
}

/// Why a library is not loaded: a line, ways out, and for the curious all there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file.
    pub path: PathBuf,
    /// At which step it was refused.
    pub kind: LoadErrorKind,
    /// A clause that follows the file's name.
    pub message: String,
    /// Ways out.
    pub hints: Vec<String>,
    /// Everything that was found, where that is more than anybody wants to read at first.
    pub detail: Option<String>,
}

impl LoadError {
    pub(crate) fn new(path: &Path, kind: LoadErrorKind, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            message: message.into(),
            hints: Vec::new(),
            detail: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for LoadError {}
