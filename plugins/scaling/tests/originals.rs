//! Corners of the originals that recorded decisions do not reach, worked out by hand from their sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use plimsoll_core::policy::{ReplicaObservation, ReplicaState};
use plimsoll_scaling::RayServeOptions;
use plimsoll_scaling::hpa::{
    Behavior, Bounds, Calculator, ChangeKind, ChangePolicy, Metric, Normalizer, Rules, Select,
};
use plimsoll_scaling::ray_serve::Decider;

const SECOND: u64 = 1_000_000_000;

#[test]
fn hpa_leaves_silent_replicas_out_when_it_is_on_target() {
    let replica = |milli: Option<i64>| ReplicaObservation {
        state: ReplicaState::Ready,
        age_ns: 3600 * SECOND,
        state_age_ns: 3600 * SECOND,
        metric_age_ns: 0,
        metric_window_ns: 30 * SECOND,
        metric: milli.into(),
        request_milli: 0,
    };
    let proposed = |milli, silent: usize| {
        let mut replicas = vec![replica(Some(milli)); 2];
        replicas.extend(vec![replica(None); silent]);
        let current = u32::try_from(replicas.len()).unwrap();
        let proposal = Calculator::default().replicas(Metric::Pods, current, &replicas);
        proposal.unwrap().replicas
    };
    assert_eq!(proposed(1000, 3), 5);
    // Below, the silent ones count as on target; above, as idle.
    assert_eq!(proposed(100, 2), 3);
    assert_eq!(proposed(3000, 1), 6);
    assert_eq!(proposed(1500, 2), 4);
}

#[test]
fn hpa_remembers_changes_for_as_long_as_either_direction_looks_back() {
    let rules = |kind, value, period_seconds| Rules {
        stabilization_window_seconds: 0,
        select_policy: Select::Max,
        policies: vec![ChangePolicy {
            kind,
            value,
            period_seconds,
        }],
    };
    let behavior = Behavior {
        scale_up: rules(ChangeKind::Pods, 1, 60),
        scale_down: rules(ChangeKind::Percent, 100, 15),
    };
    let mut normalizer = Normalizer::new(Some(behavior), 300, 15);
    let bounds = Bounds { min: 1, max: 100 };
    let mut current = 10;
    let mut normalize = |second: u64, proposed| {
        let now = (1000 + second) * SECOND;
        let replicas = normalizer
            .normalize(now, current, proposed, bounds)
            .replicas;
        normalizer.scaled(now, current, replicas);
        current = replicas;
        replicas
    };
    assert_eq!(normalize(0, 4), 4);
    // A minute ago there were 10, and one more may be added to that.
    assert_eq!(normalize(30, 50), 11);
    assert_eq!(normalize(59, 50), 11);
    assert_eq!(normalize(90, 50), 12);
}

#[test]
fn ray_serve_forgets_what_waits_once_nothing_is_left() {
    let mut decider = Decider::new(RayServeOptions::default());
    // Two more are wanted while the last replica goes.
    assert_eq!(decider.decide(0.0, 4.0, 1, 0), 0);
    assert!(decider.pending().is_some());
    assert_eq!(decider.decide(1.0, 0.0, 0, 0), 0);
    assert_eq!(decider.pending(), None);
    // From nothing there is no delay.
    assert_eq!(decider.decide(2.0, 9.0, 0, 0), 1);
}
