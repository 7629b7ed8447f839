//! The bundled distribution strategies: `proportional`, `equal` and `priority-based`.
//!
//! All three give whole workers that add up to the budget exactly: shares are computed within each
//! demand's bounds and rounded by largest remainder.

mod equal;
mod fill;
mod priority_based;
mod proportional;
mod share;

use std::sync::Arc;

use plimsoll_core::distribution::DistributionStrategy;
use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry, no_options};

pub use equal::Equal;
pub use priority_based::PriorityBased;
pub use proportional::Proportional;

/// Adds the strategies `proportional`, `equal` and `priority-based` to a registry.
///
/// # Errors
/// When a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), FactoryError> {
    let registration =
        |name: &str, summary: &str, make: fn() -> Box<dyn DistributionStrategy>| Registration {
            name: name.to_owned(),
            summary: summary.to_owned(),
            origin: Origin::linked("distribution", env!("CARGO_PKG_VERSION")),
            options_schema: no_options(),
            factory: Arc::new(move |_, _| Ok(make())),
        };
    registry.strategies.register(registration(
        "proportional",
        "Shares by weight, within each demand's bounds.",
        || Box::new(Proportional),
    ))?;
    registry.strategies.register(registration(
        "equal",
        "The same for all, within each demand's bounds.",
        || Box::new(Equal),
    ))?;
    registry.strategies.register(registration(
        "priority-based",
        "All minimums, then high before medium before low; by weight within a class.",
        || Box::new(PriorityBased),
    ))
}

plimsoll_sdk::plugin! {
    name: "distribution",
    register: register,
    provides: [
        "distribution-strategy/equal",
        "distribution-strategy/priority-based",
        "distribution-strategy/proportional",
    ],
}
