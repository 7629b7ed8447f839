//! Any percentile of what arrived.

use std::fmt;
use std::sync::Arc;

use super::Histogram;
use crate::time::{seconds, whole};

/// The latencies of the completed requests, as finely as they were counted. A clone shares them.
#[derive(Clone, Default, PartialEq)]
pub struct Percentiles {
    /// Latencies in nanoseconds, in order, and how many requests were within each.
    within: Arc<[(u64, u64)]>,
}

impl Percentiles {
    pub(super) fn of(histogram: &Histogram) -> Self {
        let buckets = histogram.buckets().scan(0, |within, (latency, count)| {
            *within += count;
            // No bucket ends behind the longest time, which is exact.
            Some((latency.min(histogram.max()), *within))
        });
        Self {
            within: buckets.collect(),
        }
    }

    /// The latency in seconds, to 0.4 %, that a share of so many arrived requests, from 0 to 1,
    /// was completed within; infinite where fewer were completed, and 0 where none arrived.
    #[must_use]
    pub fn of_arrived(&self, share: f64, arrived: u64) -> f64 {
        if arrived == 0 {
            return 0.0;
        }
        // A share such as 0.07 of 100 is a bit above 7 in binary, and not the eighth.
        let rank = whole((share * arrived as f64 * (1.0 - 1e-12)).ceil()).max(1);
        let place = self.within.partition_point(|(_, within)| *within < rank);
        let found = self.within.get(place);
        found.map_or(f64::INFINITY, |(latency, _)| seconds(*latency))
    }
}

impl fmt::Debug for Percentiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Percentiles")
            .field("completed", &self.within.last().map_or(0, |last| last.1))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    use super::{Histogram, Percentiles};

    proptest! {
        /// Each percentile is the latency of its rank among all that arrived, where those that
        /// were not completed come last.
        #[test]
        fn a_percentile_is_a_rank(
            mut times in prop::collection::vec(0_u64..10_000_000_000, 0..300),
            lost in 0_usize..30,
            per_mille in 1_usize..=1000,
        ) {
            let mut histogram = Histogram::default();
            times.iter().for_each(|time| histogram.record(*time));
            times.sort_unstable();
            let arrived = times.len() + lost;
            let found = Percentiles::of(&histogram)
                .of_arrived(per_mille as f64 / 1000.0, arrived as u64);
            let rank = (per_mille * arrived).div_ceil(1000);
            if arrived == 0 {
                prop_assert_eq!(found, 0.0);
            } else if let Some(exact) = times.get(rank - 1) {
                let exact = *exact as f64 / 1e9;
                prop_assert!((found - exact).abs() <= exact / 128.0 + 1e-9, "{found} for {exact}");
            } else {
                prop_assert_eq!(found, f64::INFINITY);
            }
        }
    }
}
