//! `ScalingPolicy`: how many replicas or workers one workload should have.

/// The state of one replica, for policies that look at replicas one by one (Kubernetes HPA).
///
/// Its numbers are a contract with loaded plugins, to which replicas are shown as they lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum ReplicaState {
    /// It takes requests.
    Ready,
    /// It runs and has never been ready.
    NeverReady,
    /// It runs, has been ready, and is not now.
    NotReady,
    /// It has not been placed on a machine yet.
    Pending,
    /// It finishes its requests and goes.
    Draining,
    /// It has failed.
    Failed,
}

/// The metric of a replica that a policy scales on, in thousandths, where it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct ReplicaMetric {
    milli: i64,
    known: u64,
}

impl ReplicaMetric {
    /// It is not known.
    pub const NONE: Self = Self { milli: 0, known: 0 };

    /// So many thousandths.
    #[must_use]
    pub const fn milli(milli: i64) -> Self {
        Self { milli, known: 1 }
    }

    /// The thousandths, where they are known.
    #[must_use]
    pub const fn get(self) -> Option<i64> {
        match self.known {
            0 => None,
            _ => Some(self.milli),
        }
    }
}

impl From<Option<i64>> for ReplicaMetric {
    fn from(milli: Option<i64>) -> Self {
        milli.map_or(Self::NONE, Self::milli)
    }
}

/// One replica at the time of a decision. Its layout is a contract with loaded plugins.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct ReplicaObservation {
    /// Its state.
    pub state: ReplicaState,
    /// Time since it was started, in nanoseconds.
    pub age_ns: u64,
    /// Time since its state last changed, in nanoseconds.
    pub state_age_ns: u64,
    /// Time since its metric was sampled, in nanoseconds.
    pub metric_age_ns: u64,
    /// Time over which its metric was measured, in nanoseconds.
    pub metric_window_ns: u64,
    /// The metric that the policy scales on.
    pub metric: ReplicaMetric,
    /// What the metric is a share of (a CPU request), in thousandths; 0 when it is no share.
    pub request_milli: i64,
}

/// What was measured of a workload in one sampling interval. Its layout is a contract with loaded
/// plugins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Sample {
    /// When the interval ended, on the plant's clock, in nanoseconds.
    pub at_ns: u64,
    /// Mean number of requests in flight at replicas over the interval.
    pub in_flight: f64,
    /// Mean number of requests in flight that came through the activator and are counted twice
    /// otherwise.
    pub proxied: f64,
    /// Mean number of requests that waited for a replica or a worker over the interval.
    pub queued: f64,
    /// Mean number of tokens in flight over the interval.
    pub tokens_in_flight: f64,
    /// Requests that arrived, or fell due.
    pub arrivals: u32,
    /// Requests that were completed.
    pub completions: u32,
    /// Completed requests that failed.
    pub errors: u32,
    /// Total service time of the completed requests, in seconds.
    pub service_time_seconds: f64,
}

/// What a policy decides on.
///
/// It comes from one of three plants: a load runner (workers, real time), the simulator (replicas,
/// virtual time), a platform (replicas, real time).
///
/// Its layout is a contract with loaded plugins, which are shown it as it lies in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Observation<'a> {
    /// Now, on the plant's clock, in nanoseconds. Never goes back. Policies that bucket time by
    /// whole seconds count them from this clock's zero.
    pub now_ns: u64,
    /// The rate that is to be held now, in requests a second, ramps included; `None` where nothing
    /// holds a rate.
    pub target_rate: Option<f64>,
    /// What was measured since the last decision, oldest first; empty when nothing was.
    pub samples: &'a [Sample],
    /// The replicas one by one, where the plant knows them; else empty.
    pub replicas: &'a [ReplicaObservation],
    /// How many replicas or workers there should be, by the decision last applied.
    pub current: u32,
    /// How many of them are ready.
    pub ready: u32,
    /// How many are starting.
    pub starting: u32,
    /// How many are finishing their requests.
    pub draining: u32,
    /// Fewest there may be. The plant clamps; a policy may use it.
    pub min: u32,
    /// Most there may be. The plant clamps; a policy may use it.
    pub max: u32,
    /// Requests that wait for a replica or a worker now.
    pub backlog: u32,
    /// Whether requests can reach the workload. One that cannot be reached may shrink at once.
    pub reachable: bool,
}

/// Why a policy decided as it did. The set is open: a policy may have codes of its own from
/// [`Reason::FIRST_OWN`] on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason(pub u32);

impl Reason {
    /// All is as it should be.
    pub const STEADY: Self = Self(0);
    /// Load is above target.
    pub const ABOVE_TARGET: Self = Self(1);
    /// Load is below target.
    pub const BELOW_TARGET: Self = Self(2);
    /// A change was due and is held back: cooldown, delay, stabilisation.
    pub const HELD_BACK: Self = Self(3);
    /// A rate limit cut the change short.
    pub const RATE_LIMITED: Self = Self(4);
    /// Panic mode: the short window asks for more.
    pub const PANIC: Self = Self(5);
    /// A forecast asks for it.
    pub const FORECAST: Self = Self(6);
    /// There is too little data to decide; the current number stays.
    pub const NO_DATA: Self = Self(7);
    /// The smallest or largest number allowed decided.
    pub const BOUND: Self = Self(8);
    /// The number is given.
    pub const FIXED: Self = Self(9);
    /// The policy has failed and decides no more; the current number stays. It is not for policies to
    /// say: the border of a loaded plugin says it, and [`ScalingPolicy::failure`] has the reason.
    pub const FAILED: Self = Self(10);
    /// The first code that is a policy's own.
    pub const FIRST_OWN: Self = Self(0x1_0000);

    /// The reason in words; `None` for a policy's own.
    #[must_use]
    pub fn words(self) -> Option<&'static str> {
        const WORDS: [&str; 11] = [
            "steady",
            "above target",
            "below target",
            "held back",
            "rate limited",
            "panic",
            "forecast",
            "no data",
            "bound",
            "fixed",
            "failed",
        ];
        WORDS.get(self.0 as usize).copied()
    }
}

/// What a policy decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// How many replicas or workers there should be, before the plant clamps.
    pub desired: u32,
    /// Why.
    pub reason: Reason,
}

/// Decides how many replicas or workers one workload should have.
///
/// # Contract
/// - Deterministic in its state and the observation: time comes in the observation, never from a
///   clock, and there is no unseeded randomness. So a policy decides alike in every plant, linked
///   statically or loaded from a library.
/// - [`decide`](Self::decide) does not allocate, block or panic; its state has a fixed size.
/// - Windows, delays, cooldowns and panic modes live inside the policy.
/// - The plant clamps the decision into its bounds; a policy that decides without data says
///   [`Reason::NO_DATA`] and the current number.
/// - One policy value serves one workload.
pub trait ScalingPolicy: Send {
    /// Decides.
    fn decide(&mut self, observation: &Observation<'_>) -> Decision;

    /// Why it has failed, once it has decided with [`Reason::FAILED`]. One that does not panic never
    /// fails, and has nothing to say here.
    fn failure(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, Reason};

    #[test]
    fn a_decision_is_two_words() {
        assert_eq!(size_of::<Decision>(), 8);
        assert_eq!(Reason::FIXED.words(), Some("fixed"));
        assert_eq!(Reason::FIRST_OWN.words(), None);
    }
}
