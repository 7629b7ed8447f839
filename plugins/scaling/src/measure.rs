//! What is read of samples: finite, not negative, whatever a plant reports.

use std::cmp::Ordering;

use plimsoll_core::policy::{Reason, Sample};

/// One second, in nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;

/// Most of anything that is measured. What is above it counts as this much, so that sums stay
/// finite and windows never mix up order.
const MOST: f64 = 1e12;

/// A measured number; what is no number, or below 0, counts as 0.
#[expect(clippy::manual_clamp, reason = "a clamp keeps NaN; this makes it 0")]
pub(crate) fn sound(value: f64) -> f64 {
    value.max(0.0).min(MOST)
}

/// Requests in flight: at replicas, less what is counted twice, and those that wait for one.
pub(crate) fn in_flight(sample: &Sample) -> f64 {
    sound((sample.in_flight - sample.proxied).max(0.0) + sample.queued.max(0.0))
}

/// Why a number changes, where only the load decides.
pub(crate) fn direction(current: u32, desired: u32) -> Reason {
    match desired.cmp(&current) {
        Ordering::Less => Reason::BELOW_TARGET,
        Ordering::Equal => Reason::STEADY,
        Ordering::Greater => Reason::ABOVE_TARGET,
    }
}

/// A float as a number of replicas or workers: rounded towards 0, held within the type's range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and NaN is 0"
)]
pub(crate) fn count(value: f64) -> u32 {
    value as u32
}

/// As [`count`], rounded up. By casts: a call of the platform's `ceil` costs more than the rest.
pub(crate) fn count_up(value: f64) -> u32 {
    let whole = count(value);
    if f64::from(whole) < value {
        whole.saturating_add(1)
    } else {
        whole
    }
}

/// Nanoseconds as seconds.
pub(crate) fn seconds(ns: u64) -> f64 {
    // Whole seconds and the rest apart: a clock that counts from 1970 has more digits than a float.
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole seconds are far below 2^53"
    )]
    let whole = (ns / SECOND) as f64;
    whole + f64::from(rest(ns)) / 1e9
}

fn rest(ns: u64) -> u32 {
    u32::try_from(ns % SECOND).unwrap_or_default()
}

/// Seconds as nanoseconds, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and NaN is 0"
)]
pub(crate) fn nanoseconds(seconds: f64) -> u64 {
    let whole = seconds.trunc();
    let rest = ((seconds - whole) * 1e9).round();
    (whole as u64)
        .saturating_mul(SECOND)
        .saturating_add(rest as u64)
}

#[cfg(test)]
mod tests {
    use super::{count, count_up, nanoseconds, seconds, sound};

    #[test]
    fn whatever_is_measured_is_sound() {
        assert_eq!(sound(f64::NAN), 0.0);
        assert_eq!(sound(-3.0), 0.0);
        assert_eq!(sound(f64::INFINITY), 1e12);
        assert_eq!(sound(2.5), 2.5);
        assert_eq!(count(f64::NAN), 0);
        assert_eq!(count(1e20), u32::MAX);
        assert_eq!(
            [0.0, 0.1, 1.0, 3.5, 1e20, f64::NAN].map(count_up),
            [0, 1, 1, 4, u32::MAX, 0]
        );
    }

    #[test]
    fn seconds_survive_the_way_there_and_back() {
        for time in [0.0, 0.35, 1_700_000_007.199_999_8, 1_700_000_017.649_998_7] {
            assert_eq!(seconds(nanoseconds(time)), time);
        }
    }
}
