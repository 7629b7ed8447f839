use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::random::Random;

/// The longest time that may be asked for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long requests take, once they are in service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Service {
    /// Answers as soon as a request is read.
    #[default]
    None,
    /// Each takes so long.
    Constant(Duration),
    /// Times are exponentially distributed, with this mean.
    Exponential(Duration),
}

/// A text that is no time.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("`{text}` is not a time: write a number with us, ms or s, up to a day, as in `5ms`.")]
pub struct NotATime {
    text: String,
}

/// Reads a time: a number of `us`, `ms` or `s`.
///
/// # Errors
/// When it is something else, negative, or longer than a day.
pub fn duration(text: &str) -> Result<Duration, NotATime> {
    // `us` and `ms` end in `s` too.
    [("us", 1e6), ("ms", 1e3), ("s", 1.0)]
        .into_iter()
        .find_map(|(unit, parts)| Some((text.strip_suffix(unit)?, parts)))
        .and_then(|(number, parts)| Some(number.parse::<f64>().ok()? / parts))
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| *time <= LONGEST)
        .ok_or_else(|| NotATime {
            text: text.to_owned(),
        })
}

impl FromStr for Service {
    type Err = NotATime;

    /// Reads `none`, `5ms` or `exp:5ms`.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        match text.strip_prefix("exp:") {
            Some(mean) => duration(mean).map(Self::Exponential),
            None if text == "none" => Ok(Self::None),
            None => duration(text).map(Self::Constant),
        }
    }
}

impl Service {
    /// The time that one request takes, in nanoseconds.
    pub(crate) fn sample(self, random: &mut Random) -> u64 {
        nanoseconds(match self {
            Self::None => Duration::ZERO,
            Self::Constant(time) => time,
            Self::Exponential(mean) => random.exponential(mean),
        })
    }

    /// As one number, which threads can share without a lock.
    pub(crate) fn packed(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Constant(time) => nanoseconds(time.min(LONGEST)) << 1,
            Self::Exponential(mean) => nanoseconds(mean.min(LONGEST)) << 1 | 1,
        }
    }

    pub(crate) fn unpacked(packed: u64) -> Self {
        let time = Duration::from_nanos(packed >> 1);
        match packed & 1 {
            _ if time.is_zero() => Self::None,
            0 => Self::Constant(time),
            _ => Self::Exponential(time),
        }
    }
}

pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(duration("250us"), Ok(Duration::from_micros(250)));
        assert_eq!(duration("1.5ms"), Ok(Duration::from_micros(1500)));
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        for wrong in ["", "5", "ms", "-1ms", "NaNs", "infs", "1e99s", "5 ms"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        for service in [
            Service::None,
            Service::Constant(Duration::from_micros(3)),
            Service::Exponential(Duration::from_secs(3600)),
        ] {
            assert_eq!(Service::unpacked(service.packed()), service);
        }
        assert_eq!(
            "exp:5ms".parse(),
            Ok(Service::Exponential(Duration::from_millis(5)))
        );
        assert_eq!("none".parse(), Ok(Service::None));
    }
}
