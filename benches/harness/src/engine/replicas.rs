//! The replicas of a workload, and how long there were how many of them.

use super::requests::Queue;
use super::sharing::Sharing;

/// The phases of a replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// It takes requests.
    Ready,
    /// It has been asked for and does not take requests yet.
    Starting,
    /// It finishes what it has.
    Draining,
    /// It is gone; its place may be used again.
    #[default]
    Terminated,
}

/// One replica.
#[derive(Debug, Default)]
pub(super) struct Replica {
    pub(super) phase: Phase,
    /// Which of the replicas that had this place it is.
    pub(super) generation: u32,
    /// Requests in service.
    pub(super) in_flight: u32,
    /// Requests that wait for it alone.
    pub(super) queue: Queue,
    /// When it was asked for, when its phase changed last, and when it became ready.
    pub(super) asked_at: u64,
    pub(super) changed_at: u64,
    pub(super) ready_at: u64,
    /// Its place among the ready ones.
    pub(super) position: u32,
    /// Sum of the times at which its requests began less those at which they ended, and what it
    /// was when the replica was last observed.
    pub(super) moment: u64,
    pub(super) seen: u64,
    /// The requests in service, where they share its speed.
    pub(super) sharing: Sharing,
}

impl Replica {
    /// Requests that it has.
    #[inline]
    pub(super) fn load(&self) -> u32 {
        self.in_flight + self.queue.len()
    }
}

/// How many replicas there are in each phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) starting: u32,
    pub(crate) ready: u32,
    pub(crate) draining: u32,
}

impl Counts {
    /// Those that are paid for.
    pub(crate) fn provisioned(self) -> u32 {
        self.starting + self.ready + self.draining
    }
}

/// Replica-nanoseconds in each phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Areas {
    pub(crate) starting: u128,
    pub(crate) ready: u128,
    pub(crate) draining: u128,
}

impl Areas {
    /// Adds a time in which the counts did not change.
    pub(super) fn add(&mut self, counts: Counts, nanoseconds: u64) {
        let nanoseconds = u128::from(nanoseconds);
        self.starting += u128::from(counts.starting) * nanoseconds;
        self.ready += u128::from(counts.ready) * nanoseconds;
        self.draining += u128::from(counts.draining) * nanoseconds;
    }

    /// What has come since.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            starting: self.starting - before.starting,
            ready: self.ready - before.ready,
            draining: self.draining - before.draining,
        }
    }
}
