//! The decision: stable and panic averages in, a number of replicas out.

use super::Delay;
use crate::measure::SECOND;

/// What an [`Autoscaler`] decides by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    /// What one replica should hold of the metric: total × utilisation.
    pub target: f64,
    /// What one replica can hold of the metric.
    pub total: f64,
    /// Most replicas in one tick, as a multiple of those that are ready; above 1.
    pub max_scale_up_rate: f64,
    /// Fewest replicas in one tick, as a divisor of those that are ready; above 1.
    pub max_scale_down_rate: f64,
    /// Panic begins when the panic window asks for this many times the ready replicas.
    pub panic_threshold: f64,
    /// The stable window, in seconds.
    pub stable_window_seconds: u32,
    /// How long a scale-down is held back, in seconds; 0 for not at all. Fixed when the autoscaler
    /// is made, as in the original.
    pub scale_down_delay_seconds: u32,
    /// Spare capacity that keeps the activator out of the path, in units of the metric; 0 for
    /// never in the path, -1 for always.
    pub target_burst_capacity: f64,
    /// Fewest replicas that a workload has when it has any; 0 and 1 for no such number.
    pub activation_scale: i32,
    /// Whether requests can reach the workload. One that cannot be reached may shrink at once.
    pub reachable: bool,
}

/// What an [`Autoscaler`] decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleResult {
    /// How many replicas there should be.
    pub desired: u32,
    /// Capacity above the burst that is to be absorbed, in units of the metric; below 0 the
    /// activator stays in the path.
    pub excess_burst_capacity: i32,
    /// Whether the delay holds a smaller number back.
    pub delayed: bool,
}

/// The KPA's decision and its state: panic mode and delay.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    panic_time_ns: Option<u64>,
    max_panic_replicas: i32,
    delay: Option<Delay>,
}

impl Autoscaler {
    /// An autoscaler of a workload that has this many ready replicas now. With more than one it
    /// starts in panic, so that a restart, which forgets all metrics, does not shrink the workload.
    #[must_use]
    pub fn new(spec: &Spec, ready: u32, now_ns: u64) -> Self {
        let delay = spec.scale_down_delay_seconds;
        let mut autoscaler = Self {
            panic_time_ns: None,
            max_panic_replicas: 0,
            delay: (delay > 0).then(|| Delay::new(delay)),
        };
        autoscaler.begin(ready, now_ns);
        autoscaler
    }

    /// Begins as if it were made now.
    pub(super) fn begin(&mut self, ready: u32, now_ns: u64) {
        self.panic_time_ns = (ready > 1).then_some(now_ns);
        self.max_panic_replicas = i32::try_from(ready).unwrap_or(i32::MAX);
    }

    /// Since when there is panic, or when it was last extended; `None` when there is none.
    #[must_use]
    pub fn panic_time_ns(&self) -> Option<u64> {
        self.panic_time_ns
    }

    /// The most replicas this panic has asked for; 0 outside of it.
    #[must_use]
    pub fn max_panic_replicas(&self) -> i32 {
        self.max_panic_replicas
    }

    /// Decides on the averages of the stable and the panic window.
    pub fn scale(
        &mut self,
        spec: &Spec,
        now_ns: u64,
        stable: f64,
        panic: f64,
        ready: u32,
    ) -> ScaleResult {
        let ready_at_least_one = f64::from(ready.max(1));
        // The ceiling lets a small rate still add one.
        let most = (spec.max_scale_up_rate * ready_at_least_one).ceil();
        let least = if spec.reachable {
            (ready_at_least_one / spec.max_scale_down_rate).floor()
        } else {
            0.0
        };
        let wanted_stable = (stable / spec.target).ceil();
        let wanted_panic = (panic / spec.target).ceil();
        let bounded = |wanted: f64| {
            let bounded = whole(wanted.max(least).min(most));
            let activates = spec.activation_scale > 1 && wanted > 0.0;
            if activates {
                bounded.max(spec.activation_scale)
            } else {
                bounded
            }
        };
        let (desired_stable, desired_panic) = (bounded(wanted_stable), bounded(wanted_panic));

        // What the panic window asks for counts here before it is bounded.
        if wanted_panic / ready_at_least_one >= spec.panic_threshold {
            self.panic_time_ns = Some(now_ns);
        } else if self.panic_time_ns.is_some_and(|since| {
            let window = u64::from(spec.stable_window_seconds) * SECOND;
            since.saturating_add(window) < now_ns
        }) {
            self.panic_time_ns = None;
            self.max_panic_replicas = 0;
        }

        let mut desired = desired_stable;
        if self.panic_time_ns.is_some() {
            // Never down in panic.
            let wanted = desired.max(desired_panic);
            self.max_panic_replicas = self.max_panic_replicas.max(wanted);
            desired = self.max_panic_replicas;
        }
        let undelayed = desired;
        if let Some(delay) = self.delay.as_mut().filter(|_| spec.reachable) {
            desired = delay.record(now_ns, desired);
        }
        ScaleResult {
            desired: u32::try_from(desired).unwrap_or(0),
            excess_burst_capacity: excess(spec, ready, panic),
            delayed: desired != undelayed,
        }
    }
}

fn excess(spec: &Spec, ready: u32, panic: f64) -> i32 {
    let burst = spec.target_burst_capacity;
    if burst == 0.0 {
        0
    } else if burst > 0.0 {
        let capacity = f64::from(ready) * spec.total;
        whole((capacity - burst - panic).floor())
    } else {
        -1
    }
}

/// The original's conversion to 32 bits; what does not fit is held at the type's ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from a float saturates, and NaN is 0"
)]
fn whole(value: f64) -> i32 {
    value as i32
}
