//! The published conformance kit: what every plugin promises, as suites to call from a test.
//!
//! Each suite takes a registry and a name, and so tests what is registered, its schema included. It
//! passes, or panics with the law that is broken and the smallest input that breaks it:
//!
//! ```no_run
//! use plimsoll_sdk::conformance;
//! use plimsoll_sdk::core::registry::Registry;
//! use plimsoll_sdk::serde_json::json;
//!
//! // #[test]
//! fn steps_keeps_the_laws() {
//!     let registry = Registry::linked().unwrap();
//!     conformance::scaling_policy(&registry, "acme/steps", &[json!({}), json!({ "step": 3 })]);
//! }
//! ```
//!
//! | trait | suite |
//! |---|---|
//! | `ScalingPolicy` | [`scaling_policy`], [`same_decisions`] |
//! | `DistributionStrategy` | [`distribution_strategy`], [`same_shares`] |
//! | `ConfigSource` | [`config_source`] |
//! | `OverrideResolver` | [`override_resolver`] |
//! | `Deployer` | [`deployer`] |
//!
//! `PROPTEST_CASES` says how many inputs are made for the quickest laws, 256 where it does not say;
//! the slower ones take a part of it. Laws are drawn anew in each run: a failure shows what to keep as
//! a test of its own. The bundled plugins pass these same suites.
//!
//! Two promises are not tested here. That a policy decides without allocation is seen by an allocator:
//! with `dhat::Alloc` as the global one, compare `dhat::HeapStats::get().total_blocks` around
//! [`decisions`]. That a source runs nothing of what it reads is seen in its code.

mod config_source;
mod demands;
mod deployer;
mod distribution_strategy;
mod law;
mod manifests;
mod merge;
mod observations;
mod override_resolver;
mod registered;
mod releases;
mod rules;
mod same;
mod scaling_policy;
mod steps;
mod trees;
mod trial;
mod workloads;

pub use config_source::config_source;
pub use demands::{Sharing, demand, demands, sharing, weight};
pub use deployer::deployer;
pub use distribution_strategy::distribution_strategy;
pub use observations::{Shown, decisions, observation, observations};
pub use override_resolver::override_resolver;
pub use releases::{CANARY, releases};
pub use same::{same_decisions, same_shares};
pub use scaling_policy::scaling_policy;
pub use trial::Trial;
