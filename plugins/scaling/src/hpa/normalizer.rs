//! Stabilisation and limits: from what the metrics propose to what is done.

use super::events::{Events, room};
use super::rules::{Behavior, ChangeKind, Rules, Select};
use crate::measure::SECOND;
use crate::window::{Edge, Extreme, Side};

/// How many replicas there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Fewest.
    pub min: u32,
    /// Most.
    pub max: u32,
}

/// What limited a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nothing.
    WithinRange,
    /// The rate of growth.
    ScaleUp,
    /// The rate of shrinking.
    ScaleDown,
    /// The most there may be.
    TooMany,
    /// The fewest there may be.
    TooFew,
}

/// What is left of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normalized {
    /// The proposal as it is stabilised by those before it.
    pub stabilized: u32,
    /// How many replicas there should be.
    pub replicas: u32,
    /// What limited it.
    pub limit: Limit,
}

/// Stabilises and limits changes.
///
/// Source: `horizontal.go`: `normalizeDesiredReplicasWithBehaviors`, or, where a workload has no
/// behaviour, `normalizeDesiredReplicas`.
#[derive(Clone, Debug)]
pub struct Normalizer {
    behavior: Option<Behavior>,
    begun: bool,
    least: Extreme,
    most: Extreme,
    added: Events,
    removed: Events,
}

impl Normalizer {
    /// A normalizer of a workload with this behaviour, or of one with none, which is held up for
    /// `downscale_stabilization_seconds` before it shrinks. It is asked once in
    /// `sync_period_seconds`; where it is asked more often its memory may run out, and it errs on the
    /// side of fewer changes.
    #[must_use]
    pub fn new(
        behavior: Option<Behavior>,
        downscale_stabilization_seconds: u32,
        sync_period_seconds: u32,
    ) -> Self {
        let extreme = |side, edge, window: u32| {
            let window_ns = u64::from(window) * SECOND;
            Extreme::new(side, edge, window_ns, room(window, sync_period_seconds))
        };
        let events = |rules: Option<&Rules>| {
            Events::new(rules.map_or(0, Rules::longest_period), sync_period_seconds)
        };
        let (up, down) = match &behavior {
            Some(behavior) => (
                behavior.scale_up.stabilization_window_seconds,
                behavior.scale_down.stabilization_window_seconds,
            ),
            None => (0, downscale_stabilization_seconds),
        };
        // A recommendation exactly as old as the window counts only where there is no behaviour.
        let edge = match behavior {
            Some(_) => Edge::Passed,
            None => Edge::Counts,
        };
        Self {
            begun: false,
            least: extreme(Side::Least, Edge::Passed, up),
            most: extreme(Side::Most, edge, down),
            added: events(behavior.as_ref().map(|behavior| &behavior.scale_up)),
            removed: events(behavior.as_ref().map(|behavior| &behavior.scale_down)),
            behavior,
        }
    }

    /// Takes the current number for the first recommendation, where there is none yet.
    pub fn begin(&mut self, now_ns: u64, current: u32) {
        if !self.begun {
            self.begun = true;
            self.record(now_ns, i64::from(current));
        }
    }

    /// Tells what is left of a proposal. What is done of it is to be told with
    /// [`scaled`](Self::scaled).
    pub fn normalize(
        &mut self,
        now_ns: u64,
        current: u32,
        proposed: u32,
        bounds: Bounds,
    ) -> Normalized {
        self.begin(now_ns, current);
        let proposed = i64::from(proposed);
        let least = self.least.with(now_ns, proposed);
        let most = self.most.with(now_ns, proposed);
        self.record(now_ns, proposed);
        let current = i64::from(current);
        let (stabilized, (replicas, limit)) = match &self.behavior {
            Some(behavior) => {
                // Between the least of the one window and the most of the other, as near to the
                // current number as can be; where they cross, the most counts.
                let stabilized = current.max(least).min(most);
                let limited = self.limited(behavior, now_ns, current, stabilized, bounds);
                (stabilized, limited)
            }
            None => (most, limited_by_factor(current, most, bounds)),
        };
        Normalized {
            stabilized: whole(stabilized),
            replicas: whole(replicas),
            limit,
        }
    }

    /// Notes a change that was made.
    pub fn scaled(&mut self, now_ns: u64, before: u32, after: u32) {
        let change = i64::from(after) - i64::from(before);
        if self.behavior.is_some() && change > 0 {
            self.added.record(now_ns, change);
        } else if self.behavior.is_some() && change < 0 {
            self.removed.record(now_ns, -change);
        }
    }

    fn record(&mut self, now_ns: u64, recommendation: i64) {
        self.least.record(now_ns, recommendation);
        self.most.record(now_ns, recommendation);
    }

    fn limited(
        &self,
        behavior: &Behavior,
        now_ns: u64,
        current: i64,
        desired: i64,
        bounds: Bounds,
    ) -> (i64, Limit) {
        if desired > current {
            let allowed = self.highest(&behavior.scale_up, now_ns, current);
            let (most, limit) = tighter(bounds.max, allowed.max(current), Limit::ScaleUp);
            if desired > most {
                return (most, limit);
            }
        } else if desired < current {
            let allowed = self
                .lowest(&behavior.scale_down, now_ns, current)
                .min(current);
            let (least, limit) = if i64::from(bounds.min) < allowed {
                (allowed, Limit::ScaleDown)
            } else {
                (i64::from(bounds.min), Limit::TooFew)
            };
            if desired < least {
                return (least, limit);
            }
        }
        (desired, Limit::WithinRange)
    }

    /// The most that the policies allow now.
    fn highest(&self, rules: &Rules, now_ns: u64, current: i64) -> i64 {
        let allowed = rules.policies.iter().map(|policy| {
            let period = policy.period_seconds;
            let base =
                current - self.added.within(now_ns, period) + self.removed.within(now_ns, period);
            match policy.kind {
                ChangeKind::Pods => base + i64::from(policy.value),
                ChangeKind::Percent => {
                    share(base, 1.0 + f64::from(policy.value) / 100.0, f64::ceil)
                }
            }
        });
        match rules.select_policy {
            Select::Disabled => current,
            Select::Max => allowed.max().unwrap_or(i64::from(i32::MIN)),
            Select::Min => allowed.min().unwrap_or(i64::from(i32::MAX)),
        }
    }

    /// The fewest that the policies allow now.
    fn lowest(&self, rules: &Rules, now_ns: u64, current: i64) -> i64 {
        let allowed = rules.policies.iter().map(|policy| {
            let period = policy.period_seconds;
            let base =
                current + self.removed.within(now_ns, period) - self.added.within(now_ns, period);
            match policy.kind {
                ChangeKind::Pods => base - i64::from(policy.value),
                ChangeKind::Percent => {
                    share(base, 1.0 - f64::from(policy.value) / 100.0, f64::trunc)
                }
            }
        });
        match rules.select_policy {
            Select::Disabled => current,
            Select::Max => allowed.min().unwrap_or(i64::from(i32::MAX)),
            Select::Min => allowed.max().unwrap_or(i64::from(i32::MIN)),
        }
    }
}

/// Without a behaviour a workload may double, or have 4, at a time.
fn limited_by_factor(current: i64, desired: i64, bounds: Bounds) -> (i64, Limit) {
    let (most, limit) = tighter(bounds.max, (2 * current).max(4), Limit::ScaleUp);
    if desired < i64::from(bounds.min) {
        (i64::from(bounds.min), Limit::TooFew)
    } else if desired > most {
        (most, limit)
    } else {
        (desired, Limit::WithinRange)
    }
}

/// The smaller of what there may be and what a rate allows, and which it is.
fn tighter(max: u32, allowed: i64, limit: Limit) -> (i64, Limit) {
    if i64::from(max) > allowed {
        (allowed, limit)
    } else {
        (i64::from(max), Limit::TooMany)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "numbers of replicas have 32 bits, and a cast from a float saturates"
)]
fn share(base: i64, factor: f64, round: fn(f64) -> f64) -> i64 {
    round(base as f64 * factor) as i64
}

fn whole(replicas: i64) -> u32 {
    u32::try_from(replicas.max(0)).unwrap_or(u32::MAX)
}
