//! A replica whose requests share its speed: the more there are, the longer each takes.
//!
//! Work is measured on a clock of the replica's own, which runs slower the more requests there
//! are; a request is completed when that clock has moved on by its work. This is exact, however
//! often the number of requests changes meanwhile (Kleinrock, "Queueing Systems", volume 2, 4.4).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How fast each of n requests goes at a replica that serves n.
#[derive(Clone, Debug)]
pub(super) struct Speeds(Vec<f64>);

impl Speeds {
    /// Each request beyond the first adds `slowdown` to the time that a step takes.
    pub(super) fn new(slowdown: f64, concurrency: u32) -> Self {
        // The step time grows in a straight line, so a long table is no better than a formula.
        let length = concurrency.min(4096);
        Self(
            (0..=length)
                .map(|count| speed(slowdown, count))
                .chain([slowdown])
                .collect(),
        )
    }

    #[inline]
    fn of(&self, count: usize) -> f64 {
        let table = self.0.len() - 1;
        if count < table {
            self.0[count]
        } else {
            speed(self.0[table], u32::try_from(count).unwrap_or(u32::MAX))
        }
    }
}

/// The speed of each of `count` requests; 1 for one.
pub(crate) fn speed(slowdown: f64, count: u32) -> f64 {
    1.0 / (1.0 + slowdown * f64::from(count.saturating_sub(1)))
}

/// The requests of one replica.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    /// The replica's own clock, in nanoseconds of work, and the time at which it stood there.
    worked: f64,
    at: u64,
    /// When each request is completed on that clock; the bits of a float that is not negative
    /// order as it does.
    ends: BinaryHeap<Reverse<(u64, u32)>>,
    /// When the next request is due.
    due: u64,
    /// The events that are to come for it, the next one last. One is added only where none comes
    /// before, and so there are about as many as requests, however often what is due changes.
    scheduled: Vec<u64>,
}

impl Sharing {
    /// Adds a request. Returns for when an event is to be added.
    pub(super) fn start(
        &mut self,
        now: u64,
        request: u32,
        work: u64,
        speeds: &Speeds,
    ) -> Option<u64> {
        if self.ends.is_empty() {
            self.worked = 0.0;
            self.at = now;
        } else {
            self.advance(now, speeds);
        }
        let end = self.worked + work as f64;
        self.ends.push(Reverse((end.to_bits(), request)));
        self.schedule(now, speeds)
    }

    /// An event has come. Takes away the request that is due, if one is.
    pub(super) fn come(&mut self, now: u64, speeds: &Speeds) -> Option<u32> {
        self.scheduled.pop();
        if self.ends.is_empty() || self.due > now {
            return None;
        }
        self.advance(now, speeds);
        self.ends.pop().map(|Reverse((_, request))| request)
    }

    /// Looks when the next request is due. Returns for when an event is to be added.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts of floats saturate, which is what is wanted"
    )]
    pub(super) fn schedule(&mut self, now: u64, speeds: &Speeds) -> Option<u64> {
        let Reverse((end, _)) = self.ends.peek()?;
        let left = (f64::from_bits(*end) - self.worked) / speeds.of(self.ends.len());
        self.due = now.saturating_add(left.max(0.0).ceil() as u64);
        self.announce()
    }

    /// Sees to it that an event comes when the next request is due, or before. Returns for when one
    /// is to be added.
    pub(super) fn announce(&mut self) -> Option<u64> {
        let next = self.scheduled.last().copied().unwrap_or(u64::MAX);
        if self.ends.is_empty() || self.due >= next {
            return None;
        }
        self.scheduled.push(self.due);
        Some(self.due)
    }

    fn advance(&mut self, now: u64, speeds: &Speeds) {
        self.worked += (now - self.at) as f64 * speeds.of(self.ends.len());
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::{Sharing, Speeds};

    /// One long request, and many short ones beside it: each puts the end of the long one off, and
    /// none leaves an event behind.
    #[test]
    fn events_do_not_gather() {
        let speeds = Speeds::new(1.0, 2);
        let mut sharing = Sharing::default();
        let mut events = std::collections::BinaryHeap::new();
        events.extend(
            sharing
                .start(0, 0, 1_000_000_000, &speeds)
                .map(std::cmp::Reverse),
        );
        let mut short = 0;
        for number in 1..10_000_u32 {
            let now = u64::from(number) * 1_000;
            events.extend(
                sharing
                    .start(now, number, 100, &speeds)
                    .map(std::cmp::Reverse),
            );
            while let Some(std::cmp::Reverse(at)) =
                events.peek().copied().filter(|at| at.0 < now + 1_000)
            {
                events.pop();
                let next = if sharing.come(at, &speeds).is_some() {
                    short += 1;
                    sharing.schedule(at, &speeds)
                } else {
                    sharing.announce()
                };
                events.extend(next.map(std::cmp::Reverse));
            }
            assert!(events.len() <= 2, "{} events for one request", events.len());
        }
        assert_eq!(short, 9_999);
    }
}
