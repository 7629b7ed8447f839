//! The hot path: what scaling policies and distribution strategies are shown, and what they say.
//!
//! Nothing here allocates, and nothing is text. The fields are those of `plimsoll-core`'s types of
//! the same names, with their units.

use core::ffi::c_void;

use abi_stable::StableAbi;

use super::{Reply, Status};

/// What was measured in one sampling interval.
#[derive(Clone, Copy, Debug, StableAbi)]
#[repr(C)]
pub struct Sample {
    /// When the interval ended, in nanoseconds.
    pub at_ns: u64,
    /// Mean number of requests in flight.
    pub in_flight: f64,
    /// Mean number of requests in flight through the activator.
    pub proxied: f64,
    /// Mean number of requests that waited.
    pub queued: f64,
    /// Mean number of tokens in flight.
    pub tokens_in_flight: f64,
    /// Requests that arrived.
    pub arrivals: u32,
    /// Requests that were completed.
    pub completions: u32,
    /// Completed requests that failed.
    pub errors: u32,
    /// Total service time of the completed requests, in seconds.
    pub service_time_seconds: f64,
}

/// One replica.
#[derive(Clone, Copy, Debug, StableAbi)]
#[repr(C)]
pub struct Replica {
    /// 0 ready, 1 never ready, 2 not ready, 3 pending, 4 draining, 5 failed; nothing else.
    pub state: u32,
    /// Time since it was started, in nanoseconds.
    pub age_ns: u64,
    /// Time since its state last changed, in nanoseconds.
    pub state_age_ns: u64,
    /// Time since its metric was sampled, in nanoseconds.
    pub metric_age_ns: u64,
    /// Time over which its metric was measured, in nanoseconds.
    pub metric_window_ns: u64,
    /// The metric, in thousandths, where `metric_known` is not 0.
    pub metric_milli: i64,
    /// Whether there is a metric.
    pub metric_known: u64,
    /// What the metric is a share of, in thousandths.
    pub request_milli: i64,
}

/// What a policy decides on.
#[derive(Clone, Copy, Debug, StableAbi)]
#[repr(C)]
pub struct Observation {
    /// Now, in nanoseconds.
    pub now_ns: u64,
    /// Whether a rate is to be held: 0 or 1.
    pub has_target_rate: u64,
    /// The rate that is to be held, in requests a second; of no meaning, and maybe not even
    /// initialised, where none is.
    pub target_rate: core::mem::MaybeUninit<f64>,
    /// The samples, `sample_count` of them; never null.
    pub samples: *const Sample,
    /// How many samples there are.
    pub sample_count: usize,
    /// The replicas, `replica_count` of them; never null.
    pub replicas: *const Replica,
    /// How many replicas there are.
    pub replica_count: usize,
    /// How many replicas or workers there should be, by the decision last applied.
    pub current: u32,
    /// How many of them are ready.
    pub ready: u32,
    /// How many are starting.
    pub starting: u32,
    /// How many are finishing.
    pub draining: u32,
    /// Fewest there may be.
    pub min: u32,
    /// Most there may be.
    pub max: u32,
    /// Requests that wait now.
    pub backlog: u32,
    /// Whether requests can reach the workload: 0 or 1.
    pub reachable: u8,
}

/// What a policy decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, StableAbi)]
#[repr(C)]
pub struct Decision {
    /// How many there should be.
    pub desired: u32,
    /// Why: a number of `plimsoll-core`'s `Reason`.
    pub reason: u32,
    /// [`Status::DONE`], or why there is no decision.
    pub status: Status,
    /// Nothing yet; 0.
    #[cfg(not(feature = "test-skewed"))]
    pub reserved: u32,
    /// Nothing yet; 0. Of another size, for a test.
    #[cfg(feature = "test-skewed")]
    pub reserved: u64,
}

/// A scaling policy of one workload.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Policy {
    /// The policy.
    pub state: *mut c_void,
    /// Decides on an observation, which is lent.
    pub decide: unsafe extern "C" fn(state: *mut c_void, seen: *const Observation) -> Decision,
    /// What the last decision that did not come to [`Status::DONE`] was about, as text.
    pub failure: unsafe extern "C" fn(state: *mut c_void) -> Reply,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// What one workload asks of a budget.
#[derive(Clone, Copy, Debug, StableAbi)]
#[repr(C)]
pub struct Demand {
    /// How many workers its policy would have.
    pub desired: u32,
    /// Fewest workers it may be given.
    pub min: u32,
    /// Most workers it may be given; at least `min`.
    pub max: u32,
    /// Its share relative to the others'.
    pub weight: f64,
    /// 0 low, 1 medium, 2 high; nothing else.
    pub priority: u32,
}

/// How sharing went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, StableAbi)]
#[repr(C)]
pub struct Shared {
    /// [`Status::DONE`], or why the allocations are as they were.
    pub status: Status,
    /// Nothing yet; 0.
    pub reserved: u32,
}

/// A distribution strategy.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Strategy {
    /// The strategy.
    pub state: *mut c_void,
    /// Shares a budget over `count` demands into as many allocations, both lent. The demands are
    /// sound and their minimums within the budget.
    pub distribute: unsafe extern "C" fn(
        state: *mut c_void,
        budget: u32,
        demands: *const Demand,
        allocations: *mut u32,
        count: usize,
    ) -> Shared,
    /// What the last sharing of this thread that did not come to [`Status::DONE`] was about, as text.
    pub failure: unsafe extern "C" fn(state: *mut c_void) -> Reply,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}
