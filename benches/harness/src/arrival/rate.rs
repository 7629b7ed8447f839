//! Arrivals that follow a rate: every generator is a profile of rates and a spacing.
//!
//! A profile is cut into segments in which the rate is constant or changes in a straight line.
//! Between arrivals the integral of the rate grows by what the spacing draws: 1 for evenly spaced
//! ones, an exponential of mean 1 for a Poisson process (Çinlar, "Introduction to Stochastic
//! Processes", 1975, 4.7). Within a segment that is solved exactly.

use super::{Arrival, Arrivals, BATCH};
use crate::error::Error;
use crate::random::{Exponential, Stream};

/// A part of a profile in which the rate changes in a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// How long it is, in nanoseconds; not 0.
    pub length: u64,
    /// The rate at its beginning, in requests a nanosecond; at least 0.
    pub from: f64,
    /// The rate at its end.
    pub to: f64,
}

/// Rates over time.
pub trait Profile: Send {
    /// The next segment; `None` when there are no more.
    fn next(&mut self) -> Option<Segment>;
}

/// How arrivals are spaced along the integral of the rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Spacing {
    /// Independent of each other.
    #[default]
    Poisson,
    /// One after the same share of a request each.
    Even,
    /// More bursty than Poisson: gaps of a two-phase hyperexponential distribution with balanced
    /// means and this coefficient of variation, which is above 1.
    Bursty(f64),
}

/// The arrivals of a profile.
pub struct Timed<P> {
    profile: P,
    spacing: Gaps,
    stream: Stream,
    /// The segment that we are in, when it began, and how far we are in it, in nanoseconds.
    segment: Segment,
    began: u64,
    offset: f64,
}

enum Gaps {
    Poisson(Exponential),
    Even,
    Bursty {
        share: f64,
        exponential: Exponential,
    },
}

impl Gaps {
    #[inline]
    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Poisson(exponential) => exponential.draw(stream),
            Self::Even => 1.0,
            Self::Bursty { share, exponential } => {
                let share = if stream.unit() < *share {
                    *share
                } else {
                    1.0 - share
                };
                exponential.draw(stream) / (2.0 * share)
            }
        }
    }
}

impl<P: Profile> Timed<P> {
    /// Arrivals under a seed.
    pub fn new(profile: P, spacing: Spacing, seed: u64) -> Self {
        let exponential = Exponential::new();
        Self {
            profile,
            spacing: match spacing {
                Spacing::Poisson => Gaps::Poisson(exponential),
                Spacing::Even => Gaps::Even,
                Spacing::Bursty(variation) => {
                    let square = variation * variation;
                    let share = 0.5 * (1.0 - ((square - 1.0) / (square + 1.0)).sqrt());
                    Gaps::Bursty { share, exponential }
                }
            },
            stream: Stream::new(seed, "arrivals"),
            segment: Segment {
                length: 0,
                from: 0.0,
                to: 0.0,
            },
            began: 0,
            offset: 0.0,
        }
    }

    /// Goes on until the integral has grown by this; `None` at the end.
    #[inline]
    fn advance(&mut self, mut missing: f64) -> Option<u64> {
        loop {
            let Segment { length, from, to } = self.segment;
            let length = length as f64;
            let offset = if from == to {
                self.offset + missing / from
            } else {
                let slope = (to - from) / length;
                let rate = from + slope * self.offset;
                let square = rate * rate + 2.0 * slope * missing;
                // Where the square is negative, the rate falls to 0 before it is reached.
                if square < 0.0 {
                    f64::INFINITY
                } else {
                    self.offset + 2.0 * missing / (rate + square.sqrt())
                }
            };
            // Also false for what is no number, of a segment whose rate is 0.
            if offset < length {
                self.offset = offset;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "the offset is within the segment"
                )]
                return Some(self.began + offset as u64);
            }
            let mean = f64::midpoint(from + (to - from) * (self.offset / length.max(1.0)), to);
            missing = (missing - mean * (length - self.offset)).max(0.0);
            self.began += self.segment.length;
            self.offset = 0.0;
            self.segment = self.profile.next()?;
        }
    }
}

impl<P: Profile> Arrivals for Timed<P> {
    fn fill(&mut self, batch: &mut Vec<Arrival>) -> Result<(), Error> {
        for _ in 0..BATCH {
            let gap = self.spacing.draw(&mut self.stream);
            let Some(at) = self.advance(gap) else {
                // The profile stays at its end: what is asked again has no more either.
                self.segment = Segment {
                    length: 0,
                    from: 0.0,
                    to: 0.0,
                };
                break;
            };
            batch.push(Arrival {
                at,
                input: 0,
                output: 0,
            });
        }
        Ok(())
    }
}

impl<P> std::fmt::Debug for Timed<P> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Timed")
            .field("segment", &self.segment)
            .field("began", &self.began)
            .finish_non_exhaustive()
    }
}
