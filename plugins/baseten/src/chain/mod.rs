//! Chains: several chainlets that are deployed together, or not at all.
//!
//! A chain is deployed over GraphQL, as the official client does; everything else about it (its
//! environments, what they set for each chainlet) is REST. A deployment of a chain carries no labels,
//! so the build digest of a chainlet travels in its configuration
//! ([`plimsoll_baseten_api::CHAINLET_DIGEST_KEY`]).

mod apply;
mod artifacts;
mod deploy;
mod live;
mod plan;
mod requests;
mod settings;
mod steps;
mod types;
mod verdict;
mod wait;
mod wire;

pub(crate) use apply::apply;
pub(crate) use plan::plan;
pub(crate) use wait::wait;

/// The step that gives chainlets of an environment other instance types.
const SET_INSTANCE_TYPE: &str = "set-instance-type";

/// Names of step details, which `apply` reads back.
mod detail {
    pub(super) const CHAIN: &str = "chain_id";
    pub(super) const CHANGES: &str = "changes";
    pub(super) const DIGEST: &str = "digest";
    pub(super) const ENVIRONMENT: &str = "environment";
    pub(super) const INSTANCE_TYPE: &str = "instance_type_id";
    pub(super) const SETTINGS: &str = "settings";
    /// What an environment begins with, for each chainlet.
    pub(super) const CHAINLETS: &str = "chainlet_settings";
    /// Whether an upload is of the chain's source, and not of a chainlet.
    pub(super) const SOURCE: &str = "source";
    pub(super) const TEAM: &str = "team_id";
}
