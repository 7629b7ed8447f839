//! `truss`: reads Truss folders and `config.yaml` files as the real Truss does.
//!
//! The rules are those of Truss 0.18.36, the version they were compared with, and beside them the
//! two keys that Plimsoll adds: `autoscaling_settings` and `environment_overrides`.

mod amend;
mod checks;
mod context;
mod engine;
mod ignored;
mod package;
mod python;
mod rules;
mod schema;
mod source;
mod surprises;

use std::sync::Arc;

use plimsoll_core::plugin;
use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry, no_options};

pub use amend::amend;
pub use checks::memory as check_memory;
pub use context::{Gatherer, gather};
pub use package::{package, without_own};
pub use rules::TrussRules;
pub use schema::{ACCELERATORS, AUTOSCALING, TRUSS};
pub use source::{
    CONFIG_FILE, DOMAIN, Reading, TrussSource, read_config, read_workload, warn_of_unknown_keys,
};

/// Where the schema of a `config.yaml` says that it lives.
const SCHEMA_ID: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/raw/main/docs/schema/truss.schema.json"
);

/// What a `config.yaml` may hold, as JSON Schema (2020-12), for editors.
#[must_use]
pub fn config_schema() -> serde_json::Value {
    plimsoll_core::schema::json_schema(&TRUSS, SCHEMA_ID)
}

/// Adds the source `truss` to a registry.
///
/// # Errors
/// When the name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    registry.sources.register(Registration {
        name: "truss".to_owned(),
        summary: "A Truss: a folder with a config.yaml, or the file itself.".to_owned(),
        origin: Origin::linked("truss", env!("CARGO_PKG_VERSION")),
        options_schema: no_options(),
        factory: Arc::new(|_, _| Ok(Box::new(TrussSource))),
    })
}

plugin!("truss", register);
