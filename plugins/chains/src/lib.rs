//! `chain`: reads Baseten Chains from their Python source, which is never run.
//!
//! The rules are those of `truss_chains` in Truss 0.18.36, and beside them the two arguments that
//! Plimsoll adds to `RemoteConfig`: `autoscaling_settings` and `environment_overrides`.

mod amend;
mod assemble;
mod chain;
mod codegen;
mod config;
mod dependencies;
mod endpoint;
mod find;
mod python;
mod read;
mod rules;
mod schema;
mod source;
mod subtree;

use std::sync::Arc;

use plimsoll_core::plugin;
use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry, no_options};

pub use codegen::MARKER_FILE;
pub use schema::config_schema;
pub use source::ChainSource;

/// Adds the source `chain` to a registry.
///
/// # Errors
/// When the name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    registry.sources.register(Registration {
        name: "chain".to_owned(),
        summary: "A chain: a Python file with an entrypoint, or the folder it is in.".to_owned(),
        origin: Origin::linked("chain", env!("CARGO_PKG_VERSION")),
        options_schema: no_options(),
        factory: Arc::new(|_, _| Ok(Box::new(ChainSource))),
    })
}

plugin!("chain", register);
