//! What the author of a Plimsoll plugin depends on.
//!
//! A plugin implements one of five traits, has typed options, and names what it has in one macro. The
//! derives of options need `serde` (with its feature `derive`) and `schemars` beside this crate:
//!
//! ```
//! use plimsoll_sdk::prelude::*;
//!
//! /// Options, which are the schema that users see.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! struct Options {
//!     /// How many replicas there are.
//!     #[schemars(range(min = 1))]
//!     replicas: u32,
//! }
//!
//! struct Always(u32);
//!
//! impl Always {
//!     fn new(options: Options) -> Result<Self, String> {
//!         Ok(Self(options.replicas))
//!     }
//! }
//!
//! impl ScalingPolicy for Always {
//!     fn decide(&mut self, _: &Observation<'_>) -> Decision {
//!         Decision { desired: self.0, reason: Reason::FIXED }
//!     }
//! }
//!
//! plimsoll_sdk::plugin! {
//!     name: "acme",
//!     scaling_policies: [("always", "Always the same number.", Always::new)],
//! }
//! # fn main() {}
//! ```
//!
//! The crate is then a plugin in both link modes: a program that depends on it has `acme/always` in its
//! registry, and a host loads it from a dynamic library (`crate-type = ["cdylib", "rlib"]`).

#[cfg(feature = "border")]
pub mod border;
#[cfg(feature = "conformance")]
pub mod conformance;
mod macros;
mod options;
pub mod prelude;
pub mod register;

pub use options::NoOptions;
pub use plimsoll_core as core;
pub use {async_trait, serde_json};
