//! Counts of times in log-linear buckets, in pages that are there where there are times.

use std::collections::BTreeMap;

/// Buckets in each doubling: a time is known to 1/128, and its bucket's middle to 0.4 %.
const STEPS: u32 = 7;
const PAGE: usize = 1 << STEPS;
const PAGES: usize = 64 - STEPS as usize + 1;

/// The bucket of a time in nanoseconds.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is left after the shift is below 256"
)]
pub(super) fn bucket(time: u64) -> usize {
    // Below 2⁷ the bucket is the time itself; beyond, each doubling has 2⁷ buckets.
    let shift = (63 - (time | 1).leading_zeros()).saturating_sub(STEPS);
    ((shift as usize) << STEPS) + (time >> shift) as usize
}

/// The middle of a bucket, in nanoseconds.
pub(super) fn middle(bucket: usize) -> u64 {
    let doubling = bucket >> STEPS;
    if doubling < 2 {
        return bucket as u64;
    }
    let shift = doubling - 1;
    let low = (bucket - (shift << STEPS)) as u64;
    (low << shift) + (1_u64 << shift >> 1)
}

/// How many times there are in each bucket.
#[derive(Clone)]
pub(super) struct Buckets {
    /// The counts modulo 2³². A page is half a kilobyte.
    pages: [Option<Box<[u32; PAGE]>>; PAGES],
    /// How often a count went over 2³².
    wraps: BTreeMap<usize, u64>,
}

impl Default for Buckets {
    fn default() -> Self {
        Self {
            pages: [const { None }; PAGES],
            wraps: BTreeMap::new(),
        }
    }
}

impl Buckets {
    /// Counts one more.
    #[inline]
    pub(super) fn add(&mut self, bucket: usize) {
        let page = self.pages[bucket >> STEPS].get_or_insert_with(|| Box::new([0; PAGE]));
        let count = &mut page[bucket & (PAGE - 1)];
        *count = count.wrapping_add(1);
        if *count == 0 {
            *self.wraps.entry(bucket).or_default() += 1;
        }
    }

    /// Adds the counts of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (number, (own, others)) in self.pages.iter_mut().zip(&other.pages).enumerate() {
            match (own, others) {
                (_, None) => {}
                (own @ None, others) => own.clone_from(others),
                (Some(own), Some(others)) => {
                    for (place, (own, other)) in own.iter_mut().zip(&**others).enumerate() {
                        let wraps;
                        (*own, wraps) = own.overflowing_add(*other);
                        if wraps {
                            *self.wraps.entry((number << STEPS) + place).or_default() += 1;
                        }
                    }
                }
            }
        }
        for (bucket, wraps) in &other.wraps {
            *self.wraps.entry(*bucket).or_default() += wraps;
        }
    }

    /// Each bucket that is not empty, and its count, in order.
    pub(super) fn filled(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let pages = self.pages.iter().enumerate();
        pages
            .filter_map(|(number, page)| Some((number << STEPS, page.as_ref()?)))
            .flat_map(|(first, page)| (first..).zip(page.iter().copied()))
            .map(|(bucket, count)| (bucket, u64::from(count) + (self.wraps(bucket) << 32)))
            .filter(|(_, count)| *count > 0)
    }

    fn wraps(&self, bucket: usize) -> u64 {
        match self.wraps.is_empty() {
            true => 0,
            false => self.wraps.get(&bucket).copied().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::{Buckets, bucket, middle};

    proptest! {
        #[test]
        fn a_bucket_knows_its_times_to_a_hundredth(time in any::<u64>(), shift in 0_u32..64) {
            let time = time >> shift;
            let off = middle(bucket(time)).abs_diff(time);
            prop_assert!(off as f64 <= time as f64 / 256.0 + 0.5, "{time} is off by {off}");
        }
    }

    #[test]
    fn counts_go_on_beyond_32_bits() {
        let mut buckets = Buckets::default();
        buckets.add(300);
        for _ in 0..40 {
            let half = buckets.clone();
            buckets.merge(&half);
        }
        buckets.add(7);
        assert!(buckets.filled().eq([(7, 1), (300, 1 << 40)]));

        let mut buckets = Buckets::default();
        buckets.pages[0] = Some(Box::new([u32::MAX; 128]));
        buckets.add(5);
        assert_eq!(buckets.filled().nth(5), Some((5, 1 << 32)));
    }
}
