//! Counts of times in log-linear buckets, at a fixed size.

/// Buckets in each doubling: a time is known to 1/128, and its bucket's middle to 0.4 %.
const STEPS: u32 = 7;
const BUCKETS: usize = ((64 - STEPS + 1) << STEPS) as usize;

/// A histogram of times in nanoseconds. Its size does not depend on how many are counted.
#[derive(Clone)]
pub struct Histogram {
    buckets: Box<[u64; BUCKETS]>,
    sum: u128,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: Box::new([0; BUCKETS]),
            sum: 0,
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
        self.buckets[bucket(nanoseconds)] += 1;
        self.sum += u128::from(nanoseconds);
        self.max = self.max.max(nanoseconds);
    }

    /// How many times were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// How many of them were 0.
    #[must_use]
    pub fn zeros(&self) -> u64 {
        self.buckets[0]
    }

    /// The mean, exact, in nanoseconds; 0 when nothing was counted.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self.count() {
            0 => 0.0,
            count => self.sum as f64 / count as f64,
        }
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
        let rank = crate::time::whole((share * count as f64).ceil()).clamp(1, count.max(1));
        let mut seen = 0;
        for (index, in_bucket) in self.buckets.iter().enumerate() {
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
        let within: u64 = self.buckets[..=bucket(nanoseconds)].iter().sum();
        within as f64 / count as f64
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        for (own, others) in self.buckets.iter_mut().zip(other.buckets.iter()) {
            *own += others;
        }
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// Each bucket that is not empty, as its middle and its count, in order.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let all = self.buckets.iter().enumerate();
        all.filter(|(_, count)| **count > 0)
            .map(|(index, count)| (middle(index), *count))
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
            let rank = crate::time::whole((share * times.len() as f64).ceil());
            let rank = usize::try_from(rank).unwrap().clamp(1, times.len());
            let exact = times[rank - 1] as f64;
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
        assert_eq!(one.mean(), all.mean());
    }
}
