//! What can go wrong between here and the platform.

use std::time::Duration;

use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use thiserror::Error;

/// Options that do not fit. The message of one option begins with its name.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// They are not an object.
    #[error("they are not an object")]
    Shape,
    /// There is no option of this name.
    #[error("`{name}`: there is no such option; there are: {known}")]
    Unknown {
        /// What was written.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// An option is missing, or not what it must be. No message repeats what is written: it may be
    /// a key.
    #[error("`{name}`: {problem}")]
    Option {
        /// The option.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTP client: {0}")]
    Http(String),
}

/// A request that did not succeed. No message holds a key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The platform answered with an error.
    #[error("cannot {what}: the platform answered {status}: {message}")]
    Status {
        /// What was to be done, such as `create the deployment`.
        what: &'static str,
        /// The HTTP status.
        status: u16,
        /// The platform's message, as it came.
        message: String,
        /// How long the platform wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// No connection was made: the request did not arrive.
    #[error("cannot {what}: cannot connect to the platform: {reason}")]
    Unreachable {
        /// What was to be done.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// The request was sent, and no whole answer came: it may or may not have been done.
    #[error("cannot {what}: no answer came: {reason}")]
    Lost {
        /// What was to be done.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// An answer came that is not understood.
    #[error("cannot {what}: the platform's answer is not understood: {reason}")]
    Answer {
        /// What was to be done.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// The user stopped it.
    #[error("interrupted")]
    Interrupted,
}

impl ApiError {
    /// Whether a request that changes nothing, or the same thing however often it is sent, should
    /// be sent again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            Self::Unreachable { .. } | Self::Lost { .. } => true,
            Self::Answer { .. } | Self::Interrupted => false,
        }
    }

    /// Whether the request may have been done although it failed.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::Lost { .. } | Self::Answer { .. } => true,
            Self::Unreachable { .. } | Self::Interrupted => false,
        }
    }

    /// Whether the platform says that what was asked for does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status: 404, .. })
    }

    /// Whether the platform refused this very request, and would refuse it again.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Status {
                status: 400..=499,
                ..
            }
        ) && !matches!(
            self,
            Self::Status {
                status: 401 | 403 | 404 | 408 | 429,
                ..
            }
        )
    }

    /// How long the platform wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    fn kind(&self) -> DeployErrorKind {
        match self {
            Self::Status {
                status: 401 | 403, ..
            } => DeployErrorKind::Unauthorised,
            Self::Status { status: 404, .. } => DeployErrorKind::NotFound,
            Self::Status { status: 429, .. } => DeployErrorKind::Unavailable,
            Self::Status {
                status: 400..=499, ..
            } => DeployErrorKind::Refused,
            Self::Interrupted => DeployErrorKind::Interrupted,
            _ => DeployErrorKind::Unavailable,
        }
    }
}

impl From<ApiError> for DeployError {
    fn from(error: ApiError) -> Self {
        let kind = error.kind();
        let deploy = Self::new(kind, error.to_string());
        match kind {
            DeployErrorKind::Unauthorised => {
                deploy.hint("check the target's key, and what it may do")
            }
            _ => deploy,
        }
    }
}
