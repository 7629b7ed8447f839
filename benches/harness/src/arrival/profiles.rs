//! The profiles of the generators: how the rate goes over time.

use super::rate::{Profile, Segment};
use crate::random::{Exponential, Stream};
use crate::time::whole;

/// Segments one after the other, once or over and over.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    segments: Vec<Segment>,
    place: usize,
    again: bool,
}

impl Pieces {
    pub(super) fn new(segments: Vec<Segment>, again: bool) -> Self {
        let segments: Vec<_> = segments
            .into_iter()
            .filter(|piece| piece.length > 0)
            .collect();
        Self {
            again: again && !segments.is_empty(),
            segments,
            place: 0,
        }
    }

    /// One rate for as long as is asked.
    pub(super) fn flat(rate: f64) -> Self {
        Self::new(
            vec![Segment {
                length: u64::MAX / 8,
                from: rate,
                to: rate,
            }],
            false,
        )
    }

    /// A cosine between two rates, by straight lines: its integral is off by less than a
    /// ten-thousandth of the difference.
    pub(super) fn wave(low: f64, high: f64, period: u64, peak: u64) -> Self {
        const STEPS: u32 = 288;
        let rate = |step: u32| {
            let share = f64::from(step) / f64::from(STEPS) - peak as f64 / period as f64;
            let turn = libm::cos(2.0 * std::f64::consts::PI * share);
            f64::midpoint(low, high) + (high - low) / 2.0 * turn
        };
        let edge = |step: u32| {
            period / u64::from(STEPS) * u64::from(step)
                + period % u64::from(STEPS) * u64::from(step) / u64::from(STEPS)
        };
        let piece = |step: u32| Segment {
            length: edge(step + 1) - edge(step),
            from: rate(step).max(0.0),
            to: rate(step + 1).max(0.0),
        };
        Self::new((0..STEPS).map(piece).collect(), true)
    }
}

impl Profile for Pieces {
    fn next(&mut self) -> Option<Segment> {
        if self.place == self.segments.len() && self.again {
            self.place = 0;
        }
        let segment = self.segments.get(self.place).copied();
        self.place += usize::from(segment.is_some());
        segment
    }
}

/// Two rates that take turns, each for an exponentially distributed time: a Markov-modulated
/// Poisson process of two states (Fischer and Meier-Hellstern, "The MMPP cookbook", 1993).
pub(super) struct Switching {
    pub(super) rates: [f64; 2],
    /// Mean times, in nanoseconds.
    pub(super) times: [f64; 2],
    pub(super) state: usize,
    pub(super) stream: Stream,
}

impl Profile for Switching {
    fn next(&mut self) -> Option<Segment> {
        self.state = 1 - self.state;
        let rate = self.rates[self.state];
        let time = self.times[self.state] * Exponential::new().draw(&mut self.stream);
        Some(Segment {
            length: whole(time).max(1),
            from: rate,
            to: rate,
        })
    }
}

/// Many sources that are on and off for Pareto distributed times. Their sum is self-similar with
/// the Hurst parameter (3 - α) / 2 (Willinger et al., "Self-similarity through high-variability",
/// 1997).
pub(super) struct ParetoSources {
    /// What one source adds to the rate while it is on.
    rate: f64,
    alpha: f64,
    shortest: f64,
    /// When each source switches next, and whether it is on.
    sources: Vec<(u64, bool)>,
    now: u64,
    stream: Stream,
}

impl ParetoSources {
    /// `rate` is the mean of the sum; `time` the mean on and off time in nanoseconds.
    pub(super) fn new(rate: f64, hurst: f64, time: f64, count: u32, mut stream: Stream) -> Self {
        let alpha = 3.0 - 2.0 * hurst;
        let shortest = time * (alpha - 1.0) / alpha;
        // Each source begins somewhere in its first time, so that they do not switch at once.
        let sources = (0..count)
            .map(|_| {
                let first = pareto(shortest, alpha, &mut stream) as f64 * stream.unit();
                (whole(first).max(1), stream.unit() < 0.5)
            })
            .collect();
        Self {
            rate: 2.0 * rate / f64::from(count),
            alpha,
            shortest,
            sources,
            now: 0,
            stream,
        }
    }
}

/// A Pareto distributed time, cut at a thousand million times the shortest.
fn pareto(shortest: f64, alpha: f64, stream: &mut Stream) -> u64 {
    let stretch = libm::pow(1.0 - stream.unit(), -1.0 / alpha);
    whole(shortest * stretch.min(1e9)).max(1)
}

impl Profile for ParetoSources {
    fn next(&mut self) -> Option<Segment> {
        let on = self.sources.iter().filter(|(_, on)| *on).count();
        let rate = self.rate * on as f64;
        let (shortest, alpha) = (self.shortest, self.alpha);
        let (at, switching) = self.sources.iter_mut().min_by_key(|(at, _)| *at)?;
        let next = *at;
        *switching = !*switching;
        *at = next.saturating_add(pareto(shortest, alpha, &mut self.stream));
        let length = next - std::mem::replace(&mut self.now, next);
        Some(Segment {
            length,
            from: rate,
            to: rate,
        })
    }
}

/// A profile that begins later and ends.
pub(super) struct Between<P> {
    pub(super) profile: P,
    pub(super) wait: u64,
    pub(super) left: u64,
}

impl<P: Profile> Profile for Between<P> {
    fn next(&mut self) -> Option<Segment> {
        if self.wait > 0 {
            let length = std::mem::take(&mut self.wait);
            return Some(Segment {
                length,
                from: 0.0,
                to: 0.0,
            });
        }
        if self.left == 0 {
            return None;
        }
        let mut segment = self.profile.next()?;
        if segment.length > self.left {
            let share = self.left as f64 / segment.length as f64;
            segment.to = segment.from + (segment.to - segment.from) * share;
            segment.length = self.left;
        }
        self.left -= segment.length;
        Some(segment)
    }
}

impl Profile for Box<dyn Profile> {
    fn next(&mut self) -> Option<Segment> {
        (**self).next()
    }
}
