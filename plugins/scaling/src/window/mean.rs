//! The mean of a measured quantity over a sliding window.

use crate::measure::sound;

/// How many slots a window has; it slides by one slot at a time.
const SLOTS: usize = 60;

/// The time-weighted mean over a window of 60 slots.
///
/// Sums are whole numbers (millionths × nanoseconds), so that they are the same whatever came
/// before, and a steady load has exactly its own mean. A mean is rounded to a millionth.
#[derive(Clone, Debug)]
pub(crate) struct Mean {
    slot_ns: u64,
    slots: [Slot; SLOTS],
    total: Slot,
    newest: u64,
    seen: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    sum: u128,
    weight: u64,
}

impl Mean {
    /// A window of this length.
    pub(crate) fn new(window_ns: u64) -> Self {
        Self {
            slot_ns: (window_ns / SLOTS as u64).max(1),
            slots: [Slot::default(); SLOTS],
            total: Slot::default(),
            newest: 0,
            seen: None,
        }
    }

    /// Adds what was measured from the last sample's time to `at_ns`. The first sample counts as
    /// one slot long; one that is not later than the last is passed over.
    pub(crate) fn add(&mut self, at_ns: u64, value: f64) {
        let before = self
            .seen
            .unwrap_or_else(|| at_ns.saturating_sub(self.slot_ns));
        // At a clock's very zero nothing has been measured yet.
        let length = at_ns.saturating_sub(before);
        if length == 0 {
            return;
        }
        self.seen = Some(at_ns);
        // A slot holds what ends in it; its own end included.
        self.slide((at_ns - 1) / self.slot_ns);
        let weight = length.min(self.slot_ns.saturating_mul(SLOTS as u64));
        let added = Slot {
            sum: u128::from(millionths(value)) * u128::from(weight),
            weight,
        };
        let slot = &mut self.slots[place(self.newest)];
        slot.sum += added.sum;
        slot.weight += added.weight;
        self.total.sum += added.sum;
        self.total.weight += added.weight;
    }

    /// The mean over the window that ends now; `None` when nothing was measured in it.
    pub(crate) fn over(&mut self, now_ns: u64) -> Option<f64> {
        self.slide(now_ns.saturating_sub(1) / self.slot_ns);
        if self.total.weight == 0 {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "the quotient is rounded to a millionth"
        )]
        let mean = self.total.sum as f64 / self.total.weight as f64;
        Some(mean.round() / 1e6)
    }

    fn slide(&mut self, slot: u64) {
        if slot <= self.newest {
            return;
        }
        if slot - self.newest >= SLOTS as u64 {
            self.slots = [Slot::default(); SLOTS];
            self.total = Slot::default();
        } else {
            for passed in self.newest + 1..=slot {
                let old = std::mem::take(&mut self.slots[place(passed)]);
                self.total.sum -= old.sum;
                self.total.weight -= old.weight;
            }
        }
        self.newest = slot;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a remainder of 60")]
fn place(slot: u64) -> usize {
    (slot % SLOTS as u64) as usize
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sound values are at most 10^12"
)]
fn millionths(value: f64) -> u64 {
    (sound(value) * 1e6).round() as u64
}

#[cfg(test)]
mod tests {
    use super::Mean;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_steady_load_is_its_own_mean() {
        let mut mean = Mean::new(60 * SECOND);
        for second in 1..500 {
            mean.add(second * SECOND, 7.1);
            assert_eq!(mean.over(second * SECOND), Some(7.1));
        }
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut mean = Mean::new(60 * SECOND);
        mean.add(SECOND, 60.0);
        for second in 2..=60 {
            mean.add(second * SECOND, 0.0);
        }
        assert_eq!(mean.over(60 * SECOND), Some(1.0));
        mean.add(61 * SECOND, 0.0);
        assert_eq!(mean.over(61 * SECOND), Some(0.0));
        assert_eq!(mean.over(200 * SECOND), None);
    }

    #[test]
    fn samples_count_by_their_length() {
        let mut mean = Mean::new(60 * SECOND);
        mean.add(SECOND, 4.0);
        mean.add(4 * SECOND, 0.0);
        assert_eq!(mean.over(4 * SECOND), Some(1.0));
        // Not later than the last: passed over.
        mean.add(4 * SECOND, 100.0);
        assert_eq!(mean.over(4 * SECOND), Some(1.0));
    }
}
