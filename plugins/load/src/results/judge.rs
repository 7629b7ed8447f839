//! Whether thresholds hold.

use plimsoll_core::histogram::Histogram;
use plimsoll_core::threshold::{Limit, Metric, Quantile, Threshold, Timing};

use super::measured::{Measured, Totals};
use super::summary::ThresholdResult;
use crate::clock::seconds;

/// Whether a threshold holds of what was measured. What was not measured holds nothing.
pub(crate) fn judge(
    threshold: &Threshold,
    totals: &Totals,
    measured: &Measured,
    endpoint: Option<&str>,
) -> ThresholdResult {
    let value = value(threshold, totals, measured);
    let limit = match threshold.limit {
        Limit::Seconds(limit) | Limit::Share(limit) | Limit::PerSecond(limit) => limit,
        Limit::Count(limit) => limit as f64,
    };
    ThresholdResult {
        threshold: threshold.to_string(),
        endpoint_key: endpoint.map(str::to_owned),
        measured: value.map_or_else(
            || "not measured".to_owned(),
            |value| words(value, threshold.limit, limit),
        ),
        met: value.is_some_and(|value| threshold.comparison.holds(value, limit)),
    }
}

fn value(threshold: &Threshold, totals: &Totals, measured: &Measured) -> Option<f64> {
    let counted = |count: u64| match threshold.limit {
        Limit::Count(_) => Some(count as f64),
        _ => (measured.total_requests > 0).then(|| count as f64 / measured.total_requests as f64),
    };
    match threshold.metric {
        Metric::Latency { timing, quantile } => {
            let detail = &totals.detail;
            let histogram = match timing {
                Timing::Response => &detail.response,
                Timing::Service => &detail.service,
                Timing::SendLag => &detail.lag,
                Timing::FirstToken => &detail.first_token,
                Timing::InterToken => &detail.inter_token,
            };
            latency(histogram, quantile)
        }
        Metric::Errors => counted(measured.failed_requests),
        Metric::Dropped => counted(measured.dropped_requests),
        Metric::Rate => match threshold.limit {
            Limit::Share(_) => measured.rate_achieved,
            _ => Some(measured.average_requests_per_second),
        },
        Metric::Goodput => measured.goodput.map(|goodput| match threshold.limit {
            Limit::Share(_) => goodput.share,
            _ => goodput.per_second,
        }),
        Metric::Tokens => measured.tokens_per_second,
    }
}

fn latency(histogram: &Histogram, quantile: Quantile) -> Option<f64> {
    (!histogram.is_empty()).then(|| match quantile {
        Quantile::Percentile(percent) => seconds(histogram.quantile(share(percent))),
        Quantile::Mean => histogram.mean() / 1e9,
        Quantile::Min => seconds(histogram.min()),
        Quantile::Max => seconds(histogram.max()),
    })
}

/// A percentage as a share, to the last digit: 99.9 ÷ 100 is more than 0.999 in floats, and would be the
/// rank after it.
fn share(percent: f64) -> f64 {
    format!("{percent}e-2").parse().unwrap_or(percent / 100.0)
}

/// A value in the unit of its limit, in as many digits as it takes to tell it from that.
fn words(value: f64, unit: Limit, limit: f64) -> String {
    let (scale, sign, digits) = match unit {
        Limit::Seconds(_) if value < 1.0 => (1e3, "ms", 3),
        Limit::Seconds(_) => (1.0, "s", 3),
        Limit::Share(_) => (100.0, "%", 3),
        Limit::Count(_) => (1.0, "", 0),
        Limit::PerSecond(_) => (1.0, "/s", 2),
    };
    let text = |value: f64, digits: usize| format!("{:.digits$}", value * scale);
    let digits =
        (digits..12).find(|digits| value == limit || text(value, *digits) != text(limit, *digits));
    text(value, digits.unwrap_or(12)) + sign
}

#[cfg(test)]
mod tests {
    use plimsoll_core::threshold::Limit;

    use super::words;

    #[test]
    fn a_value_is_told_from_its_limit() {
        assert_eq!(words(0.989_999_9, Limit::Share(0.99), 0.99), "98.99999%");
        assert_eq!(words(0.99, Limit::Share(0.99), 0.99), "99.000%");
        assert_eq!(words(0.0123, Limit::Seconds(0.5), 0.5), "12.300ms");
        assert_eq!(words(2.0, Limit::Seconds(0.5), 0.5), "2.000s");
        assert_eq!(words(7.0, Limit::Count(7), 7.0), "7");
    }
}
