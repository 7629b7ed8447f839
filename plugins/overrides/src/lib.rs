//! The bundled resolvers: `deep-merge`, which is the default, and `replace`.

mod deep_merge;
mod replace;
mod select;

use std::sync::Arc;

use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry, no_options};
use plimsoll_core::resolver::OverrideResolver;

pub use deep_merge::DeepMerge;
pub use replace::Replace;

/// Adds the resolvers `deep-merge` and `replace` to a registry.
///
/// # Errors
/// When a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    let registration =
        |name: &str, summary: &str, make: fn() -> Box<dyn OverrideResolver>| Registration {
            name: name.to_owned(),
            summary: summary.to_owned(),
            origin: Origin::linked("overrides", env!("CARGO_PKG_VERSION")),
            options_schema: no_options(),
            factory: Arc::new(move |_, _| Ok(make())),
        };
    registry.resolvers.register(registration(
        "deep-merge",
        "An environment overrides key by key; lists and scalars replace.",
        || Box::new(DeepMerge),
    ))?;
    registry.resolvers.register(registration(
        "replace",
        "An environment replaces a whole block, such as `resources`.",
        || Box::new(Replace),
    ))
}

plimsoll_sdk::plugin! {
    name: "overrides",
    register: register,
    provides: [
        "resolver/deep-merge",
        "resolver/replace",
    ],
}
