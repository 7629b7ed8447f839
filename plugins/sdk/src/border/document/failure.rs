//! Failures as documents: I/O errors, deployers' errors, factories' errors.

use std::error::Error;
use std::{fmt, io};

use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use plimsoll_core::registry::FactoryError;
use serde::{Deserialize, Serialize};

/// Most causes of an error that are kept, and most hints.
const MOST: usize = 32;

/// Longest text of an error that is kept, in bytes.
const LONGEST: usize = 8 << 10;

/// A text that is not longer than anybody would read.
fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push('…');
    }
    text
}

fn few(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().take(MOST).map(cut).collect()
}

/// An I/O error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IoFailure {
    kind: String,
    message: String,
}

/// The kinds that are told from each other, by name.
const KINDS: [(&str, io::ErrorKind); 10] = [
    ("not-found", io::ErrorKind::NotFound),
    ("permission-denied", io::ErrorKind::PermissionDenied),
    ("invalid-input", io::ErrorKind::InvalidInput),
    ("invalid-data", io::ErrorKind::InvalidData),
    ("not-a-directory", io::ErrorKind::NotADirectory),
    ("is-a-directory", io::ErrorKind::IsADirectory),
    ("file-too-large", io::ErrorKind::FileTooLarge),
    ("unexpected-eof", io::ErrorKind::UnexpectedEof),
    ("unsupported", io::ErrorKind::Unsupported),
    ("other", io::ErrorKind::Other),
];

impl IoFailure {
    /// Writes an error.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        let kind = KINDS.iter().find(|(_, kind)| *kind == error.kind());
        Self {
            kind: kind.map_or("other", |(name, _)| name).to_owned(),
            message: error.to_string(),
        }
    }

    /// Reads an error.
    #[must_use]
    pub fn read(self) -> io::Error {
        let kind = KINDS.iter().find(|(name, _)| *name == self.kind);
        let kind = kind.map_or(io::ErrorKind::Other, |(_, kind)| *kind);
        io::Error::new(kind, cut(self.message))
    }
}

/// What a deployer could not do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeployFailure {
    kind: String,
    message: String,
    #[serde(default)]
    hints: Vec<String>,
    #[serde(default)]
    left_behind: Vec<String>,
    /// What caused it, the nearest first.
    #[serde(default)]
    causes: Vec<String>,
}

/// The kinds of failure, by name.
const FAILURES: [(&str, DeployErrorKind); 7] = [
    ("invalid", DeployErrorKind::Invalid),
    ("unauthorised", DeployErrorKind::Unauthorised),
    ("not-found", DeployErrorKind::NotFound),
    ("refused", DeployErrorKind::Refused),
    ("unavailable", DeployErrorKind::Unavailable),
    ("deployment-failed", DeployErrorKind::DeploymentFailed),
    ("interrupted", DeployErrorKind::Interrupted),
];

/// A cause that came as text.
#[derive(Debug)]
struct Cause {
    message: String,
    source: Option<Box<Self>>,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl DeployFailure {
    /// Writes an error and what caused it.
    #[must_use]
    pub fn of(error: &DeployError) -> Self {
        let kind = FAILURES.iter().find(|(_, kind)| *kind == error.kind);
        let mut causes = Vec::new();
        let mut source = Error::source(error);
        while let Some(cause) = source.filter(|_| causes.len() < MOST) {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self {
            kind: kind.map_or("unavailable", |(name, _)| name).to_owned(),
            message: error.message.clone(),
            hints: error.hints.clone(),
            left_behind: error.left_behind.clone(),
            causes,
        }
    }

    /// Reads an error. A kind that is not known counts as a platform that failed.
    #[must_use]
    pub fn read(self) -> DeployError {
        let kind = FAILURES.iter().find(|(name, _)| *name == self.kind);
        let kind = kind.map_or(DeployErrorKind::Unavailable, |(_, kind)| *kind);
        let causes = few(self.causes).into_iter().rev();
        let cause = causes.fold(None, |source, message| {
            Some(Box::new(Cause { message, source }))
        });
        let mut error = DeployError::new(kind, cut(self.message));
        error.hints = few(self.hints);
        error.left_behind = few(self.left_behind);
        error.source = cause.map(|cause| cause as _);
        error
    }
}

/// Why something could not be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactoryFailure {
    /// Whether it is the options that do not fit.
    options: bool,
    message: String,
}

impl FactoryFailure {
    /// Writes an error.
    #[must_use]
    pub fn of(error: &FactoryError) -> Self {
        match error {
            FactoryError::Options { message, .. } => Self {
                options: true,
                message: message.clone(),
            },
            FactoryError::Failed { message, .. } => Self {
                options: false,
                message: message.clone(),
            },
            other => Self {
                options: false,
                message: other.to_string(),
            },
        }
    }

    /// Reads an error of what has this name.
    #[must_use]
    pub fn read(self, name: &str) -> FactoryError {
        let (name, message) = (name.to_owned(), cut(self.message));
        match self.options {
            true => FactoryError::Options { name, message },
            false => FactoryError::Failed { name, message },
        }
    }
}
