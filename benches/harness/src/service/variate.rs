//! Distributions of times: service times and cold starts.

use std::sync::Arc;

use crate::random::{Exponential, Normal, Stream};
use crate::time::whole;

/// A distribution of times, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Variate {
    /// Always the same.
    Constant(f64),
    /// Any time between two, equally likely.
    Uniform(f64, f64),
    /// Memoryless, by its mean.
    Exponential(f64),
    /// The exponential of a normal one.
    Lognormal {
        /// Half of the times are below it.
        median: f64,
        /// The deviation of the logarithm.
        sigma: f64,
    },
    /// One of two exponentials: the first with the chance `share`.
    Hyperexponential {
        /// The chance of the first, from 0 to 1.
        share: f64,
        /// The mean of the first.
        first: f64,
        /// The mean of the second.
        second: f64,
    },
    /// One of these, equally likely each. Not empty.
    Empirical(Arc<[f64]>),
}

/// The point below which 99 % of a normal distribution lie.
pub(crate) const NORMAL_P99: f64 = 2.326_347_874_040_841;

impl Variate {
    /// The lognormal distribution of a mean and a 99th percentile; `None` where there is none,
    /// since the percentile is below the mean or more than e^(2.326²/2) = 14.97 times it.
    #[must_use]
    pub fn lognormal_of_p99(mean: f64, p99: f64) -> Option<Self> {
        // ln p99 - ln mean = z sigma - sigma²/2, of which the smaller root is meant.
        let distance = libm::log(p99 / mean);
        let square = NORMAL_P99 * NORMAL_P99 - 2.0 * distance;
        (distance >= 0.0 && square >= 0.0).then(|| {
            let sigma = NORMAL_P99 - square.sqrt();
            Self::Lognormal {
                median: mean / libm::exp(sigma * sigma / 2.0),
                sigma,
            }
        })
    }

    /// The mean, in nanoseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) | Self::Exponential(value) => *value,
            Self::Uniform(low, high) => f64::midpoint(*low, *high),
            Self::Lognormal { median, sigma } => median * libm::exp(sigma * sigma / 2.0),
            Self::Hyperexponential {
                share,
                first,
                second,
            } => share * first + (1.0 - share) * second,
            Self::Empirical(values) => values.iter().sum::<f64>() / values.len() as f64,
        }
    }

    /// The mean of the square, in square nanoseconds.
    #[must_use]
    pub fn mean_square(&self) -> f64 {
        match self {
            Self::Constant(value) => value * value,
            Self::Uniform(low, high) => (low * low + low * high + high * high) / 3.0,
            Self::Exponential(mean) => 2.0 * mean * mean,
            Self::Lognormal { median, sigma } => median * median * libm::exp(2.0 * sigma * sigma),
            Self::Hyperexponential {
                share,
                first,
                second,
            } => 2.0 * (share * first * first + (1.0 - share) * second * second),
            Self::Empirical(values) => {
                values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64
            }
        }
    }

    /// The time that a share of the times, from 0 to below 1, is within, in nanoseconds.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform(low, high) => low + (high - low) * share,
            Self::Exponential(mean) => -mean * libm::log(1.0 - share),
            Self::Empirical(values) => {
                let mut values = values.to_vec();
                values.sort_by(f64::total_cmp);
                let place = whole((values.len() as f64 * share).ceil()).max(1);
                let last = values.len() - 1;
                values[usize::try_from(place - 1).map_or(last, |place| place.min(last))]
            }
            Self::Lognormal { median, sigma } => solved(share, |time| {
                let deviations = libm::log(time / median) / (sigma * std::f64::consts::SQRT_2);
                // A deviation of 0 is a step at the median.
                let deviations = if deviations.is_nan() { 0.0 } else { deviations };
                f64::midpoint(1.0, libm::erf(deviations))
            }),
            Self::Hyperexponential {
                share: first_share,
                first,
                second,
            } => solved(share, |time| {
                let within = |mean: f64| 1.0 - libm::exp(-time / mean);
                first_share * within(*first) + (1.0 - first_share) * within(*second)
            }),
        }
    }

    /// What draws from it.
    #[must_use]
    pub fn sampler(&self) -> Sampler {
        Sampler {
            variate: self.clone(),
            exponential: Exponential::new(),
            normal: Normal::default(),
        }
    }
}

/// Where a distribution function reaches a share, to a nanosecond.
fn solved(share: f64, within: impl Fn(f64) -> f64) -> f64 {
    let mut high = 1.0;
    while within(high) < share && high < 1e19 {
        high *= 2.0;
    }
    let mut low = 0.0;
    while high - low > 0.5_f64.max(high * 1e-12) {
        let middle = f64::midpoint(low, high);
        if within(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Draws times from a distribution.
#[derive(Clone, Debug)]
pub struct Sampler {
    variate: Variate,
    exponential: Exponential,
    normal: Normal,
}

impl Sampler {
    /// The next time, in nanoseconds.
    #[inline]
    pub fn draw(&mut self, stream: &mut Stream) -> u64 {
        whole(match &self.variate {
            Variate::Exponential(mean) => mean * self.exponential.draw(stream),
            Variate::Constant(value) => *value,
            Variate::Uniform(low, high) => low + (high - low) * stream.unit(),
            Variate::Lognormal { median, sigma } => {
                median * libm::exp(sigma * self.normal.draw(stream))
            }
            Variate::Hyperexponential {
                share,
                first,
                second,
            } => {
                let mean = if stream.unit() < *share {
                    first
                } else {
                    second
                };
                mean * self.exponential.draw(stream)
            }
            Variate::Empirical(values) => {
                let last = u32::try_from(values.len()).unwrap_or(u32::MAX);
                values[stream.below(last) as usize]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Variate;
    use crate::random::Stream;

    #[test]
    fn nine_of_ten_draws_are_within_their_quantile() {
        let all = [
            Variate::Uniform(1e6, 3e6),
            Variate::Exponential(2e6),
            Variate::lognormal_of_p99(1e6, 4e6).unwrap(),
            Variate::Hyperexponential {
                share: 0.3,
                first: 5e6,
                second: 1e6,
            },
            Variate::Empirical((1..=100).map(f64::from).collect()),
        ];
        for variate in all {
            let mut stream = Stream::new(7, "quantile");
            let mut sampler = variate.sampler();
            let quantile = variate.quantile(0.9);
            let draws = 100_000;
            let within = (0..draws).filter(|_| sampler.draw(&mut stream) as f64 <= quantile);
            let share = within.count() as f64 / f64::from(draws);
            // Four standard errors.
            assert!((share - 0.9).abs() < 0.004, "{variate:?}: {share}");
        }
        assert_eq!(Variate::Constant(5.0).quantile(0.9), 5.0);
        let step = Variate::Lognormal {
            median: 1e9,
            sigma: 0.0,
        };
        assert!((step.quantile(0.9) - 1e9).abs() < 1.0);
    }

    #[test]
    fn draws_have_the_mean_and_square_that_are_said() {
        let all = [
            Variate::Constant(1e6),
            Variate::Uniform(1e6, 3e6),
            Variate::Exponential(2e6),
            Variate::lognormal_of_p99(1e6, 4e6).unwrap(),
            Variate::Hyperexponential {
                share: 0.3,
                first: 1e6,
                second: 5e6,
            },
            Variate::Empirical([1e6, 2e6, 9e6].into()),
        ];
        for variate in all {
            let mut sampler = variate.sampler();
            let mut stream = Stream::new(11, "service");
            let draws = 1_000_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..draws {
                let value = sampler.draw(&mut stream) as f64;
                sum += value;
                squares += value * value;
            }
            let mean = sum / f64::from(draws);
            let square = squares / f64::from(draws);
            assert!(
                (mean / variate.mean() - 1.0).abs() < 0.01,
                "{variate:?} {mean}"
            );
            assert!(
                (square / variate.mean_square() - 1.0).abs() < 0.03,
                "{variate:?} {square}"
            );
        }
    }

    #[test]
    fn a_lognormal_meets_its_percentile() {
        let mut sampler = Variate::lognormal_of_p99(1e9, 3e9).unwrap().sampler();
        let mut stream = Stream::new(1, "service");
        let above = (0..1_000_000)
            .filter(|_| sampler.draw(&mut stream) > 3_000_000_000)
            .count();
        assert!(above.abs_diff(10_000) < 500, "{above}");
        assert_eq!(Variate::lognormal_of_p99(2.0, 1.0), None);
        assert_eq!(Variate::lognormal_of_p99(1.0, 16.0), None);
    }
}
