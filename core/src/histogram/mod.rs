//! Counts of times in log-linear buckets.

mod buckets;

use self::buckets::{Buckets, bucket, middle};

/// So many times are kept as they are; only more have buckets.
const FEW: usize = 64;

/// A histogram of times in nanoseconds. Its size does not depend on how many are counted: it has half a
/// kilobyte for each doubling in which there is a time, and so about five for what one thing takes. A few
/// times alone take less: as much as themselves.
#[derive(Clone)]
pub struct Histogram {
    /// The times, as long as there are few.
    few: Vec<u64>,
    many: Option<Box<Buckets>>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            few: Vec::new(),
            many: None,
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }
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

/// The buckets of a few times and how many are in each, in order.
fn grouped(few: &[u64]) -> Vec<(usize, u64)> {
    let mut buckets: Vec<usize> = few.iter().copied().map(bucket).collect();
    buckets.sort_unstable();
    let same = buckets.chunk_by(|one, next| one == next);
    same.map(|same| (same[0], same.len() as u64)).collect()
}

impl Histogram {
    /// Counts a time.
    #[inline]
    pub fn record(&mut self, nanoseconds: u64) {
        self.keep(nanoseconds);
        self.count += 1;
        self.sum += u128::from(nanoseconds);
        self.min = self.min.min(nanoseconds);
        self.max = self.max.max(nanoseconds);
    }

    #[inline]
    fn keep(&mut self, time: u64) {
        match &mut self.many {
            Some(many) => many.add(bucket(time)),
            None if self.few.len() < FEW => self.few.push(time),
            None => self.buckets_of_all().add(bucket(time)),
        }
    }

    /// Forgets all times, and keeps room for a few.
    pub fn clear(&mut self) {
        let mut few = std::mem::take(&mut self.few);
        few.clear();
        *self = Self {
            few,
            ..Self::default()
        };
    }

    /// The buckets, into which the few go.
    fn buckets_of_all(&mut self) -> &mut Buckets {
        let many = self.many.get_or_insert_default();
        for time in std::mem::take(&mut self.few) {
            many.add(bucket(time));
        }
        many
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
        let first = self.filled().next();
        first.map_or(0, |(bucket, count)| if bucket == 0 { count } else { 0 })
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
        let [time] = self.quantiles([share]);
        time
    }

    /// As [`quantile`](Self::quantile) for several shares in rising order, in one pass.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [u64; N] {
        let mut filled = self.filled();
        let (mut seen, mut time) = (0, 0);
        shares.map(|share| {
            let rank = rank(share, self.count);
            while seen < rank
                && let Some((bucket, count)) = filled.next()
            {
                seen += count;
                time = middle(bucket).min(self.max);
            }
            time
        })
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
        match &other.many {
            Some(many) => self.buckets_of_all().merge(many),
            None => other.few.iter().for_each(|time| self.keep(*time)),
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
        let many = self.many.iter().flat_map(|many| many.filled());
        grouped(&self.few).into_iter().chain(many)
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
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    use super::Histogram;

    proptest! {
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
            let shares = [share / 2.0, share, (1.0 + share) / 2.0];
            prop_assert_eq!(histogram.quantiles(shares), shares.map(|share| histogram.quantile(share)));
        }

        #[test]
        fn merging_is_counting_all(
            times in prop::collection::vec(0_u64..1_000_000, 0..300),
            split in 0_usize..300,
        ) {
            let of = |times: &[u64]| {
                let mut histogram = Histogram::default();
                times.iter().for_each(|time| histogram.record(*time));
                histogram
            };
            let (one, other) = times.split_at(split.min(times.len()));
            let (mut merged, all) = (of(other), of(&times));
            merged.clear();
            prop_assert!(merged.is_empty() && merged.buckets().next().is_none());
            merged.merge(&of(one));
            merged.merge(&of(other));
            prop_assert!(merged.buckets().eq(all.buckets()));
            prop_assert!(all.buckets().is_sorted_by(|one, next| one.0 < next.0));
            let figures = |it: &Histogram| (it.count(), it.min(), it.max(), it.zeros(), it.mean());
            prop_assert_eq!(figures(&merged), figures(&all));
        }
    }

    #[test]
    fn a_few_are_counted_as_many_are() {
        let (mut few, mut many) = <(Histogram, Histogram)>::default();
        for time in [0, 0, 977, 1_000_000, 999_999] {
            few.record(time);
            (0..100).for_each(|_| many.record(time));
        }
        let share = |(time, count)| (time, count * 100);
        assert!(few.buckets().map(share).eq(many.buckets()));
        assert_eq!((few.zeros(), many.zeros()), (2, 200));
        assert_eq!((few.min(), few.max()), (0, 1_000_000));
        assert_eq!(few.share_within(977), many.share_within(977));
        for share in [0.1, 0.5, 0.99] {
            assert_eq!(few.quantile(share), many.quantile(share));
        }
    }
}
