//! Why a load test could not be run.

use plimsoll_core::deployer::{DeployError, DeployErrorKind};
use thiserror::Error;

/// Why a load test could not be run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The release is no load test, or not one that can be run as it is.
    #[error("{0}")]
    Invalid(String),
    /// A host has no address.
    #[error("cannot find the host {host}: {source}")]
    Host {
        /// The host and port.
        host: String,
        /// What the resolver said.
        source: std::io::Error,
    },
    /// The test would send more than it may.
    #[error(
        "the test would send {wanted} requests a second, and --max-rps allows {allowed}: lower its rates, or allow more"
    )]
    TooFast {
        /// The sum of the rates.
        wanted: f64,
        /// What is allowed.
        allowed: f64,
    },
    /// The operating system refused something that a run needs.
    #[error("{what}: {source}")]
    System {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        source: std::io::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// An event loop failed.
    #[error("an event loop failed: {0}")]
    Engine(String),
    /// A policy or strategy failed.
    #[error("{0}")]
    Policy(String),
}

impl LoadError {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

impl From<LoadError> for DeployError {
    fn from(error: LoadError) -> Self {
        let kind = match &error {
            LoadError::Invalid(_) | LoadError::TooFast { .. } | LoadError::Policy(_) => {
                DeployErrorKind::Invalid
            }
            LoadError::Host { .. } => DeployErrorKind::NotFound,
            LoadError::System { .. } | LoadError::Tls(_) | LoadError::Engine(_) => {
                DeployErrorKind::Unavailable
            }
        };
        Self::new(kind, error.to_string()).caused_by(error)
    }
}
