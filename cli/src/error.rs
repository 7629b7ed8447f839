//! What can go wrong, with its exit code.

use std::io::ErrorKind;
use std::path::Path;

use plimsoll::deployer::{DeployError, DeployErrorKind};
use plimsoll::diagnostic::Diagnostics;
use plimsoll::harness::error::Error as HarnessError;
use plimsoll::registry::FactoryError;

use serde_json::{Value as Json, json};

use crate::render;

/// Exit codes: a contract.
pub(crate) mod exit {
    pub(crate) const INVALID: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const UNAUTHORISED: u8 = 3;
    pub(crate) const NOT_FOUND: u8 = 4;
    pub(crate) const REFUSED: u8 = 5;
    pub(crate) const UNAVAILABLE: u8 = 6;
    pub(crate) const DEPLOYMENT_FAILED: u8 = 7;
    pub(crate) const THRESHOLD_MISSED: u8 = 8;
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// What can go wrong.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The input is invalid, and everything that is wrong with it has been printed.
    Reported,
    /// Nobody reads what is printed any more.
    Closed,
    /// All there is to say has been printed, beside a result that stands: what is left is the exit
    /// code.
    Told(u8),
    /// The input is invalid.
    Input(Diagnostics),
    /// A deployer could not do it.
    Deploy(DeployError),
    /// Anything else, with its exit code and ways out.
    Other {
        code: u8,
        message: String,
        hints: Vec<String>,
    },
}

impl CliError {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Self {
        Self::Other {
            code,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Other { hints, .. } = &mut self {
            hints.push(text.into());
        }
        self
    }

    /// A file could not be used.
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::NotFound => exit::NOT_FOUND,
            _ => exit::INVALID,
        };
        Self::new(code, format!("{}: {error}", path.display()))
    }

    /// Says what went wrong after a result was printed: stdout holds that result, and nothing else.
    pub(crate) fn told(self) -> Self {
        self.print();
        Self::Told(self.code())
    }

    /// The user asked to stop, and what was done so far has been printed.
    pub(crate) fn stopped() -> Self {
        Self::Told(exit::INTERRUPTED)
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Told(code) => *code,
            Self::Reported | Self::Input(_) => exit::INVALID,
            Self::Other { code, .. } => *code,
            Self::Deploy(error) => match error.kind {
                DeployErrorKind::Invalid => exit::INVALID,
                DeployErrorKind::Unauthorised => exit::UNAUTHORISED,
                DeployErrorKind::NotFound => exit::NOT_FOUND,
                DeployErrorKind::Refused => exit::REFUSED,
                DeployErrorKind::DeploymentFailed => exit::DEPLOYMENT_FAILED,
                DeployErrorKind::Interrupted => exit::INTERRUPTED,
                _ => exit::UNAVAILABLE,
            },
        }
    }

    /// What went wrong, in a sentence.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Reported | Self::Input(_) => "the input is invalid",
            Self::Closed => "nobody reads what is printed",
            Self::Told(_) => "what went wrong has been said",
            Self::Deploy(error) => &error.message,
            Self::Other { message, .. } => message,
        }
    }

    /// Ways out.
    pub(crate) fn hints(&self) -> &[String] {
        match self {
            Self::Reported | Self::Closed | Self::Told(_) | Self::Input(_) => &[],
            Self::Deploy(error) => &error.hints,
            Self::Other { hints, .. } => hints,
        }
    }

    /// The same as JSON, for whoever asked for that; `None` where it has been printed or nobody
    /// reads.
    pub(crate) fn json(&self) -> Option<Json> {
        let none: &[String] = &[];
        let (left_behind, diagnostics) = match self {
            Self::Reported | Self::Closed | Self::Told(_) => return None,
            Self::Input(said) => (none, render::diagnostics::json(said)),
            Self::Deploy(error) => (&*error.left_behind, json!([])),
            Self::Other { .. } => (none, json!([])),
        };
        Some(json!({
            "error": {
                "exit_code": self.code(),
                "message": self.message(),
                "hints": self.hints(),
                "left_behind": left_behind,
            },
            "diagnostics": diagnostics,
        }))
    }

    pub(crate) fn print(&self) {
        match self {
            Self::Reported | Self::Closed | Self::Told(_) => {}
            Self::Input(diagnostics) => render::diagnostics::print(diagnostics),
            Self::Deploy(error) => {
                let mut message = error.message.clone();
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    let text = cause.to_string();
                    if !message.contains(&text) {
                        message.push_str(&format!(": {text}"));
                    }
                    source = cause.source();
                }
                render::error(&message, &error.hints);
                if !error.left_behind.is_empty() {
                    render::say("left behind:");
                    for what in &error.left_behind {
                        render::say(&format!("  - {what}"));
                    }
                }
            }
            Self::Other { message, hints, .. } => render::error(message, hints),
        }
    }
}

impl From<Diagnostics> for CliError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Input(diagnostics)
    }
}

impl From<DeployError> for CliError {
    fn from(error: DeployError) -> Self {
        Self::Deploy(error)
    }
}

impl From<HarnessError> for CliError {
    fn from(error: HarnessError) -> Self {
        let code = match &error {
            HarnessError::Read { source, .. } if source.kind() == ErrorKind::NotFound => {
                exit::NOT_FOUND
            }
            HarnessError::Spec(_) | HarnessError::Policy(_) => exit::USAGE,
            _ => exit::INVALID,
        };
        Self::new(code, error.to_string())
    }
}

impl From<FactoryError> for CliError {
    fn from(error: FactoryError) -> Self {
        Self::usage(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use plimsoll::deployer::{DeployError, DeployErrorKind};

    use super::CliError;

    #[test]
    fn the_kinds_of_failure_have_the_exit_codes_of_the_contract() {
        for (kind, code) in [
            (DeployErrorKind::Invalid, 1),
            (DeployErrorKind::Unauthorised, 3),
            (DeployErrorKind::NotFound, 4),
            (DeployErrorKind::Refused, 5),
            (DeployErrorKind::Unavailable, 6),
            (DeployErrorKind::DeploymentFailed, 7),
            (DeployErrorKind::Interrupted, 130),
        ] {
            assert_eq!(CliError::Deploy(DeployError::new(kind, "")).code(), code);
        }
    }
}
