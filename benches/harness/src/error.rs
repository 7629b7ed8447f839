//! What can go wrong.

use std::path::PathBuf;

use thiserror::Error as ThisError;

/// Why a scenario cannot be read or run.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A trace is not what it should be.
    #[error("{path}, line {line}: {message}", path = path.display())]
    Trace {
        /// Which.
        path: PathBuf,
        /// Where, from 1.
        line: u64,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// A text such as `poisson(rate=50)` is wrong at a place.
    #[error("{0}")]
    Spec(#[from] crate::text::SpecError),
    /// A scenario contradicts itself or says too little.
    #[error("{0}")]
    Scenario(String),
    /// A suite's file cannot be read.
    #[error("{0}")]
    Suite(String),
    /// A policy is not known, or its options do not fit.
    #[error("{0}")]
    Policy(String),
    /// A policy failed while it was at work: a loaded one panicked.
    #[error("{0}")]
    Failed(String),
    /// A budget cannot be shared.
    #[error(transparent)]
    Distribution(#[from] plimsoll_core::distribution::DistributionError),
}
