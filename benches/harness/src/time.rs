//! Time is whole nanoseconds, and this is where fractions become such.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

/// A span of time in nanoseconds, written as `250ms`, `1h30m` or `2d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

/// The nearest whole number to a float; what is below 0 or no number is 0.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, which is what is wanted"
)]
pub(crate) fn whole(value: f64) -> u64 {
    (value + 0.5) as u64
}

/// As [`whole`], for counts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, which is what is wanted"
)]
pub(crate) fn whole_count(value: f64) -> u32 {
    (value + 0.5) as u32
}

/// Nanoseconds as seconds.
#[must_use]
pub(crate) fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / SECOND as f64
}

const UNITS: [(&str, f64); 7] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3_600e9),
    ("d", 86_400e9),
];

/// The longest span that a text may say, 73 years: several of them add up to less than 2⁶⁴.
const LONGEST: f64 = (u64::MAX / 8) as f64;

impl Span {
    /// A span of whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// The span in seconds.
    #[must_use]
    pub fn as_secs(self) -> f64 {
        seconds(self.0)
    }
}

/// A text that is no span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 250ms, 1.5s, 10m, 1h30m or 2d")]
pub struct SpanError;

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        if text == "0" {
            return Ok(Self(0));
        }
        let mut rest = text;
        let mut total = 0.0;
        while !rest.is_empty() {
            let digits = rest
                .find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '_')
                .ok_or(SpanError)?;
            let number: f64 = rest[..digits]
                .replace('_', "")
                .parse()
                .map_err(|_| SpanError)?;
            rest = &rest[digits..];
            let letters = rest
                .find(|letter: char| letter.is_ascii_digit() || letter == '.')
                .unwrap_or(rest.len());
            let (unit, after) = rest.split_at(letters);
            let unit = if unit == "µs" { "us" } else { unit };
            let (_, scale) = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .ok_or(SpanError)?;
            total += number * scale;
            rest = after;
        }
        if text.is_empty() || total > LONGEST {
            return Err(SpanError);
        }
        Ok(Self(whole(total)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return formatter.write_str("0s");
        }
        const SIZES: [(&str, u64); 7] = [
            ("d", 86_400 * SECOND),
            ("h", 3_600 * SECOND),
            ("m", 60 * SECOND),
            ("s", SECOND),
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
        ];
        let mut rest = self.0;
        for (unit, size) in SIZES {
            if rest >= size {
                write!(formatter, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|error| serde::de::Error::custom(format!("`{text}`: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn spans_read_and_write() {
        let ns = |text: &str| text.parse::<Span>().map(|span| span.0);
        assert_eq!(ns("250ms"), Ok(250_000_000));
        assert_eq!(ns("1h30m"), Ok(5_400_000_000_000));
        assert_eq!(ns("1.5s"), Ok(1_500_000_000));
        assert_eq!(ns("0"), Ok(0));
        for wrong in [
            "",
            "5",
            "s",
            "1x",
            "1h-2m",
            "1e400s",
            "99999999d",
            "30000d",
            "1..2s",
        ] {
            assert!(ns(wrong).is_err(), "{wrong}");
        }
        for text in ["1h30m", "250ms", "2d", "1s500ms", "0s", "3us7ns"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
    }
}
