//! The clock of a run: nanoseconds since a moment that all its threads share.

use std::time::{Duration, Instant, SystemTime};

use plimsoll_core::clock::{Clock as _, SystemClock};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

/// Tells nanoseconds since the test began; 0 before that.
#[derive(Clone, Copy, Debug)]
pub struct RunClock {
    began: Instant,
    wall: SystemTime,
}

impl RunClock {
    /// A clock whose zero lies ahead by this much, so that every thread is there when it comes.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a run reads the time"
    )]
    pub fn starting_in(ahead: Duration) -> Self {
        Self {
            began: Instant::now() + ahead,
            wall: SystemClock.now() + ahead,
        }
    }

    /// Nanoseconds since the beginning.
    #[inline]
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a run reads the time"
    )]
    pub fn now(&self) -> u64 {
        nanoseconds(Instant::now().saturating_duration_since(self.began))
    }

    /// How long it is until a time of this clock.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a run reads the time"
    )]
    pub fn until(&self, at: u64) -> Duration {
        (self.began + Duration::from_nanos(at)).saturating_duration_since(Instant::now())
    }

    /// The date at a time of this clock.
    #[must_use]
    pub fn date(&self, at: u64) -> SystemTime {
        self.wall + Duration::from_nanos(at)
    }
}

/// A duration in nanoseconds; the most there can be where it is longer than 584 years.
#[must_use]
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Seconds in nanoseconds.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, which is what is wanted"
)]
pub(crate) fn whole(seconds: f64) -> u64 {
    (seconds * SECOND as f64).round() as u64
}

/// Nanoseconds in seconds.
#[must_use]
pub(crate) fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / SECOND as f64
}
