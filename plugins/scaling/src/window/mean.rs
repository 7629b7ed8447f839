//! The mean of a measured quantity over a sliding window.

/// How many slots a window has; it slides by one slot at a time.
const SLOTS: usize = 60;

/// The time-weighted mean over a window of 60 slots.
///
/// Sums are whole numbers (millionths × nanoseconds), so that they are the same whatever came
/// before, and a steady load has exactly its own mean. A mean is rounded to a millionth.
#[derive(Clone, Debug)]
pub(crate) struct Mean {
    slot_ns: u64,
    window_ns: u64,
    slots: [Slot; SLOTS],
    total: Slot,
    /// How many slots hold something, up to the newest; those beyond are stale and not looked at.
    held: usize,
    /// The newest slot, and when it ends; its own end is in it.
    newest: usize,
    newest_ends_ns: u64,
    seen: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    sum: u128,
    weight: u64,
}

impl Slot {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the quotient is rounded to a millionth"
    )]
    fn mean(&self) -> f64 {
        // A sum mostly fits, and 64 bits with a sign are the fastest to convert.
        let sum = i64::try_from(self.sum).map_or_else(|_| self.sum as f64, |sum| sum as f64);
        sum / self.weight as f64
    }
}

impl Mean {
    /// A window of this length.
    pub(crate) fn new(window_ns: u64) -> Self {
        let slot_ns = (window_ns / SLOTS as u64).max(1);
        Self {
            slot_ns,
            window_ns: slot_ns * SLOTS as u64,
            slots: [Slot::default(); SLOTS],
            total: Slot::default(),
            held: 1,
            newest: 0,
            newest_ends_ns: slot_ns,
            seen: None,
        }
    }

    /// Adds what was measured, a sound value, from the last sample's time to `at_ns`. The first
    /// sample counts as one slot long; one that is not later than the last is passed over.
    pub(crate) fn add(&mut self, at_ns: u64, value: f64) {
        let before = match self.seen {
            Some(seen) => seen,
            None => at_ns.saturating_sub(self.slot_ns),
        };
        // At a clock's very zero nothing has been measured yet.
        let length = at_ns.saturating_sub(before);
        if length == 0 {
            return;
        }
        self.seen = Some(at_ns);
        self.slide(at_ns);
        let weight = length.min(self.window_ns);
        let sum = u128::from(millionths(value)) * u128::from(weight);
        for slot in [&mut self.slots[self.newest], &mut self.total] {
            slot.sum += sum;
            slot.weight += weight;
        }
    }

    /// The mean over the window that ends now; `None` when nothing was measured in it.
    pub(crate) fn over(&mut self, now_ns: u64) -> Option<f64> {
        self.slide(now_ns);
        if self.total.weight == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "it comes from a float")]
        let millionths = whole(self.total.mean()) as f64;
        Some(millionths / 1e6)
    }

    /// Slides until the newest slot holds this time.
    fn slide(&mut self, at_ns: u64) {
        let Some(beyond) = at_ns.checked_sub(self.newest_ends_ns) else {
            return;
        };
        if beyond > self.window_ns - self.slot_ns {
            // Every slot makes way: nothing of the window is left. Told at once, as it is the usual
            // case where samples are as long as the window.
            self.held = 1;
            self.slots[self.newest] = Slot::default();
            self.total = Slot::default();
            let passed = beyond.div_ceil(self.slot_ns).saturating_mul(self.slot_ns);
            self.newest_ends_ns = self.newest_ends_ns.saturating_add(passed);
            return;
        }
        while self.newest_ends_ns < at_ns {
            self.newest_ends_ns = self.newest_ends_ns.saturating_add(self.slot_ns);
            self.newest = match self.newest + 1 {
                SLOTS => 0,
                next => next,
            };
            let old = std::mem::take(&mut self.slots[self.newest]);
            if self.held < SLOTS {
                self.held += 1;
            } else {
                self.total.sum -= old.sum;
                self.total.weight -= old.weight;
            }
        }
    }
}

fn millionths(value: f64) -> u64 {
    whole(value * 1e6).unsigned_abs()
}

/// Rounded to a whole number. By a cast: a call of the platform's `round` costs more than the rest.
#[expect(
    clippy::cast_possible_truncation,
    reason = "sound values in millionths are at most 10^18"
)]
fn whole(value: f64) -> i64 {
    (value + 0.5) as i64
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
    fn what_was_before_a_silence_does_not_come_back() {
        let mut mean = Mean::new(60 * SECOND);
        for second in 1..=90 {
            mean.add(second * SECOND, 5.0);
        }
        assert_eq!(mean.over(1000 * SECOND), None);
        for second in 1001..=1200 {
            mean.add(second * SECOND, 3.0);
            assert_eq!(mean.over(second * SECOND), Some(3.0));
        }
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
