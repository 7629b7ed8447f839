//! The largest or smallest value of a sliding window.

use std::collections::VecDeque;

/// Which end of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The smallest.
    Least,
    /// The largest.
    Most,
}

/// Whether a value that is exactly as old as the window counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// It does.
    Counts,
    /// It does not.
    Passed,
}

/// The largest or smallest of the values recorded in a window of time.
///
/// A monotonic queue: a value that a later one outdoes can never be the answer again, so it is
/// dropped. Its room is given once and for all. Should it run out, the newest value that is kept
/// lives on in the place of the one that is recorded, which errs on the side of no change.
#[derive(Clone, Debug)]
pub(crate) struct Extreme {
    side: Side,
    edge: Edge,
    window_ns: u64,
    room: usize,
    values: VecDeque<(u64, i64)>,
}

impl Extreme {
    /// A window of this length with room for this many values.
    pub(crate) fn new(side: Side, edge: Edge, window_ns: u64, room: usize) -> Self {
        let room = room.max(1);
        Self {
            side,
            edge,
            window_ns,
            room,
            values: VecDeque::with_capacity(room),
        }
    }

    /// The extreme of what is in the window now, and of `value`, which is not recorded.
    pub(crate) fn with(&mut self, now_ns: u64, value: i64) -> i64 {
        while let Some(&(at, _)) = self.values.front() {
            let age = now_ns.saturating_sub(at);
            let alive = match self.edge {
                Edge::Counts => age <= self.window_ns,
                Edge::Passed => age < self.window_ns,
            };
            if alive {
                break;
            }
            self.values.pop_front();
        }
        match (self.values.front(), self.side) {
            (None, _) => value,
            (Some(&(_, kept)), Side::Least) => kept.min(value),
            (Some(&(_, kept)), Side::Most) => kept.max(value),
        }
    }

    /// Records a value.
    pub(crate) fn record(&mut self, now_ns: u64, value: i64) {
        while let Some(&(_, kept)) = self.values.back() {
            let outdone = match self.side {
                Side::Least => value <= kept,
                Side::Most => value >= kept,
            };
            if !outdone {
                break;
            }
            self.values.pop_back();
        }
        if self.values.back().is_some_and(|&(at, _)| at == now_ns) {
            // One of the same time outdoes it for as long as it would live.
        } else if self.values.len() < self.room {
            self.values.push_back((now_ns, value));
        } else if let Some(newest) = self.values.back_mut() {
            newest.0 = now_ns;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, Extreme, Side};

    #[test]
    fn it_is_the_extreme_of_the_window() {
        let mut most = Extreme::new(Side::Most, Edge::Passed, 10, 8);
        for (at, value, expected) in [(0, 5, 5), (3, 2, 5), (6, 4, 5), (10, 1, 4), (16, 0, 1)] {
            assert_eq!(most.with(at, value), expected, "at {at}");
            most.record(at, value);
        }
        let mut least = Extreme::new(Side::Least, Edge::Counts, 10, 8);
        for (at, value, expected) in [(0, 1, 1), (10, 5, 1), (11, 6, 5)] {
            assert_eq!(least.with(at, value), expected, "at {at}");
            least.record(at, value);
        }
    }

    #[test]
    fn without_room_it_holds_on() {
        let mut most = Extreme::new(Side::Most, Edge::Passed, 10, 1);
        most.record(0, 9);
        most.record(9, 1);
        assert_eq!(most.with(18, 0), 9);
        assert_eq!(most.with(19, 0), 0);
    }
}
