//! The way to zero: when the last replica may go.

use super::KnativeOptions;
use crate::measure::SECOND;

/// What stands between a decision for 0 and no replicas.
///
/// A workload is active for at least a stable window before it may become inactive; inactive for at
/// least the grace period (in which the activator comes into the path), and for the retention
/// period, before its last replica goes. Source: `pkg/reconciler/autoscaling/kpa/scaler.go`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToZero {
    allowed: bool,
    stable_ns: u64,
    inactive_ns: u64,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// It has replicas, since then.
    Active(u64),
    /// It has no load and waits to go, since then.
    Inactive(u64),
    /// It is gone, or was never there.
    Gone,
}

impl ToZero {
    pub(super) fn new(options: &KnativeOptions) -> Self {
        let grace = options.scale_to_zero_grace_period_seconds;
        let retention = options.scale_to_zero_pod_retention_period_seconds;
        Self {
            allowed: options.enable_scale_to_zero,
            stable_ns: u64::from(options.stable_window_seconds) * SECOND,
            inactive_ns: u64::from(grace.max(retention)) * SECOND,
            state: State::Gone,
        }
    }

    /// How many replicas there should be, where the autoscaler wants `desired`.
    pub(super) fn apply(&mut self, now_ns: u64, current: u32, desired: u32) -> u32 {
        if desired > 0 {
            if !matches!(self.state, State::Active(_)) {
                self.state = State::Active(now_ns);
            }
            return desired;
        }
        if !self.allowed {
            return 1;
        }
        match self.state {
            State::Gone if current == 0 => 0,
            State::Gone => {
                self.state = State::Active(now_ns);
                1
            }
            State::Active(since) if now_ns.saturating_sub(since) < self.stable_ns => 1,
            State::Active(_) => {
                self.state = State::Inactive(now_ns);
                current
            }
            State::Inactive(since) if now_ns.saturating_sub(since) < self.inactive_ns => current,
            State::Inactive(_) => {
                self.state = State::Gone;
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ToZero;
    use crate::knative::KnativeOptions;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn the_last_replica_goes_after_window_and_grace() {
        let mut gate = ToZero::new(&KnativeOptions::default());
        assert_eq!(gate.apply(0, 0, 0), 0);
        assert_eq!(gate.apply(2 * SECOND, 0, 1), 1);
        assert_eq!(gate.apply(30 * SECOND, 1, 0), 1);
        assert_eq!(gate.apply(62 * SECOND, 1, 0), 1);
        assert_eq!(gate.apply(90 * SECOND, 1, 0), 1);
        assert_eq!(gate.apply(92 * SECOND, 1, 0), 0);
    }

    #[test]
    fn load_that_returns_keeps_it() {
        let mut gate = ToZero::new(&KnativeOptions::default());
        gate.apply(0, 1, 1);
        gate.apply(60 * SECOND, 1, 0);
        assert_eq!(gate.apply(80 * SECOND, 1, 2), 2);
        assert_eq!(gate.apply(100 * SECOND, 2, 0), 1);
    }
}
