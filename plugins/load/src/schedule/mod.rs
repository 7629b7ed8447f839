//! When requests fall due. Each time is worked out anew from the request's number, so that nothing adds
//! up, however long a test runs.

mod replay;

use plimsoll_harness::random::Stream;

pub(crate) use self::replay::Replay;
use crate::clock::SECOND;

/// A rate that rises in a straight line from 0 and then stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    /// Requests a second at the end of the ramp.
    pub rate: f64,
    /// How long it rises, in nanoseconds.
    pub ramp: u64,
}

impl Ramp {
    /// Requests a second at a time.
    #[must_use]
    pub fn at(&self, now: u64) -> f64 {
        match now < self.ramp {
            true => self.rate * (now as f64 / self.ramp as f64),
            false => self.rate,
        }
    }

    /// How many requests fall due until a time.
    #[must_use]
    pub fn due(&self, until: u64) -> f64 {
        let rising = until.min(self.ramp) as f64 / SECOND as f64;
        let ramp = (self.ramp.max(1)) as f64 / SECOND as f64;
        let steady = until.saturating_sub(self.ramp) as f64 / SECOND as f64;
        let risen = match self.ramp {
            0 => 0.0,
            _ => self.rate * rising * rising / (2.0 * ramp),
        };
        risen + self.rate * steady
    }

    /// When the request with a number, that need not be whole, falls due.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts of floats saturate, which is what is wanted"
    )]
    fn time(&self, number: f64) -> u64 {
        let ramp = self.ramp as f64;
        let in_ramp = self.rate * ramp / SECOND as f64 / 2.0;
        if number < in_ramp {
            return (ramp * (number / in_ramp).sqrt()) as u64;
        }
        self.ramp + ((number - in_ramp) / self.rate * SECOND as f64) as u64
    }

    /// As [`time`](Self::time) for whole numbers, exact after the ramp: half the ramp and then n over the
    /// rate, in whole nanoseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are positive, and times end with the test"
    )]
    fn exact(&self, number: u64, phase: f64) -> u64 {
        let in_ramp = self.rate * self.ramp as f64 / SECOND as f64 / 2.0;
        if (number as f64 + phase) < in_ramp {
            return self.time(number as f64 + phase);
        }
        let micro_rate = (self.rate * 1e6).round().max(1.0) as u128;
        let steady = u128::from(number) * 1_000_000 * u128::from(SECOND) / micro_rate;
        let shift = (phase / self.rate * SECOND as f64) as u64;
        let steady = u64::try_from(steady).unwrap_or(u64::MAX);
        steady.saturating_add(self.ramp / 2).saturating_add(shift)
    }
}

/// The part of an endpoint's requests that one event loop sends.
pub(crate) enum Schedule {
    /// Evenly: every `stride`-th request.
    Constant {
        ramp: Ramp,
        next: u64,
        stride: u64,
        phase: f64,
    },
    /// At random, as a Poisson process: gaps are exponential.
    Poisson {
        ramp: Ramp,
        /// Requests that were expected until the last one.
        expected: f64,
        random: Stream,
    },
    /// As recorded: the loop has the trace.
    Replayed,
    /// Nothing falls due: workers send as fast as they go.
    Unpaced,
}

impl Schedule {
    /// When the next request falls due.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<u64> {
        match self {
            Self::Constant {
                ramp,
                next,
                stride,
                phase,
            } => {
                let number = *next;
                *next += *stride;
                Some(ramp.exact(number, *phase))
            }
            Self::Poisson {
                ramp,
                expected,
                random,
            } => {
                // Of a uniform number above 0 there is always a logarithm.
                *expected -= (1.0 - random.unit()).ln();
                Some(ramp.time(*expected))
            }
            Self::Replayed | Self::Unpaced => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_harness::random::Stream;
    use proptest::prelude::{prop_assert, proptest};

    use super::{Ramp, Schedule};
    use crate::clock::SECOND;

    fn times(mut schedule: Schedule, until: u64) -> Vec<u64> {
        std::iter::from_fn(|| schedule.next())
            .take_while(|at| *at < until)
            .collect()
    }

    fn constant(rate: f64, ramp: u64) -> Schedule {
        Schedule::Constant {
            ramp: Ramp { rate, ramp },
            next: 0,
            stride: 1,
            phase: 0.0,
        }
    }

    #[test]
    fn every_rate_is_held_exactly() {
        for rate in [1.0, 300.0, 999.0, 1500.0, 30_000.0] {
            let times = times(constant(rate, 0), 10 * SECOND);
            assert_eq!(times.len() as f64, rate * 10.0);
        }
        let times = times(constant(1e6 / 3.0, 0), SECOND);
        assert_eq!(times.len(), 333_334);
    }

    #[test]
    fn a_ramp_sends_half_and_then_all() {
        let ramp = Ramp {
            rate: 1000.0,
            ramp: 4 * SECOND,
        };
        let times = times(constant(1000.0, 4 * SECOND), 6 * SECOND);
        assert!(times.is_sorted());
        let until = |second: u64| times.iter().filter(|at| **at < second * SECOND).count();
        assert_eq!((until(2), until(4), until(6)), (500, 2000, 4000));
        assert_eq!((ramp.at(SECOND), ramp.due(6 * SECOND)), (250.0, 4000.0));
    }

    proptest! {
        #[test]
        fn shards_send_together_what_one_would(rate in 1.0_f64..5000.0, shards in 1_u64..5, ramp in 0_u64..2) {
            let ramp = Ramp { rate, ramp: ramp * SECOND };
            let mut together = Vec::new();
            for next in 0..shards {
                together.extend(times(Schedule::Constant { ramp, next, stride: shards, phase: 0.0 }, 3 * SECOND));
            }
            together.sort_unstable();
            prop_assert!(together == times(constant(rate, ramp.ramp), 3 * SECOND));
        }

        #[test]
        fn random_arrivals_are_as_many_as_expected(seed in 0_u64..1000) {
            let ramp = Ramp { rate: 2000.0, ramp: SECOND };
            let schedule = Schedule::Poisson { ramp, expected: 0.0, random: Stream::new(seed, "arrivals") };
            let count = times(schedule, 4 * SECOND).len() as f64;
            // Seven standard deviations of a Poisson count of 7000.
            prop_assert!((count - 7000.0).abs() < 7.0 * 7000_f64.sqrt(), "{count}");
        }
    }
}
