//! Plimsoll as a library: the core, and the bundled plugins, one feature each.
//!
//! [`registry()`] gives everything that is linked in:
//!
//! ```
//! let registry = plimsoll::registry()?;
//! assert!(registry.sources.get("truss").is_ok());
//! # Ok::<(), plimsoll::registry::FactoryError>(())
//! ```

pub use plimsoll_core::*;

#[cfg(feature = "baseten")]
pub use plimsoll_baseten as baseten;
#[cfg(feature = "chains")]
pub use plimsoll_chains as chains;
// Not `distribution`: that is the module of the core with the trait.
#[cfg(feature = "distribution")]
pub use plimsoll_distribution as strategies;
#[cfg(feature = "harness")]
pub use plimsoll_harness as harness;
#[cfg(feature = "load")]
pub use plimsoll_load as load;
#[cfg(feature = "loader")]
pub use plimsoll_loader as loader;
#[cfg(feature = "local")]
pub use plimsoll_local as local;
#[cfg(feature = "overrides")]
pub use plimsoll_overrides as overrides;
#[cfg(feature = "scaling")]
pub use plimsoll_scaling as scaling;
#[cfg(feature = "tressi")]
pub use plimsoll_tressi as tressi;
#[cfg(feature = "truss")]
pub use plimsoll_truss as truss;

/// A registry of everything that is linked into this program: the bundled plugins by their
/// features, and those of any crate that announces itself. With the feature `loader`, options are
/// checked against their schemas before anything is made of them; [`loader::Host`] adds plugins from
/// dynamic libraries to it.
///
/// # Errors
/// When a plugin registers a name of one kind twice.
pub fn registry() -> Result<registry::Registry, registry::FactoryError> {
    let registry = registry::Registry::linked()?;
    #[cfg(feature = "loader")]
    let registry = registry.with_options_check(std::sync::Arc::new(loader::options::SchemaCheck));
    Ok(registry)
}
