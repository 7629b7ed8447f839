//! The last values of a series, in order of size.

use crate::measure::count_up;

/// How many values are kept.
pub(super) const KEPT: usize = 256;

/// The last 256 values, of which any quantile is at hand.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    /// By age, as a ring.
    values: Box<[f32]>,
    next: usize,
    /// The first `count` by size.
    sorted: Box<[f32]>,
    count: usize,
}

impl Ranked {
    pub(super) fn new() -> Self {
        Self {
            values: vec![0.0; KEPT].into(),
            next: 0,
            sorted: vec![0.0; KEPT].into(),
            count: 0,
        }
    }

    /// Forgets them all.
    pub(super) fn clear(&mut self) {
        (self.next, self.count) = (0, 0);
    }

    /// Adds a value, which is a number, in the place of the oldest.
    pub(super) fn add(&mut self, value: f32) {
        let sorted = &mut self.sorted;
        if self.count == KEPT {
            let oldest = self.values[self.next];
            let from = sorted.partition_point(|kept| *kept < oldest);
            sorted.copy_within(from + 1.., from);
            self.count -= 1;
        }
        let at = sorted[..self.count].partition_point(|kept| *kept < value);
        sorted.copy_within(at..self.count, at + 1);
        sorted[at] = value;
        self.count += 1;
        self.values[self.next] = value;
        self.next = (self.next + 1) % KEPT;
    }

    /// What the next value will not exceed with this chance, if it is of the same kind: of n values
    /// the ⌈chance × (n + 1)⌉th, or the largest where there are too few to tell. `None` of none.
    pub(super) fn quantile(&self, chance: f64) -> Option<f64> {
        let rank = count_up(chance * (self.count as f64 + 1.0)) as usize;
        let place = rank.min(self.count).checked_sub(1)?;
        self.sorted[..self.count]
            .get(place)
            .map(|value| f64::from(*value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{KEPT, Ranked};

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_last_values(
            values in proptest::collection::vec(-4_i8..40, 0..700),
            chance in 0.5..1.0,
        ) {
            let mut ranked = Ranked::new();
            for value in &values {
                ranked.add(f32::from(*value));
            }
            let mut last = values[values.len().saturating_sub(KEPT)..].to_vec();
            last.sort_unstable();
            let wanted = chance * (last.len() as f64 + 1.0);
            let rank = (0..=KEPT + 1).find(|rank| *rank as f64 >= wanted).unwrap();
            let expected = last.get(rank.min(last.len()).wrapping_sub(1)).map(|value| f64::from(*value));
            prop_assert_eq!(ranked.quantile(chance), expected);
        }
    }
}
