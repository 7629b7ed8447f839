//! Environments: the named targets of a push.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The environment that a promotion means, and that every model has.
pub const PRODUCTION: &str = "production";

/// A named target of a push. Names are compared exactly: `Production` is not `production`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Environment(Arc<str>);

impl Environment {
    /// The environment of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The environment that a promotion means.
    #[must_use]
    pub fn production() -> Self {
        Self::new(PRODUCTION)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether this is `production`.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.name() == PRODUCTION
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
