//! `fixed`: the control that every other policy is measured against.

use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
use plimsoll_core::registry::FactoryError;
use plimsoll_core::registry::follow::{REPLICAS, WORKERS};
use serde::{Deserialize, Serialize};

use crate::options::{Described, Field, Kind, checked};

/// Options of [`Fixed`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FixedOptions {
    /// How many; `None` for the most there may be.
    pub replicas: Option<u32>,
}

#[expect(
    clippy::derivable_impls,
    reason = "defaults are written out for every policy"
)]
impl Default for FixedOptions {
    fn default() -> Self {
        Self { replicas: None }
    }
}

impl Described for FixedOptions {
    const POLICY: &'static str = "fixed";
    const SCALES: &'static [&'static str] = &[REPLICAS, WORKERS];
    const FIELDS: &'static [Field] = &[Field {
        name: "replicas",
        kind: Kind::Optional(&Kind::Whole(0, u32::MAX as u64)),
        doc: "How many replicas or workers there are; null for the most there may be.",
    }];
}

/// Always the same number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed {
    replicas: Option<u32>,
}

impl Fixed {
    /// A policy with these options.
    ///
    /// # Errors
    /// None today; every number is allowed.
    pub fn new(options: FixedOptions) -> Result<Self, FactoryError> {
        let FixedOptions { replicas } = checked(options)?;
        Ok(Self { replicas })
    }
}

impl ScalingPolicy for Fixed {
    fn decide(&mut self, observation: &Observation<'_>) -> Decision {
        Decision {
            desired: self.replicas.unwrap_or(observation.max),
            reason: Reason::FIXED,
        }
    }
}
