//! Registrations from typed constructors: what [`plugin!`](crate::plugin) calls.
//!
//! A constructor takes options and returns what implements the trait, or why not, in words or as an
//! error.

use std::fmt;
use std::sync::Arc;

use plimsoll_core::deployer::Deployer;
use plimsoll_core::distribution::DistributionStrategy;
use plimsoll_core::policy::ScalingPolicy;
use plimsoll_core::registry::{Factory, FactoryError, Origin, Registration};
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::options::{read, schema};

/// Options: what [`JsonSchema`] describes and [`serde`] reads.
pub trait Options: DeserializeOwned + JsonSchema + 'static {}

impl<O: DeserializeOwned + JsonSchema + 'static> Options for O {}

macro_rules! registers {
    ($(#[$doc:meta])* $function:ident: $trait:ident) => {
        $(#[$doc])*
        #[must_use]
        pub fn $function<O: Options, T: $trait + 'static, E: fmt::Display + 'static>(
            name: &str,
            summary: &str,
            origin: &Origin,
            make: fn(O) -> Result<T, E>,
        ) -> Registration<dyn $trait> {
            let owned = name.to_owned();
            let factory: Factory<dyn $trait> = Arc::new(move |_, options| {
                let made = make(read(&owned, options)?).map_err(|error| FactoryError::Failed {
                    name: owned.clone(),
                    message: error.to_string(),
                })?;
                Ok(Box::new(made))
            });
            Registration {
                name: name.to_owned(),
                summary: summary.to_owned(),
                origin: origin.clone(),
                options_schema: schema::<O>(),
                factory,
            }
        }
    };
}

registers! {
    /// Registers a [`ConfigSource`].
    source: ConfigSource
}

registers! {
    /// Registers an [`OverrideResolver`].
    resolver: OverrideResolver
}

registers! {
    /// Registers a [`Deployer`].
    deployer: Deployer
}

registers! {
    /// Registers a [`DistributionStrategy`].
    distribution_strategy: DistributionStrategy
}

registers! {
    /// Registers a [`ScalingPolicy`].
    scaling_policy: ScalingPolicy
}
