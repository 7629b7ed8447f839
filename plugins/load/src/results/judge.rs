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
            |value| words(value, threshold.limit),
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

fn words(value: f64, limit: Limit) -> String {
    match limit {
        Limit::Seconds(_) if value < 1.0 => format!("{:.3}ms", value * 1e3),
        Limit::Seconds(_) => format!("{value:.3}s"),
        Limit::Share(_) => format!("{:.3}%", value * 100.0),
        Limit::Count(_) => format!("{value:.0}"),
        Limit::PerSecond(_) => format!("{value:.2}/s"),
    }
}
