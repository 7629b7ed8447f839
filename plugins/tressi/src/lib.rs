//! `load-test`: reads load tests whose endpoints hold their own rates with their own workers.
//!
//! The document is Tressi's "Per-Endpoint Autoscale Implementation Strategy": its schema, its
//! resolver, its migration. Files of every shape that Tressi has had are read as well, each brought
//! into today's on the way in; [`migrate`] gives that as a text.

mod adjust;
mod checks;
mod data;
mod endpoint;
mod file;
mod flags;
mod migrate;
mod older;
mod package;
mod rules;
mod schema;
mod set;
mod shape;
mod source;
mod template;

use std::sync::Arc;

use plimsoll_core::plugin;
use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry, no_options};

pub use adjust::{Adjustment, AdjustmentError};
pub use file::Format;
pub use flags::{Arity, FLAGS, Fate, Flag, flag};
pub use migrate::{Migration, migrate};
pub use rules::EndpointRules;
pub use schema::{ENDPOINT, LOAD_TEST};
pub use set::set;
pub use shape::Shape;
pub use source::{DEFAULT_FILES, DOMAIN, LoadTestSource};

/// Where the schema of a load test says that it lives.
const SCHEMA_ID: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/raw/main/docs/schema/load-test.schema.json"
);

/// What a load test may hold, as JSON Schema (2020-12), for editors.
#[must_use]
pub fn config_schema() -> serde_json::Value {
    plimsoll_core::schema::json_schema(&LOAD_TEST, SCHEMA_ID)
}

/// Adds the source `load-test` to a registry.
///
/// # Errors
/// When the name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    registry.sources.register(Registration {
        name: "load-test".to_owned(),
        summary: "A load test: a file of Tressi's, of any version, in JSON, YAML or TOML."
            .to_owned(),
        origin: Origin::linked("tressi", env!("CARGO_PKG_VERSION")),
        options_schema: no_options(),
        factory: Arc::new(|_, _| Ok(Box::new(LoadTestSource))),
    })
}

plugin!("tressi", register);
