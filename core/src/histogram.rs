//! Counts of times in log-linear buckets.

/// Buckets in each doubling: a time is known to 1/128, and its bucket's middle to 0.4 %.
const STEPS: u32 = 7;
const PAGE: usize = 1 << STEPS;
const PAGES: usize = 64 - STEPS as usize + 1;

/// A histogram of times in nanoseconds. Its size does not depend on how many are counted: it has a
/// kilobyte for each doubling in which there is a time, and so about ten for what one thing takes.
#[derive(Clone)]
pub struct Histogram {
    pages: [Option<Box<[u64; PAGE]>>; PAGES],
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            pages: [const { None }; PAGES],
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }
}

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is left after the shift is below 256"
)]
fn bucket(value: u64) -> usize {
    // Below 2⁷ the bucket is the value itself; beyond, each doubling has 2⁷ buckets.
    let shift = (63 - (value | 1).leading_zeros()).saturating_sub(STEPS);
    ((shift as usize) << STEPS) + (value >> shift) as usize
}

/// The rank of the time that a share of them does not exceed, from 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, which is what is wanted"
)]
fn rank(share: f64, count: u64) -> u64 {
    ((share * count as f64).ceil() as u64).clamp(1, count.max(1))
}

/// The middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let doubling = bucket >> STEPS;
    if doubling < 2 {
        return bucket as u64;
    }
    let shift = doubling - 1;
    let low = (bucket - (shift << STEPS)) as u64;
    (low << shift) + (1_u64 << shift >> 1)
}

impl Histogram {
    /// Counts a time.
    #[inline]
    pub fn record(&mut self, nanoseconds: u64) {
        let bucket = bucket(nanoseconds);
        let page = self.pages[bucket >> STEPS].get_or_insert_with(|| Box::new([0; PAGE]));
        page[bucket & (PAGE - 1)] += 1;
        self.count += 1;
        self.sum += u128::from(nanoseconds);
        self.min = self.min.min(nanoseconds);
        self.max = self.max.max(nanoseconds);
    }

    /// How many times were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many of them were 0.
    #[must_use]
    pub fn zeros(&self) -> u64 {
        self.pages[0].as_ref().map_or(0, |page| page[0])
    }

    /// The mean, exact, in nanoseconds; 0 when nothing was counted.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self.count() {
            0 => 0.0,
            count => self.sum as f64 / count as f64,
        }
    }

    /// The shortest time, exact; 0 when nothing was counted.
    #[must_use]
    pub fn min(&self) -> u64 {
        self.min.min(self.max)
    }

    /// The longest time, exact.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The time that this share of the times does not exceed, to 0.4 %; 0 when nothing was
    /// counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> u64 {
        let count = self.count();
        let rank = rank(share, count);
        let mut seen = 0;
        for (index, in_bucket) in self.filled() {
            seen += in_bucket;
            if seen >= rank {
                return middle(index).min(self.max);
            }
        }
        self.max
    }

    /// The share of the times that do not exceed this one, to the width of a bucket; 1 when
    /// nothing was counted.
    #[must_use]
    pub fn share_within(&self, nanoseconds: u64) -> f64 {
        let count = self.count();
        if count == 0 {
            return 1.0;
        }
        let last = bucket(nanoseconds);
        let within = self.filled().take_while(|(index, _)| *index <= last);
        let within: u64 = within.map(|(_, count)| count).sum();
        within as f64 / count as f64
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        for (own, others) in self.pages.iter_mut().zip(&other.pages) {
            match (own, others) {
                (_, None) => {}
                (own @ None, others) => own.clone_from(others),
                (Some(own), Some(others)) => {
                    own.iter_mut()
                        .zip(&**others)
                        .for_each(|(own, other)| *own += other);
                }
            }
        }
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Each bucket that is not empty, as its middle and its count, in order.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.filled().map(|(index, count)| (middle(index), count))
    }

    /// Each bucket that is not empty, and its count.
    fn filled(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let pages = self.pages.iter().enumerate();
        pages
            .filter_map(|(number, page)| Some((number << STEPS, page.as_ref()?)))
            .flat_map(|(first, page)| (first..).zip(page.iter().copied()))
            .filter(|(_, count)| *count > 0)
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Histogram")
            .field("count", &self.count())
            .field("mean", &self.mean())
            .field("max", &self.max)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, proptest};

    use super::{Histogram, bucket, middle};

    proptest! {
        #[test]
        fn a_bucket_knows_its_times_to_a_hundredth(value in any::<u64>(), shift in 0_u32..64) {
            let value = value >> shift;
            let off = middle(bucket(value)).abs_diff(value);
            prop_assert!(off as f64 <= value as f64 / 256.0 + 0.5, "{value} is off by {off}");
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_times(
            mut times in prop::collection::vec(0_u64..1_000_000_000, 1..300),
            share in 0.01_f64..1.0,
        ) {
            let mut histogram = Histogram::default();
            times.iter().for_each(|time| histogram.record(*time));
            times.sort_unstable();
            let rank = super::rank(share, times.len() as u64);
            let exact = times[usize::try_from(rank).unwrap() - 1] as f64;
            let found = histogram.quantile(share) as f64;
            prop_assert!((found - exact).abs() <= exact / 128.0 + 1.0, "{found} for {exact}");
        }
    }

    #[test]
    fn merging_is_counting_all() {
        let (mut one, mut other, mut all) = <(Histogram, Histogram, Histogram)>::default();
        for time in 0..1000 {
            let part = if time % 3 == 0 { &mut one } else { &mut other };
            part.record(time * 977);
            all.record(time * 977);
        }
        one.merge(&other);
        assert!(one.buckets().eq(all.buckets()));
        assert_eq!((one.count(), one.max(), one.zeros()), (1000, 999 * 977, 1));
        assert_eq!(one.min(), 0);
        assert_eq!(one.mean(), all.mean());
    }
}
