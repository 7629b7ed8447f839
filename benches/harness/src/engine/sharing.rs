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
    /// Which of the events that were scheduled is not yet overtaken.
    pub(super) generation: u32,
}

impl Sharing {
    /// Adds a request. Returns when the next one is due.
    pub(super) fn start(&mut self, now: u64, request: u32, work: u64, speeds: &Speeds) -> u64 {
        if self.ends.is_empty() {
            self.worked = 0.0;
            self.at = now;
        } else {
            self.advance(now, speeds);
        }
        let end = self.worked + work as f64;
        self.ends.push(Reverse((end.to_bits(), request)));
        self.next_due(now, speeds)
    }

    /// Takes away the request that is due.
    pub(super) fn complete(&mut self, now: u64, speeds: &Speeds) -> Option<u32> {
        self.advance(now, speeds);
        self.ends.pop().map(|Reverse((_, request))| request)
    }

    /// When the next request is due; `u64::MAX` when there is none. What was scheduled before is
    /// overtaken.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts of floats saturate, which is what is wanted"
    )]
    pub(super) fn next_due(&mut self, now: u64, speeds: &Speeds) -> u64 {
        self.generation = self.generation.wrapping_add(1);
        let Some(Reverse((end, _))) = self.ends.peek() else {
            return u64::MAX;
        };
        let left = (f64::from_bits(*end) - self.worked) / speeds.of(self.ends.len());
        now.saturating_add(left.max(0.0).ceil() as u64)
    }

    fn advance(&mut self, now: u64, speeds: &Speeds) {
        self.worked += (now - self.at) as f64 * speeds.of(self.ends.len());
        self.at = now;
    }
}
