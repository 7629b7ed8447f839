//! Observations: what policies are shown.

use plimsoll_core::policy::{
    Decision, Observation, ReplicaObservation, ReplicaState, Sample, ScalingPolicy,
};
use proptest::prelude::*;
use proptest::sample::select;

/// An observation that owns what it shows. Times are told by how much later they are, so that any
/// sequence of them is one that a clock could give.
#[derive(Clone, Debug)]
pub struct Shown {
    /// How long after the last sample, or the last observation, in nanoseconds.
    pub later_ns: u64,
    /// How many replicas there should be.
    pub current: u32,
    /// How many of them are ready.
    pub ready: u32,
    /// How many are starting.
    pub starting: u32,
    /// How many are finishing their requests.
    pub draining: u32,
    /// Fewest there may be.
    pub min: u32,
    /// Most there may be; here it may be less than `min`.
    pub max: u32,
    /// Whether requests can reach the workload.
    pub reachable: bool,
    /// The rate that is to be held, in requests a second.
    pub target_rate: Option<f64>,
    /// Requests that wait.
    pub backlog: u32,
    /// What was measured, and how long after what was measured before, in nanoseconds.
    pub samples: Vec<(u64, Sample)>,
    /// The replicas one by one.
    pub replicas: Vec<ReplicaObservation>,
}

/// Shows a policy one observation after the other. `now_ns` is the plant's clock: where it stood, and
/// where it stands after the last of them.
pub fn decisions(
    policy: &mut dyn ScalingPolicy,
    now_ns: &mut u64,
    shown: &[Shown],
) -> Vec<Decision> {
    shown
        .iter()
        .map(|shown| decision(policy, now_ns, shown))
        .collect()
}

fn decision(policy: &mut dyn ScalingPolicy, now_ns: &mut u64, shown: &Shown) -> Decision {
    let mut at_ns = *now_ns;
    let samples: Vec<Sample> = shown
        .samples
        .iter()
        .map(|&(later_ns, sample)| {
            at_ns = at_ns.saturating_add(later_ns);
            Sample { at_ns, ..sample }
        })
        .collect();
    *now_ns = at_ns.saturating_add(shown.later_ns);
    policy.decide(&Observation {
        now_ns: *now_ns,
        current: shown.current,
        ready: shown.ready,
        starting: shown.starting,
        draining: shown.draining,
        min: shown.min,
        max: shown.max,
        reachable: shown.reachable,
        target_rate: shown.target_rate,
        backlog: shown.backlog,
        samples: &samples,
        replicas: &shown.replicas,
    })
}

/// Sequences of observations, the usual and the absurd: clocks that jump, numbers that are none,
/// bounds that cross.
pub fn observations() -> impl Strategy<Value = Vec<Shown>> {
    proptest::collection::vec(observation(), 0..20)
}

/// One observation of such a sequence.
pub fn observation() -> impl Strategy<Value = Shown> {
    let counts = [amount(), amount(), amount(), amount(), amount(), amount()];
    (
        time(),
        counts,
        any::<bool>(),
        proptest::option::of(number()),
        amount(),
        proptest::collection::vec(sample(), 0..4),
        proptest::collection::vec(replica(), 0..5),
    )
        .prop_map(
            |(later_ns, counts, reachable, target_rate, backlog, samples, replicas)| {
                let [current, ready, starting, draining, min, max] = counts;
                Shown {
                    later_ns,
                    current,
                    ready,
                    starting,
                    draining,
                    min,
                    max,
                    reachable,
                    target_rate,
                    backlog,
                    samples,
                    replicas,
                }
            },
        )
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..200.0,
        1 => proptest::num::f64::ANY,
        1 => select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -1.0, 1e-320]),
    ]
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0_u64),
        6 => (1_u64..30).prop_map(|halves| halves * 500_000_000),
        2 => 0_u64..100_000_000_000,
        1 => any::<u64>(),
    ]
}

fn amount() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0_u32..40, 1 => any::<u32>(), 1 => select(vec![0, 1, u32::MAX])]
}

fn sample() -> impl Strategy<Value = (u64, Sample)> {
    let floats = [number(), number(), number(), number(), number()];
    let counts = [amount(), amount(), amount()];
    (time(), floats, counts).prop_map(|(later_ns, floats, counts)| {
        let sample = Sample {
            at_ns: 0,
            in_flight: floats[0],
            proxied: floats[1],
            queued: floats[2],
            tokens_in_flight: floats[3],
            arrivals: counts[0],
            completions: counts[1],
            errors: counts[2],
            service_time_seconds: floats[4],
        };
        (later_ns, sample)
    })
}

fn replica() -> impl Strategy<Value = ReplicaObservation> {
    use ReplicaState::{Draining, Failed, NeverReady, NotReady, Pending, Ready};
    let states = select(vec![Ready, NeverReady, NotReady, Pending, Draining, Failed]);
    let metric = proptest::option::of(prop_oneof![4 => -10_i64..5_000, 1 => any::<i64>()]);
    let times = [time(), time(), time(), time()];
    (states, times, metric, any::<i64>()).prop_map(|(state, times, metric, request_milli)| {
        ReplicaObservation {
            state,
            age_ns: times[0],
            state_age_ns: times[1],
            metric_age_ns: times[2],
            metric_window_ns: times[3],
            metric: metric.into(),
            request_milli,
        }
    })
}
