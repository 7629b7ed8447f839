//! How much worse a candidate may be: `p99<+10%`, `errors<+0.5%`, `rate>-5%`.

use std::fmt;
use std::str::FromStr;

use plimsoll_core::suggest::did_you_mean;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::metric::{Metric, Unit};

/// How far a metric may be from the baseline's.
///
/// Of a share (`errors`, `achieved`, `goodput`) it is in percentage points; of anything else in percent of
/// the baseline's. The limit itself is within it, whether it is written with `<` or `<=`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What it is on.
    pub metric: Metric,
    /// How much more it may be, as a share; less than 0 where it may be less. Whether more or less is
    /// worse goes by the metric.
    pub change: f64,
}

/// Why a text is no limit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no limit: {message}{}", hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct LimitError {
    /// The text.
    pub text: String,
    /// What is wrong, as a sentence.
    pub message: String,
    /// A way out, where there is one to name: `did you mean …?`.
    pub hint: Option<String>,
}

impl Limit {
    /// Whether a candidate keeps to it.
    #[must_use]
    pub fn holds(&self, baseline: f64, candidate: f64) -> bool {
        let bound = match self.metric.unit() {
            Unit::Share => baseline + self.change,
            Unit::Milliseconds | Unit::PerSecond => baseline * (1.0 + self.change),
        };
        // What a text has as a decimal must not be missed by a binary fraction's last digit.
        let slack = bound.abs() * 1e-12;
        match self.metric.more_is_worse() {
            true => candidate <= bound + slack,
            false => candidate >= bound - slack,
        }
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let wrong = |message: String, hint: Option<String>| LimitError {
            text: text.to_owned(),
            message,
            hint,
        };
        let Some(at) = text.find(['<', '>']) else {
            let message = "it is METRIC, `<` or `>`, and a change, such as `p99<+10%`".to_owned();
            return Err(wrong(message, None));
        };
        let (name, rest) = text.split_at(at);
        let name = name.trim();
        let (sign, rest) = rest.split_at(1);
        let amount = rest.strip_prefix('=').unwrap_or(rest).trim();
        let known = Metric::ALL.iter().find(|metric| metric.name() == name);
        let Some(metric) = known.copied() else {
            let names = Metric::ALL.map(Metric::name);
            let message = format!("the metrics are {}", names.join(", "));
            return Err(wrong(message, did_you_mean(name, names)));
        };
        let wanted = if metric.more_is_worse() { "<" } else { ">" };
        if sign != wanted {
            let grows = if metric.more_is_worse() {
                "grows"
            } else {
                "falls"
            };
            let message =
                format!("{name} gets worse as it {grows}, so it is limited by `{wanted}`");
            return Err(wrong(message, None));
        }
        let Some(number) = amount.strip_suffix('%').map(str::trim_end) else {
            let message = format!("`{amount}` is no change in percent, such as `+10%`");
            let hint = amount.parse::<f64>().ok();
            let hint = hint.map(|_| format!("did you mean `{name}{sign}{amount}%`?"));
            return Err(wrong(message, hint));
        };
        let parsed = number.parse::<f64>().ok();
        let Some(percent) = parsed.filter(|percent| percent.is_finite()) else {
            let message = format!("`{number}` is no number");
            return Err(wrong(message, None));
        };
        if percent != 0.0 && !number.starts_with(['+', '-']) {
            let sign = if metric.more_is_worse() { '+' } else { '-' };
            let message = "a change has a sign".to_owned();
            let meant = format!("did you mean `{name}{wanted}{sign}{number}%`?");
            return Err(wrong(message, Some(meant)));
        }
        Ok(Self {
            metric,
            change: percent / 100.0,
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.metric.name();
        let sign = if self.metric.more_is_worse() {
            '<'
        } else {
            '>'
        };
        // To a billionth of a percent, so that 0.1 does not become 0.1000000000000000055.
        let percent = (self.change * 1e11).round() / 1e9;
        match percent == 0.0 {
            true => write!(formatter, "{name}{sign}0%"),
            false => write!(formatter, "{name}{sign}{percent:+}%"),
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    fn limit(text: &str) -> Limit {
        text.parse().unwrap()
    }

    #[test]
    fn limits_are_read_and_written() {
        for text in [
            "p99<+10%",
            "errors<+0.5%",
            "rate>-5%",
            "tokens>-10%",
            "p50<-3%",
            "mean<0%",
        ] {
            assert_eq!(limit(text).to_string(), text);
        }
        assert_eq!(
            limit(" ttft-p99 <= +12.5 % ").to_string(),
            "ttft-p99<+12.5%"
        );
    }

    #[test]
    fn a_limit_is_within_itself() {
        assert!(limit("p99<+10%").holds(100.0, 110.0));
        assert!(!limit("p99<+10%").holds(100.0, 110.1));
        assert!(limit("errors<+0.5%").holds(0.01, 0.015));
        assert!(!limit("errors<+0.5%").holds(0.01, 0.0151));
        assert!(limit("rate>-5%").holds(100.0, 95.0));
        assert!(!limit("rate>-5%").holds(100.0, 94.9));
        assert!(limit("p99<0%").holds(0.0, 0.0));
    }

    #[test]
    fn what_is_no_limit_is_explained() {
        let said: Vec<String> = [
            "p99",
            "p98<+10%",
            "trottle<+1%",
            "toknes>-1%",
            "p99>-10%",
            "rate<+5%",
            "p99<10%",
            "rate>5%",
            "p99<+10",
            "p99<+5ms",
            "p99<+x%",
            "p99<",
            "",
            "errors<+inf%",
        ]
        .map(|text| text.parse::<Limit>().unwrap_err().to_string())
        .to_vec();
        insta::assert_snapshot!(said.join("\n"));
    }
}
