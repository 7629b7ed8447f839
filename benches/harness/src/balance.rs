//! Load balancing: which replica a request goes to.

use serde::{Deserialize, Serialize};

/// A load-balancing discipline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// Requests wait in one queue, and a replica takes one when it has room.
    #[default]
    SharedQueue,
    /// Each replica in turn, at once; requests wait at the replica.
    RoundRobin,
    /// The replica with the fewest requests, at once; requests wait at the replica.
    LeastLoaded,
    /// The less loaded of two replicas drawn at random, at once (Mitzenmacher, "The power of two
    /// choices in randomized load balancing", 2001); requests wait at the replica.
    PowerOfTwo,
}
