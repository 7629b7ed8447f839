use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::recorder::Recorder;

/// The width of the bins of [`Stats::dispersion`], in nanoseconds.
const BIN: u64 = 10_000_000;

/// What arrived since the start, or since the statistics were last forgotten.
///
/// A request arrives when the whole of it has been read. One that is sent before the answer to the one
/// ahead of it on its connection is read after that answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Requests.
    pub requests: u64,
    /// When the first came, since the server's start.
    pub first: Option<Duration>,
    /// When the last came, since the server's start.
    pub last: Option<Duration>,
    /// Requests of each path, without its query; of the first 10,000 paths of each thread.
    pub paths: BTreeMap<String, u64>,
    /// Times between arrivals that follow each other; where arrivals are recorded, and two came.
    pub gaps: Option<Gaps>,
    /// The index of dispersion of counts: their variance over their mean, in whole bins of 10 ms from the
    /// first arrival on. 0 is a steady rate, 1 a Poisson process, more is bursts. Where arrivals are
    /// recorded, and last for two bins.
    pub dispersion: Option<f64>,
    /// The most connections that were open at once.
    pub connections: u64,
    /// The most requests that were in service at once.
    pub in_service: u64,
}

/// Times between arrivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// Their mean.
    pub mean: Duration,
    /// Their median.
    pub median: Duration,
    /// Their coefficient of variation: standard deviation over mean.
    pub variation: f64,
}

impl Stats {
    pub(crate) fn add(&mut self, seen: &Recorder) {
        let early = |a: Option<Duration>, b: Option<Duration>| a.into_iter().chain(b).min();
        self.requests += seen.requests;
        self.first = early(self.first, seen.first.map(Duration::from_nanos));
        self.last = self.last.max(seen.last.map(Duration::from_nanos));
        for (path, count) in &seen.paths {
            *self.paths.entry(path.clone()).or_default() += count;
        }
    }

    /// `arrivals` are in order.
    pub(crate) fn describe(&mut self, arrivals: &[u64]) {
        self.gaps = Gaps::of(arrivals);
        self.dispersion = dispersion(arrivals);
    }

    /// As one JSON object; the names tell the units.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let micro = |time: Duration| time.as_secs_f64() * 1e6;
        json!({
            "requests": self.requests,
            "first_seconds": self.first.map(|time| time.as_secs_f64()),
            "last_seconds": self.last.map(|time| time.as_secs_f64()),
            "gap_mean_us": self.gaps.map(|gaps| micro(gaps.mean)),
            "gap_median_us": self.gaps.map(|gaps| micro(gaps.median)),
            "gap_cv": self.gaps.map(|gaps| gaps.variation),
            "dispersion_10ms": self.dispersion,
            "connections_max": self.connections,
            "in_service_max": self.in_service,
            "paths": self.paths,
        })
    }
}

impl Gaps {
    fn of(arrivals: &[u64]) -> Option<Self> {
        let mut gaps: Vec<u64> = arrivals.windows(2).map(|pair| pair[1] - pair[0]).collect();
        if gaps.is_empty() {
            return None;
        }
        let count = gaps.len() as f64;
        let mean = gaps.iter().sum::<u64>() as f64 / count;
        let variance = gaps
            .iter()
            .map(|gap| (*gap as f64 - mean).powi(2))
            .sum::<f64>()
            / count;
        let middle = gaps.len() / 2;
        let even = gaps.len().is_multiple_of(2);
        let (below, upper, _) = gaps.select_nth_unstable(middle);
        let upper = *upper;
        let median = if even {
            u64::midpoint(below.iter().copied().max().unwrap_or(upper), upper)
        } else {
            upper
        };
        Some(Self {
            mean: Duration::from_secs_f64(mean / 1e9),
            median: Duration::from_nanos(median),
            variation: if mean > 0.0 {
                variance.sqrt() / mean
            } else {
                0.0
            },
        })
    }
}

fn dispersion(arrivals: &[u64]) -> Option<f64> {
    let (first, last) = (*arrivals.first()?, *arrivals.last()?);
    let bins = (last - first) / BIN;
    if bins < 2 {
        return None;
    }
    // Bins that nothing fell into add to neither sum, so none of them is held.
    let bin = |arrival: &u64| (arrival - first) / BIN;
    let (mut sum, mut squares) = (0.0, 0.0);
    for full in arrivals.chunk_by(|a, b| bin(a) == bin(b)) {
        if bin(&full[0]) < bins {
            sum += full.len() as f64;
            squares += (full.len() as f64).powi(2);
        }
    }
    let mean = sum / bins as f64;
    Some((squares / bins as f64 - mean * mean) / mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_steady_rate_has_no_dispersion() {
        let arrivals: Vec<u64> = (0..10_000).map(|n| n * 1_000_000).collect();
        let gaps = Gaps::of(&arrivals).expect("many arrived");
        assert_eq!(gaps.median, Duration::from_millis(1));
        assert_eq!(gaps.mean, Duration::from_millis(1));
        assert!(gaps.variation.abs() < 1e-9);
        assert!(dispersion(&arrivals).expect("long enough").abs() < 1e-9);
    }

    #[test]
    fn a_poisson_process_has_a_dispersion_of_one() {
        let mut random = Random::seeded(3);
        let mut now = 0;
        let arrivals: Vec<u64> = (0..200_000)
            .map(|_| {
                let gap = random.exponential(Duration::from_millis(1));
                now += crate::service::nanoseconds(gap);
                now
            })
            .collect();
        let gaps = Gaps::of(&arrivals).expect("many arrived");
        let found = dispersion(&arrivals).expect("long enough");
        assert!((gaps.variation - 1.0).abs() < 0.02, "{gaps:?}");
        assert!((found - 1.0).abs() < 0.05, "{found}");
    }

    #[test]
    fn nothing_is_said_of_too_little() {
        assert_eq!(Gaps::of(&[5]), None);
        assert_eq!(dispersion(&[]), None);
        assert_eq!(dispersion(&[0, 15_000_000]), None);
        let even = Gaps::of(&[0, 10, 30]).expect("two gaps");
        assert_eq!(even.median, Duration::from_nanos(15));
    }
}
