//! When to try again: exponential back-off with full jitter.
//!
//! Full jitter: a delay is drawn evenly from zero up to a bound that doubles with each attempt
//! (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::options::Retries;

/// A platform that wants to be left alone for longer than this is asked again all the same.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);

/// A seeded generator of delays and of identities of pushes.
pub(crate) struct Generator(Mutex<StdRng>);

impl fmt::Debug for Generator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Generator")
    }
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// An identity that no other push has: 128 bits, in hexadecimal.
    pub(crate) fn push_id(&self) -> String {
        let mut generator = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{:032x}", generator.random::<u128>())
    }

    fn up_to(&self, bound: Duration) -> Duration {
        let mut generator = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bound.mul_f64(generator.random_range(0.0..=1.0))
    }
}

/// How long to wait before attempt `attempt` (the first retry is 1), when the platform asked for
/// `retry_after`.
pub(crate) fn delay(
    retries: &Retries,
    generator: &Generator,
    attempt: u32,
    retry_after: Option<Duration>,
) -> Duration {
    let doublings = attempt.saturating_sub(1).min(30);
    let bound = retries
        .delay
        .saturating_mul(1 << doublings)
        .min(retries.longest);
    let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    // The jitter goes on top, so that clients that were told the same do not come back together.
    asked.saturating_add(generator.up_to(bound))
}

/// Reads a `Retry-After` header: seconds. Its other form, a date, is passed over: the back-off
/// serves as well, and needs no clock.
pub(crate) fn retry_after(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Generator, delay, retry_after};
    use crate::options::Retries;

    const RETRIES: Retries = Retries {
        count: 5,
        delay: Duration::from_millis(100),
        longest: Duration::from_secs(1),
    };

    #[test]
    fn delays_stay_below_a_bound_that_doubles_and_are_replayed_by_the_seed() {
        let (one, other) = (Generator::new(7), Generator::new(7));
        for attempt in 1..=40 {
            let bound = Duration::from_millis(100 << (attempt - 1).min(4)).min(RETRIES.longest);
            let drawn = delay(&RETRIES, &one, attempt, None);
            assert!(drawn <= bound, "attempt {attempt}: {drawn:?}");
            assert_eq!(drawn, delay(&RETRIES, &other, attempt, None));
        }
        assert_ne!(one.push_id(), one.push_id());
    }

    #[test]
    fn what_the_platform_asks_for_is_kept_to_within_reason() {
        let generator = Generator::new(1);
        let asked = Some(Duration::from_secs(3));
        let drawn = delay(&RETRIES, &generator, 1, asked);
        assert!((3.0..=3.1).contains(&drawn.as_secs_f64()));
        let long = delay(&RETRIES, &generator, 1, Some(Duration::from_secs(86_400)));
        assert!(long <= Duration::from_secs(121));
        assert_eq!(retry_after(" 3 "), asked);
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
