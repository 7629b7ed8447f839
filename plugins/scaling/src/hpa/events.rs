//! Changes that were made, as far back as a limit looks.

use crate::measure::SECOND;

/// Changes in one direction.
///
/// They are kept as the original keeps them, since it shows: one that is older than the longest
/// period of its own direction is not dropped, but makes room for the next change, and until then
/// counts where a policy of the other direction looks back further. The room is given once and for
/// all; should it run out, changes are merged into the newest, which counts them for longer.
#[derive(Clone, Debug)]
pub(super) struct Events {
    longest_ns: u64,
    room: usize,
    events: Vec<Event>,
}

/// One change.
#[derive(Clone, Copy, Debug)]
struct Event {
    at_ns: u64,
    change: i64,
}

impl Events {
    /// Room for the changes of this many seconds, one in each interval.
    pub(super) fn new(longest_seconds: u32, interval_seconds: u32) -> Self {
        let room = room(longest_seconds, interval_seconds);
        Self {
            longest_ns: u64::from(longest_seconds) * SECOND,
            room,
            events: Vec::with_capacity(room),
        }
    }

    pub(super) fn record(&mut self, now_ns: u64, change: i64) {
        let event = Event {
            at_ns: now_ns,
            change,
        };
        let outdated = |event: &Event| now_ns.saturating_sub(event.at_ns) > self.longest_ns;
        // Of several that are outdated the original takes the last.
        if let Some(place) = self.events.iter().rposition(outdated) {
            self.events[place] = event;
        } else if self.events.len() < self.room {
            self.events.push(event);
        } else if let Some(newest) = self.events.iter_mut().max_by_key(|event| event.at_ns) {
            newest.at_ns = now_ns;
            newest.change = newest.change.saturating_add(change);
        }
    }

    /// The sum of the changes less than a period old.
    pub(super) fn within(&self, now_ns: u64, period_seconds: u32) -> i64 {
        let period = u64::from(period_seconds) * SECOND;
        self.events
            .iter()
            .filter(|event| now_ns.saturating_sub(event.at_ns) < period)
            .map(|event| event.change)
            .fold(0, i64::saturating_add)
    }
}

/// How many values there can be in a time, one in each interval.
pub(super) fn room(seconds: u32, interval_seconds: u32) -> usize {
    let intervals = seconds.div_ceil(interval_seconds.max(1));
    usize::try_from(intervals).map_or(usize::MAX, |intervals| intervals.saturating_add(2))
}

#[cfg(test)]
mod tests {
    use super::{Events, SECOND};

    #[test]
    fn what_is_outdated_counts_until_its_place_is_needed() {
        let mut events = Events::new(15, 15);
        events.record(0, 5);
        assert_eq!(events.within(14 * SECOND, 15), 5);
        assert_eq!(events.within(15 * SECOND, 15), 0);
        // A policy of the other direction looks back a minute.
        assert_eq!(events.within(40 * SECOND, 60), 5);
        events.record(40 * SECOND, 2);
        assert_eq!(events.within(40 * SECOND, 60), 2);
    }

    #[test]
    fn without_room_changes_count_for_longer() {
        let mut events = Events::new(15, 15);
        for second in 1..=4 {
            events.record(second * SECOND, 1);
        }
        assert_eq!(events.within(4 * SECOND, 15), 4);
        assert_eq!(events.within(18 * SECOND, 15), 2);
    }
}
