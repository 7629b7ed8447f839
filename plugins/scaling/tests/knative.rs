//! The Knative autoscaler in the situations that its original's own tests are about
//! (`autoscaler_test.go`).

use plimsoll_scaling::knative::{Autoscaler, Spec};

const SECOND: u64 = 1_000_000_000;
/// When the tests begin: at an even second, as delays count in slots of two.
const BEGIN: u64 = 1_700_000_000;

const SPEC: Spec = Spec {
    target: 10.0,
    total: 10.0,
    max_scale_up_rate: 10.0,
    max_scale_down_rate: 10.0,
    panic_threshold: 2.0,
    stable_window_seconds: 60,
    scale_down_delay_seconds: 0,
    target_burst_capacity: 0.0,
    activation_scale: 0,
    reachable: true,
};

/// An autoscaler that is asked with one load in both windows.
struct Ticks {
    autoscaler: Autoscaler,
    spec: Spec,
}

impl Ticks {
    fn new(spec: Spec, ready: u32) -> Self {
        Self {
            autoscaler: Autoscaler::new(&spec, ready, BEGIN * SECOND),
            spec,
        }
    }

    fn windows(&mut self, seconds: u64, stable: f64, panic: f64, ready: u32) -> u32 {
        let now = (BEGIN + seconds) * SECOND;
        let result = self.autoscaler.scale(&self.spec, now, stable, panic, ready);
        result.desired
    }

    fn load(&mut self, seconds: u64, load: f64, ready: u32) -> u32 {
        self.windows(seconds, load, load, ready)
    }

    fn panics(&self) -> bool {
        self.autoscaler.panic_time_ns().is_some()
    }
}

#[test]
fn rates_bound_a_tick() {
    let mut ten_times = Ticks::new(SPEC, 1);
    assert_eq!(ten_times.load(0, 1000.0, 1), 10);
    assert_eq!(ten_times.load(2, 1000.0, 10), 100);
    let mut a_tenth = Ticks::new(SPEC, 0);
    assert_eq!(a_tenth.load(0, 1.0, 100), 10);
    assert_eq!(a_tenth.load(2, 1.0, 10), 1);
    // However small the rate, one more is possible.
    let slow = Spec {
        max_scale_up_rate: 1.1,
        max_scale_down_rate: 1.1,
        ..SPEC
    };
    assert_eq!(Ticks::new(slow, 0).load(0, 1000.0, 2), 3);
    assert_eq!(Ticks::new(slow, 0).load(0, 1.0, 100), 90);
    let unreachable = Spec {
        reachable: false,
        ..slow
    };
    assert_eq!(Ticks::new(unreachable, 0).load(0, 1.0, 100), 1);
}

#[test]
fn a_delay_holds_until_its_last_slot() {
    let delayed = Spec {
        panic_threshold: 10.0,
        scale_down_delay_seconds: 300,
        ..SPEC
    };
    let mut ticks = Ticks::new(delayed, 0);
    assert_eq!(ticks.load(0, 40.0, 4), 4);
    assert_eq!(ticks.load(2, 20.0, 4), 4);
    assert_eq!(ticks.load(298, 20.0, 4), 4);
    assert_eq!(ticks.load(300, 20.0, 4), 2);
    // Growing is not delayed, and shrinking goes by what was wanted in the meantime.
    assert_eq!(ticks.load(302, 40.0, 2), 4);
    assert_eq!(ticks.load(304, 30.0, 4), 4);
    assert_eq!(ticks.load(306, 0.0, 4), 4);
    assert_eq!(ticks.load(602, 0.0, 4), 3);
    assert_eq!(ticks.load(604, 0.0, 3), 0);
}

#[test]
fn a_delay_does_not_hold_what_nobody_can_reach() {
    let delayed = Spec {
        scale_down_delay_seconds: 300,
        ..SPEC
    };
    let mut ticks = Ticks::new(delayed, 0);
    assert_eq!(ticks.load(0, 40.0, 4), 4);
    ticks.spec.reachable = false;
    assert_eq!(ticks.load(2, 0.0, 4), 0);
    ticks.spec.reachable = true;
    assert_eq!(ticks.load(4, 0.0, 4), 4);
}

#[test]
fn no_delay_is_not_a_delay_of_one_slot() {
    let mut at_once = Ticks::new(SPEC, 0);
    assert_eq!(at_once.load(0, 40.0, 4), 4);
    assert_eq!(at_once.load(1, 20.0, 4), 2);
    let one_slot = Spec {
        scale_down_delay_seconds: 2,
        ..SPEC
    };
    let mut held = Ticks::new(one_slot, 0);
    assert_eq!(held.load(0, 40.0, 4), 4);
    assert_eq!(held.load(1, 20.0, 4), 4);
    assert_eq!(held.load(2, 20.0, 4), 2);
}

#[test]
fn panic_is_extended_and_ends_after_the_stable_window() {
    let mut ticks = Ticks::new(SPEC, 1);
    assert_eq!(ticks.windows(0, 10.0, 100.0, 1), 10);
    assert!(ticks.panics());
    // Never down.
    assert_eq!(ticks.load(2, 10.0, 10), 10);
    // Once more over the threshold: extended.
    assert_eq!(ticks.windows(30, 10.0, 200.0, 10), 20);
    assert_eq!(ticks.load(90, 10.0, 20), 20);
    assert!(ticks.panics());
    // Later than the window, not at its end.
    assert_eq!(ticks.load(91, 10.0, 20), 2);
    assert!(!ticks.panics());
    assert_eq!(ticks.autoscaler.max_panic_replicas(), 0);
}

#[test]
fn panic_counts_the_larger_window() {
    let mut ticks = Ticks::new(SPEC, 0);
    ticks.windows(0, 10.0, 50.0, 1);
    assert_eq!(ticks.windows(2, 90.0, 10.0, 5), 9);
}

#[test]
fn a_restart_panics_where_there_is_something_to_lose() {
    assert!(!Ticks::new(SPEC, 1).panics());
    let mut ticks = Ticks::new(SPEC, 2);
    assert!(ticks.panics());
    assert_eq!(ticks.load(2, 1.0, 2), 2);
    assert_eq!(ticks.load(62, 1.0, 2), 1);
}

#[test]
fn activation_wants_a_load() {
    let activated = Spec {
        activation_scale: 2,
        ..SPEC
    };
    assert_eq!(Ticks::new(activated, 0).load(0, 0.0, 0), 0);
    assert_eq!(Ticks::new(activated, 0).load(0, 1.0, 0), 2);
    assert_eq!(Ticks::new(activated, 0).load(0, 30.0, 1), 3);
}

#[test]
fn burst_capacity_is_what_is_left_over() {
    let excess = |burst: f64, load: f64, ready: u32| {
        let spec = Spec {
            target_burst_capacity: burst,
            ..SPEC
        };
        let mut autoscaler = Autoscaler::new(&spec, 0, 0);
        let result = autoscaler.scale(&spec, BEGIN * SECOND, load, load, ready);
        result.excess_burst_capacity
    };
    assert_eq!(excess(-1.0, 5.0, 10), -1);
    assert_eq!(excess(0.0, 5.0, 10), 0);
    assert_eq!(excess(70.0, 5.0, 10), 25);
    // Rounded down.
    assert_eq!(excess(70.0, 40.5, 10), -11);
    assert_eq!(excess(10.0, 0.0, 0), -10);
}
