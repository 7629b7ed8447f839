//! Samples of any length as values of whole seconds, as the original's scraper yields them.

use crate::measure::SECOND;

/// Longest silence that is filled in, in seconds: no window is longer.
const LONGEST: u64 = 3_600;

/// Turns samples into one value a second: the mean over that second. Windows sum what they are given
/// in one second and take seconds without a value for idle ones, so they must get one each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scrape {
    seen: Option<u64>,
    /// The metric times nanoseconds, since the last whole second.
    area: f64,
    /// Nanoseconds that were measured since the last whole second.
    measured: u64,
}

impl Scrape {
    /// How long a sample that ends at `at_ns` is, in nanoseconds: since the last one, and a second
    /// for the first.
    pub(super) fn length(&self, at_ns: u64) -> u64 {
        self.seen
            .map_or(SECOND, |seen| at_ns.saturating_sub(seen))
            .max(1)
    }

    /// Adds a sample, and tells the time and the mean of each second it completes.
    pub(super) fn add(&mut self, at_ns: u64, value: f64, mut tell: impl FnMut(u64, f64)) {
        let begin = match self.seen {
            Some(seen) if seen >= at_ns => return,
            Some(seen) => seen.max(at_ns.saturating_sub(LONGEST * SECOND)),
            None => at_ns.saturating_sub(SECOND),
        };
        self.seen = Some(at_ns);
        let mut from = begin;
        loop {
            let end = (from / SECOND + 1).saturating_mul(SECOND);
            let to = end.min(at_ns);
            self.area += value * nanoseconds(to - from);
            self.measured += to - from;
            if to < end {
                return;
            }
            // A steady second is told as it was measured, not as a quotient of products.
            let mean = if self.measured == to - from {
                value
            } else {
                self.area / nanoseconds(self.measured)
            };
            tell(end, mean);
            (self.area, self.measured) = (0.0, 0);
            if to == at_ns {
                return;
            }
            from = to;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most a second")]
fn nanoseconds(length: u64) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::{SECOND, Scrape};
    use crate::measure::nanoseconds;

    #[test]
    fn each_second_is_told_once() {
        let mut scrape = Scrape::default();
        let mut told = Vec::new();
        let mut add = |at: f64, value: f64| {
            let at = nanoseconds(at);
            scrape.add(at, value, |second, mean| told.push((second / SECOND, mean)));
        };
        add(1.0, 3.0);
        add(1.25, 4.0);
        add(2.0, 0.0);
        add(5.0, 7.0);
        add(5.0, 9.0);
        add(5.5, 2.0);
        add(7.0, 4.0);
        assert_eq!(
            told,
            [
                (1, 3.0),
                (2, 1.0),
                (3, 7.0),
                (4, 7.0),
                (5, 7.0),
                (6, 3.0),
                (7, 4.0)
            ]
        );
    }
}
