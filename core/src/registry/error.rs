//! What can go wrong with names and factories.

use std::fmt;

use thiserror::Error;

use crate::suggest::did_you_mean;

/// A name that does not mean one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing is registered under it.
    Unknown {
        /// What kind of thing was asked for.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// The names that are registered.
        known: Vec<String>,
    },
    /// Several plugins have registered it.
    Ambiguous {
        /// What kind of thing was asked for.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// The names that mean one each.
        candidates: Vec<String>,
    },
}

impl fmt::Display for NameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { kind, name, known } => {
                write!(formatter, "there is no {kind} `{name}`; ")?;
                if known.is_empty() {
                    return formatter.write_str("none is registered");
                }
                write!(formatter, "known are: {}", known.join(", "))?;
                // What is known is listed as short as it can be.
                let own = |name: &str| name.rsplit('/').next().unwrap_or_default().len();
                let known = known.iter().map(String::as_str);
                let hint = did_you_mean(name, known.clone())
                    .or_else(|| did_you_mean(&name[name.len() - own(name)..], known));
                match hint {
                    Some(hint) => write!(formatter, "; {hint}"),
                    None => Ok(()),
                }
            }
            Self::Ambiguous {
                kind,
                name,
                candidates,
            } => write!(
                formatter,
                "several plugins have a {kind} `{name}`; say which: {}",
                candidates.join(", ")
            ),
        }
    }
}

impl std::error::Error for NameError {}

/// Why a plugin could not be registered or made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FactoryError {
    /// The name does not mean one thing that is registered.
    #[error("{0}")]
    Name(NameError),
    /// The name is taken.
    #[error("the {kind} `{name}` of {origin} is already registered by {by}")]
    Duplicate {
        /// What kind of thing it is.
        kind: &'static str,
        /// The name.
        name: String,
        /// Who wanted to register it.
        origin: String,
        /// Who has registered it.
        by: String,
    },
    /// The options do not fit.
    #[error("the options of {name} do not fit: {message}")]
    Options {
        /// Whose options.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// It could not be made.
    #[error("{name} could not be set up: {message}")]
    Failed {
        /// What could not be made.
        name: String,
        /// Why.
        message: String,
    },
}
