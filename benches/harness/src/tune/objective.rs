//! What a tuning is to reach: `p99<2s, attainment>99%`.

use std::fmt;
use std::str::FromStr;

use crate::scenario::Objective;
use crate::score::Score;
use crate::text::{SpecError, Word, number, span};
use crate::time::{SECOND, Span, whole};

/// Limits that must all hold.
///
/// Each counts every request that arrived, so that to serve fewer never helps: one that was dropped
/// or not finished took without end where a latency is limited (`p99`, `mean`, `max`), was not
/// within the latency where `attainment` is, and met a cold start where `cold` is.
///
/// One of them limits a latency: else requests could wait without end. `attainment` is the share
/// that is within the latency of the workload's objective, which is the first of [`percentiles`]
/// where this expression is what is asked of it: there is at least one.
///
/// [`percentiles`]: Self::percentiles
#[derive(Clone, Debug, PartialEq)]
pub struct SloExpression {
    text: String,
    limits: Vec<Limit>,
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Limit {
    measure: Measure,
    /// In seconds, or as a share of failures.
    at_most: f64,
}

/// What is limited. Shares of what is wanted are turned into shares of what is not, so that each
/// limit is one from above.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    /// The latency that this share of the arrived requests is within.
    Percentile(f64),
    /// The mean latency; without end where a request was not completed.
    Mean,
    /// The longest latency; without end where a request was not completed.
    Max,
    /// Requests that were not within the workload's own latency.
    Missed,
    /// Requests that met a full queue.
    Dropped,
    /// Requests that met a cold start. One that was not served may have met one for ever.
    Cold,
}

const KNOWN: &str =
    "`p50` to `p99.999`, `mean`, `max`, `attainment`, `dropped` or `cold`, then `<` or `>`";

impl SloExpression {
    /// How much of the limits a score uses: the largest of each measure relative to its limit.
    /// At most 1 where all hold.
    #[must_use]
    pub fn used(&self, score: &Score) -> f64 {
        self.limits
            .iter()
            .map(|limit| limit.used(score))
            .fold(0.0, f64::max)
    }

    /// The percentiles that are limited, each as the objective of a workload.
    pub fn percentiles(&self) -> impl Iterator<Item = Objective> {
        self.limits.iter().filter_map(|limit| match limit.measure {
            Measure::Percentile(attainment) => Some(Objective {
                latency: Span(whole(limit.at_most * SECOND as f64)),
                attainment,
            }),
            _ => None,
        })
    }

    /// What a score has of the limit that it uses most, in words: `p99 of 3.2 s`.
    pub(super) fn farthest(&self, score: &Score) -> String {
        let worst = self
            .limits
            .iter()
            .max_by(|one, other| one.used(score).total_cmp(&other.used(score)));
        worst.map_or_else(String::new, |limit| {
            limit.measure.words(limit.measure.of(score))
        })
    }

    /// Whether all limits hold.
    #[must_use]
    pub fn met(&self, score: &Score) -> bool {
        self.limits
            .iter()
            .all(|limit| limit.measure.of(score) <= limit.at_most)
    }
}

impl Limit {
    fn used(&self, score: &Score) -> f64 {
        let value = self.measure.of(score);
        if value <= 0.0 {
            0.0
        } else {
            // Where nothing is allowed, each bit is too much, and less is better still.
            value / self.at_most.max(1e-9)
        }
    }
}

impl Measure {
    /// A value of it in words.
    fn words(self, value: f64) -> String {
        let percent = |share: f64| format!("{:.4}", share * 100.0);
        let trim = |text: String| text.trim_end_matches('0').trim_end_matches('.').to_owned();
        let time = || match value {
            value if value.is_finite() => format!("{} s", trim(format!("{value:.3}"))),
            _ => "no end".to_owned(),
        };
        match self {
            Self::Percentile(share) => format!("p{} of {}", trim(percent(share)), time()),
            Self::Mean => format!("a mean of {}", time()),
            Self::Max => format!("a longest latency of {}", time()),
            Self::Missed => format!("an attainment of {} %", trim(percent(1.0 - value))),
            Self::Dropped => format!("{} % dropped", trim(percent(value))),
            Self::Cold => format!(
                "{} % that met a cold start or were not served",
                trim(percent(value))
            ),
        }
    }

    fn of(self, score: &Score) -> f64 {
        let requests = &score.requests;
        let share = |count: u64| count as f64 / (requests.arrived as f64).max(1.0);
        match self {
            // What was dropped or not finished took longer than anything that was.
            Self::Percentile(wanted) => score.percentiles.of_arrived(wanted, requests.arrived),
            Self::Mean | Self::Max if requests.completed < requests.arrived => f64::INFINITY,
            Self::Mean => score.latency.total.mean,
            Self::Max => score.latency.total.max,
            Self::Missed => 1.0 - score.slo.attainment,
            Self::Dropped => share(requests.dropped),
            Self::Cold => share(requests.met_cold_start + requests.dropped + requests.unfinished),
        }
    }
}

impl FromStr for SloExpression {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let mut limits = Vec::new();
        let mut names = Vec::new();
        let mut at = 0;
        for part in text.split(',') {
            let (limit, name) =
                limit(Word { text: part, at }).map_err(|error| error.in_text(text))?;
            limits.push(limit);
            names.push(name);
            at += part.len() + 1;
        }
        latency_is_said(&limits, &names).map_err(|error| error.in_text(text))?;
        Ok(Self {
            text: text.to_owned(),
            limits,
        })
    }
}

impl fmt::Display for SloExpression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Refuses an attainment of no latency in sight, and limits that let requests wait for as long as
/// they may: the cheapest to meet them would serve them all at the very end.
fn latency_is_said(limits: &[Limit], names: &[Word<'_>]) -> Result<(), SpecError> {
    const HINT: &str = "say the latency, too: `p99<2s` or the like";
    let within = |limit: &Limit| matches!(limit.measure, Measure::Percentile(_));
    let limited =
        |limit: &Limit| within(limit) || matches!(limit.measure, Measure::Mean | Measure::Max);
    let missed = limits
        .iter()
        .position(|limit| limit.measure == Measure::Missed);
    if let Some(place) = missed
        && !limits.iter().any(within)
    {
        let message = format!("`attainment` does not say within which latency; {HINT}");
        return Err(SpecError::at(names[place], message));
    }
    match names.first() {
        Some(name) if !limits.iter().any(limited) => {
            let message = format!(
                "`{}` alone lets requests wait without end; {HINT}",
                name.text
            );
            Err(SpecError::at(*name, message))
        }
        _ => Ok(()),
    }
}

/// A limit, and the name of what it limits.
fn limit(part: Word<'_>) -> Result<(Limit, Word<'_>), SpecError> {
    let place = part.text.find(['<', '>']);
    let Some((place, less)) = place.map(|place| (place, part.text[place..].starts_with('<')))
    else {
        return Err(SpecError::at(trimmed(part), format!("expected {KNOWN}")));
    };
    let name = trimmed(Word {
        text: &part.text[..place],
        at: part.at,
    });
    let behind = &part.text[place + 1..];
    let behind = behind.strip_prefix('=').unwrap_or(behind);
    let at = part.at + part.text.len() - behind.len();
    let value = trimmed(Word { text: behind, at });
    let wrong_way = |way: &str| {
        Err(SpecError::at(
            name,
            format!("`{}` is limited by `{way}`", name.text),
        ))
    };
    let time = || span(value).map(Span::as_secs);
    let (measure, at_most) = match name.text {
        "attainment" if less => return wrong_way(">"),
        "attainment" => (Measure::Missed, 1.0 - share(value)?),
        _ if !less => return wrong_way("<"),
        "mean" => (Measure::Mean, time()?),
        "max" => (Measure::Max, time()?),
        "dropped" => (Measure::Dropped, share(value)?),
        "cold" => (Measure::Cold, share(value)?),
        other => {
            let percent = other
                .strip_prefix('p')
                .and_then(|digits| digits.parse::<f64>().ok());
            match percent {
                Some(percent) if percent > 0.0 && percent <= 99.999 => {
                    (Measure::Percentile(percent / 100.0), time()?)
                }
                _ => return Err(SpecError::at(name, format!("expected {KNOWN}"))),
            }
        }
    };
    // The share that is left over is not exact in binary.
    let limit = Limit {
        measure,
        at_most: at_most + 1e-12,
    };
    Ok((limit, name))
}

fn share(word: Word<'_>) -> Result<f64, SpecError> {
    const WANTED: &str = "a share from 0 to 1, or in percent";
    let percent = word.text.strip_suffix('%');
    let text = percent.unwrap_or(word.text);
    let value = number(Word { text, at: word.at }, WANTED)?;
    let value = if percent.is_some() {
        value / 100.0
    } else {
        value
    };
    if value > 1.0 {
        return Err(SpecError::at(word, format!("expected {WANTED}")));
    }
    Ok(value)
}

fn trimmed(word: Word<'_>) -> Word<'_> {
    let start = word.text.len() - word.text.trim_start().len();
    Word {
        text: word.text.trim(),
        at: word.at + start,
    }
}

#[cfg(test)]
mod tests {
    use super::SloExpression;

    #[test]
    fn what_is_wrong_is_shown() {
        let error = |text: &str| text.parse::<SloExpression>().unwrap_err().to_string();
        insta::assert_snapshot!(error("p99<2s, p95 < 3"), @"
        expected a time such as 250ms, 1.5s, 10m, 1h30m or 2d
          p99<2s, p95 < 3
                        ^
        ");
        insta::assert_snapshot!(error("attainment<99%"), @"
        `attainment` is limited by `>`
          attainment<99%
          ^^^^^^^^^^
        ");
        insta::assert_snapshot!(error("q99<2s"), @"
        expected `p50` to `p99.999`, `mean`, `max`, `attainment`, `dropped` or `cold`, then `<` or `>`
          q99<2s
          ^^^
        ");
        insta::assert_snapshot!(error("mean<2s, attainment>99%"), @"
        `attainment` does not say within which latency; say the latency, too: `p99<2s` or the like
          mean<2s, attainment>99%
                   ^^^^^^^^^^
        ");
        insta::assert_snapshot!(error("cold<1%, dropped<1%"), @"
        `cold` alone lets requests wait without end; say the latency, too: `p99<2s` or the like
          cold<1%, dropped<1%
          ^^^^
        ");
        for sound in [
            "p99<2s",
            "p95<500ms",
            "attainment>99%, p99<2s",
            "max<3s, cold<1%",
            "p99.9<=2s, dropped<0.1%",
            "mean<1s",
        ] {
            assert_eq!(sound.parse::<SloExpression>().unwrap().to_string(), sound);
        }
    }
}
