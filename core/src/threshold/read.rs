//! From a text to a threshold.

use std::ops::Range;
use std::str::FromStr;

use super::digits::{is_number, number};
use super::{Comparison, Limit, Metric, Quantile, Threshold, ThresholdError, Timing};
use crate::suggest::did_you_mean;

/// The metrics that are no latencies.
const COUNTED: [(&str, Metric); 5] = [
    ("errors", Metric::Errors),
    ("rate", Metric::Rate),
    ("dropped", Metric::Dropped),
    ("goodput", Metric::Goodput),
    ("tokens", Metric::Tokens),
];

const TIMINGS: [(&str, Timing); 5] = [
    ("response", Timing::Response),
    ("service", Timing::Service),
    ("lag", Timing::SendLag),
    ("ttft", Timing::FirstToken),
    ("itl", Timing::InterToken),
];

/// What may be meant by a quantile that is not known.
const QUANTILES: [&str; 9] = [
    "mean", "avg", "min", "max", "p50", "p90", "p95", "p99", "p99.9",
];

const METRIC: &str =
    "a latency such as p99, mean or ttft-p50, or one of errors, rate, dropped, goodput, tokens";
const QUANTILE: &str = "p50, p99, p99.9 and the like, mean, min or max";
const TIME: &str = "a time with its unit: ns, us, ms, s or m";
const COUNT: &str = "a share such as 1% or 0.01, or a number of requests such as 10";

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let parts = Parts::of(text, "p99<500ms", METRIC)?;
        let metric = metric(&parts.metric)?;
        let amount = Amount::of(&parts.limit)?;
        let limit = match metric {
            Metric::Latency { .. } => amount.time(),
            Metric::Errors | Metric::Dropped => amount.share_or_count(),
            Metric::Rate => amount.rate("a share of the target rate, or requests a second", true),
            Metric::Goodput => amount.goodput(),
            Metric::Tokens => amount.rate("tokens a second", false),
        }?;
        Ok(Self {
            metric,
            comparison: parts.comparison.1,
            limit,
        })
    }
}

/// A part of a text, and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Word<'a> {
    /// The part without the white space around it.
    fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        let at = self.at + self.text.len() - text.len();
        let text = text.trim_end();
        Self { text, at }
    }

    fn split(self, at: usize) -> (Self, Self) {
        let (one, other) = self.text.split_at(at);
        let other = Self {
            text: other,
            at: self.at + at,
        };
        (Self { text: one, ..self }, other)
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }
}

/// The three parts of a threshold.
pub(super) struct Parts<'a> {
    pub(super) metric: Word<'a>,
    pub(super) comparison: (Range<usize>, Comparison),
    pub(super) limit: Word<'a>,
}

impl<'a> Parts<'a> {
    /// Splits a text. `example` is a whole of its kind, and `metrics` says what it may begin with.
    pub(super) fn of(text: &'a str, example: &str, metrics: &str) -> Result<Self, ThresholdError> {
        let whole = Word { text, at: 0 }.trimmed();
        if whole.text.is_empty() {
            let expected = format!("METRIC OP LIMIT, such as {example}");
            return Err(ThresholdError::new(0..0, "it is empty", expected));
        }
        let is_sign = |next: char| matches!(next, '<' | '>' | '=' | '!' | '≤' | '≥' | '~');
        let Some(begin) = whole.text.find(is_sign) else {
            return Err(no_comparison(whole, example));
        };
        let (metric, rest) = whole.split(begin);
        let end = rest.text.find(|next| !is_sign(next));
        let (sign, limit) = rest.split(end.unwrap_or(rest.text.len()));
        let metric = metric.trimmed();
        if metric.text.is_empty() {
            let at = metric.at..metric.at;
            return Err(ThresholdError::new(
                at,
                "nothing is named before the comparison",
                metrics,
            ));
        }
        let comparison = comparison(sign)?;
        let limit = limit.trimmed();
        if limit.text.is_empty() {
            let message = format!("no limit follows `{}`", sign.text);
            let expected = format!("a limit, as in {example}");
            return Err(ThresholdError::new(limit.range(), message, expected));
        }
        Ok(Self {
            metric,
            comparison: (sign.range(), comparison),
            limit,
        })
    }
}

fn no_comparison(whole: Word<'_>, example: &str) -> ThresholdError {
    let end = whole.range().end;
    let message = format!("`{}` compares nothing", whole.text);
    let expected = format!("one of <, <=, >, >= and a limit, as in {example}");
    let error = ThresholdError::new(end..end, message, expected);
    match whole.text.split_once(char::is_whitespace) {
        Some((metric, limit)) if limit.trim().starts_with(|next: char| next.is_ascii_digit()) => {
            error.meant(format!("{metric}<{}", limit.trim()))
        }
        _ => error,
    }
}

fn comparison(sign: Word<'_>) -> Result<Comparison, ThresholdError> {
    let meant = match sign.text {
        "<" => return Ok(Comparison::Less),
        "<=" => return Ok(Comparison::LessOrEqual),
        ">" => return Ok(Comparison::Greater),
        ">=" => return Ok(Comparison::GreaterOrEqual),
        "=<" | "≤" => Some("<="),
        "=>" | "≥" => Some(">="),
        "<<" => Some("<"),
        ">>" => Some(">"),
        _ => None,
    };
    let message = format!("`{}` is no comparison", sign.text);
    let error = ThresholdError::new(sign.range(), message, "one of <, <=, >, >=");
    Err(error.maybe_hint(meant.map(|meant| format!("did you mean `{meant}`?"))))
}

/// That there is no such metric, and which there are.
pub(super) fn no_such_metric(word: &Word<'_>, names: &[&str]) -> ThresholdError {
    let message = format!("there is no metric `{}`", word.text);
    let expected = format!("one of {}", names.join(", "));
    let hint = did_you_mean(word.text, names.iter().copied());
    ThresholdError::new(word.range(), message, expected).maybe_hint(hint)
}

fn metric(word: &Word<'_>) -> Result<Metric, ThresholdError> {
    if let Some((_, metric)) = COUNTED.iter().find(|(name, _)| *name == word.text) {
        return Ok(*metric);
    }
    if let Some((name, _)) = TIMINGS.iter().find(|(name, _)| *name == word.text) {
        let message = format!("`{name}` does not say what of its times");
        let end = word.range().end;
        let expected = format!("`{name}-` and {QUANTILE}");
        return Err(ThresholdError::new(end..end, message, expected).meant(format!("{name}-p99")));
    }
    if let Some(at) = word.text.find('-') {
        let (timing, rest) = word.split(at);
        let (_, quantile) = rest.split(1);
        let known = TIMINGS.iter().find(|(name, _)| *name == timing.text);
        let Some((_, timing)) = known else {
            let names = TIMINGS.map(|(name, _)| name);
            let message = format!("`{}` is nothing that is timed", timing.text);
            let expected = format!("one of {}", names.join(", "));
            let error = ThresholdError::new(timing.range(), message, expected);
            return Err(error.maybe_hint(did_you_mean(timing.text, names)));
        };
        let timing = *timing;
        return self::quantile(&quantile).map(|quantile| Metric::Latency { timing, quantile });
    }
    let is_percentile = |text: &str| {
        let rest = text.strip_prefix('p');
        rest.is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    if is_percentile(word.text) || QUANTILES.contains(&word.text) {
        let timing = Timing::Response;
        return quantile(word).map(|quantile| Metric::Latency { timing, quantile });
    }
    let names = COUNTED.iter().map(|(name, _)| *name);
    let timings = TIMINGS.iter().map(|(name, _)| *name);
    let message = format!("there is no metric `{}`", word.text);
    let error = ThresholdError::new(word.range(), message, METRIC);
    Err(match word.text {
        "latency" => error.meant("p99"),
        "rps" | "throughput" => error.meant("rate"),
        text => error.maybe_hint(did_you_mean(text, names.chain(QUANTILES).chain(timings))),
    })
}

fn quantile(word: &Word<'_>) -> Result<Quantile, ThresholdError> {
    let percent = match word.text {
        "mean" | "avg" => return Ok(Quantile::Mean),
        "min" => return Ok(Quantile::Min),
        "max" => return Ok(Quantile::Max),
        text => text.strip_prefix('p').and_then(|text| number(text, 0)),
    };
    let error = |message| ThresholdError::new(word.range(), message, QUANTILE);
    match percent {
        Some(percent) if percent > 0.0 && percent < 100.0 => Ok(Quantile::Percentile(percent)),
        Some(percent) => {
            let message = format!("`{}` must be above p0 and below p100", word.text);
            let extreme = if percent > 0.0 { "max" } else { "min" };
            Err(error(message).meant(extreme))
        }
        None => {
            let message = format!("`{}` is no quantile", word.text);
            Err(error(message).maybe_hint(did_you_mean(word.text, QUANTILES)))
        }
    }
}

/// A number and its unit.
pub(super) struct Amount<'a> {
    number: Word<'a>,
    unit: Word<'a>,
}

impl<'a> Amount<'a> {
    pub(super) fn of(limit: &Word<'a>) -> Result<Self, ThresholdError> {
        let is_digit = |next: char| next.is_ascii_digit() || next == '.';
        let end = limit.text.find(|next| !is_digit(next));
        let (number, unit) = limit.split(end.unwrap_or(limit.text.len()));
        let amount = Self {
            number,
            unit: unit.trimmed(),
        };
        match is_number(number.text) {
            true => Ok(amount),
            false if limit.text.starts_with('-') => {
                let message = format!("`{}` is below 0", limit.text);
                let expected = "a number of at least 0";
                Err(ThresholdError::new(limit.range(), message, expected))
            }
            false => {
                let word = if number.text.is_empty() {
                    *limit
                } else {
                    number
                };
                let message = format!("`{}` is no number", word.text);
                let expected = "digits with or without a fraction, such as 500 or 0.5";
                Err(ThresholdError::new(word.range(), message, expected))
            }
        }
    }

    /// The number times a power of ten, which may be too large for one that is read.
    fn times(&self, power: i32) -> Result<f64, ThresholdError> {
        number(self.number.text, power).ok_or_else(|| self.too_large())
    }

    fn too_large(&self) -> ThresholdError {
        let message = format!("`{}` is too large", self.number.text);
        ThresholdError::new(self.number.range(), message, "a smaller number")
    }

    /// That the unit is none that the metric has.
    fn no_such_unit(&self, expected: &str, units: &[&str]) -> ThresholdError {
        let (message, at) = match self.unit.text {
            "" => {
                let message = format!("`{}` has no unit", self.number.text);
                (message, self.number.range())
            }
            unit => (format!("`{unit}` is no unit here"), self.unit.range()),
        };
        let word = self.unit.text.to_lowercase();
        let meant = match word.as_str() {
            "" => None,
            "sec" | "secs" | "second" | "seconds" => Some("s"),
            "min" | "mins" | "minute" | "minutes" => Some("m"),
            "msec" | "millis" | "milliseconds" => Some("ms"),
            "usec" | "micros" | "microseconds" | "μs" => Some("us"),
            "percent" | "pct" => Some("%"),
            "rps" | "qps" | "req/s" | "tok/s" | "tps" | "ps" => Some("/s"),
            word => units.iter().copied().find(|unit| *unit == word),
        };
        let meant = meant.filter(|meant| units.contains(meant));
        let hint = meant.map(|meant| format!("did you mean `{}{meant}`?", self.number.text));
        ThresholdError::new(at, message, expected).maybe_hint(hint)
    }

    /// A time.
    pub(super) fn time(&self) -> Result<Limit, ThresholdError> {
        let seconds = match self.unit.text {
            "ns" => self.times(-9)?,
            "us" | "µs" => self.times(-6)?,
            "ms" => self.times(-3)?,
            "s" => self.times(0)?,
            "m" => self.times(0)? * 60.0,
            "" if self.times(0)? == 0.0 => 0.0,
            "" => {
                let error = self.no_such_unit(TIME, &[]);
                return Err(error.meant(format!("{}ms", self.number.text)));
            }
            _ => return Err(self.no_such_unit(TIME, &["ns", "us", "ms", "s", "m"])),
        };
        match seconds.is_finite() {
            true => Ok(Limit::Seconds(seconds)),
            false => Err(self.too_large()),
        }
    }

    /// A share, which is no more than all.
    fn share(&self, expected: &str) -> Result<Limit, ThresholdError> {
        let share = self.times(-2)?;
        if share > 1.0 {
            let message = format!("`{}%` is more than all", self.number.text);
            return Err(ThresholdError::new(self.number.range(), message, expected));
        }
        Ok(Limit::Share(share))
    }

    /// With `%`, and below 1, a share; an integer from 1 up is a count.
    fn share_or_count(&self) -> Result<Limit, ThresholdError> {
        match self.unit.text {
            "%" => self.share(COUNT),
            "" => {
                let value = self.times(0)?;
                if value < 1.0 {
                    return Ok(Limit::Share(value));
                }
                let text = self.number.text;
                text.parse().map(Limit::Count).map_err(|_| {
                    if !text.contains('.') {
                        return self.too_large();
                    }
                    let message = format!("`{text}` is neither a share nor a number of requests");
                    let error = ThresholdError::new(self.number.range(), message, COUNT);
                    match value <= 100.0 {
                        true => error.meant(format!("{text}%")),
                        false => error,
                    }
                })
            }
            _ => Err(self.no_such_unit(COUNT, &["%"])),
        }
    }

    /// So many a second, or a share of the target, which may be more than all of it.
    fn rate(&self, expected: &str, shares: bool) -> Result<Limit, ThresholdError> {
        match self.unit.text {
            "" | "/s" => Ok(Limit::PerSecond(self.times(0)?)),
            "%" if shares => Ok(Limit::Share(self.times(-2)?)),
            _ if shares => Err(self.no_such_unit(expected, &["%", "/s"])),
            _ => Err(self.no_such_unit(expected, &["/s"])),
        }
    }

    fn goodput(&self) -> Result<Limit, ThresholdError> {
        let expected = "a share of requests such as 99%, or requests a second such as 40/s";
        match self.unit.text {
            "%" => self.share(expected),
            "/s" => Ok(Limit::PerSecond(self.times(0)?)),
            "" => {
                let error = self.no_such_unit(expected, &[]);
                Err(error.meant(format!("{}%", self.number.text)))
            }
            _ => Err(self.no_such_unit(expected, &["%", "/s"])),
        }
    }
}
