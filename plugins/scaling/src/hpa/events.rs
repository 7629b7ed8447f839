//! Changes that were made, as far back as a limit looks.

use std::collections::VecDeque;

use crate::measure::SECOND;

/// Changes in one direction. Room for them is given once and for all; should it run out, changes
/// are merged into the newest, which counts them for longer.
#[derive(Clone, Debug)]
pub(super) struct Events {
    longest_ns: u64,
    room: usize,
    events: VecDeque<(u64, i64)>,
}

impl Events {
    /// Room for the changes of this many seconds, one in each interval.
    pub(super) fn new(longest_seconds: u32, interval_seconds: u32) -> Self {
        let room = room(longest_seconds, interval_seconds);
        Self {
            longest_ns: u64::from(longest_seconds) * SECOND,
            room,
            events: VecDeque::with_capacity(room),
        }
    }

    pub(super) fn record(&mut self, now_ns: u64, change: i64) {
        while self
            .events
            .front()
            .is_some_and(|&(at, _)| now_ns.saturating_sub(at) >= self.longest_ns)
        {
            self.events.pop_front();
        }
        if self.events.len() < self.room {
            self.events.push_back((now_ns, change));
        } else if let Some(newest) = self.events.back_mut() {
            newest.0 = now_ns;
            newest.1 = newest.1.saturating_add(change);
        }
    }

    /// The sum of the changes less than a period old.
    pub(super) fn within(&self, now_ns: u64, period_seconds: u32) -> i64 {
        let period = u64::from(period_seconds) * SECOND;
        self.events
            .iter()
            .rev()
            .take_while(|&&(at, _)| now_ns.saturating_sub(at) < period)
            .map(|&(_, change)| change)
            .fold(0, i64::saturating_add)
    }
}

/// How many values there can be in a time, one in each interval.
pub(super) fn room(seconds: u32, interval_seconds: u32) -> usize {
    let intervals = seconds.div_ceil(interval_seconds.max(1));
    usize::try_from(intervals).map_or(usize::MAX, |intervals| intervals.saturating_add(2))
}
