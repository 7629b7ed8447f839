//! The scale-down delay: the most that was asked for lately.

use std::collections::VecDeque;

use crate::measure::SECOND;

/// How long one slot is, in seconds: the original's tick.
const SLOT_SECONDS: u64 = 2;

/// The largest value recorded in the last `⌈delay ÷ 2 s⌉` slots of two seconds.
///
/// Slots are counted from the clock's zero. Source: `pkg/autoscaler/aggregation/max`.
#[derive(Clone, Debug)]
pub struct Delay {
    slots: u64,
    // Falling values, oldest first: one that a later one reaches can never be the largest again.
    kept: VecDeque<(u64, i32)>,
}

impl Delay {
    /// A delay of this many seconds.
    #[must_use]
    pub fn new(delay_seconds: u32) -> Self {
        let slots = u64::from(delay_seconds).div_ceil(SLOT_SECONDS).max(1);
        let room = usize::try_from(slots)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        Self {
            slots,
            kept: VecDeque::with_capacity(room),
        }
    }

    /// Records a value and tells the largest. Values of one slot count by the largest of them.
    pub fn record(&mut self, now_ns: u64, value: i32) -> i32 {
        let slot = now_ns / SECOND / SLOT_SECONDS;
        while self.kept.back().is_some_and(|&(_, kept)| kept <= value) {
            self.kept.pop_back();
        }
        while let Some(&(oldest, _)) = self.kept.front() {
            if slot.saturating_sub(oldest) < self.slots {
                break;
            }
            self.kept.pop_front();
        }
        // A value of a slot that has a larger one can not become the largest.
        if self.kept.back().is_none_or(|&(newest, _)| newest < slot) {
            self.kept.push_back((slot, value));
        }
        self.kept.front().map_or(value, |&(_, largest)| largest)
    }
}

#[cfg(test)]
mod tests {
    use super::Delay;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_smaller_value_waits_for_the_delay() {
        let mut delay = Delay::new(300);
        assert_eq!(delay.record(1000 * SECOND, 4), 4);
        assert_eq!(delay.record(1001 * SECOND, 2), 4);
        assert_eq!(delay.record(1299 * SECOND, 2), 4);
        assert_eq!(delay.record(1300 * SECOND, 2), 2);
        assert_eq!(delay.record(1300 * SECOND, 7), 7);
        assert_eq!(delay.record(1302 * SECOND, 1), 7);
    }
}
