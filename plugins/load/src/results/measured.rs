//! What was measured of one endpoint, or of all together.

use std::collections::BTreeMap;

use plimsoll_core::histogram::Histogram;
use serde::{Deserialize, Serialize};

use super::detail::Detail;
use crate::clock::SECOND;
use crate::engine::Failure;

/// Times of one kind, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// How many were timed.
    pub count: u64,
    /// The shortest.
    pub min_ms: f64,
    /// The mean.
    pub mean_ms: f64,
    /// What half of them do not exceed.
    pub p50_ms: f64,
    /// What 90 % do not exceed.
    pub p90_ms: f64,
    /// What 95 % do not exceed.
    pub p95_ms: f64,
    /// What 99 % do not exceed.
    pub p99_ms: f64,
    /// What 99.9 % do not exceed.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// Nanoseconds in milliseconds, to a microsecond.
pub(crate) fn milliseconds(nanoseconds: u64) -> f64 {
    (nanoseconds as f64 / 1e3).round() / 1e3
}

impl Latency {
    /// Of a histogram.
    #[must_use]
    pub fn of(histogram: &Histogram) -> Self {
        let quantiles = histogram.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]);
        let [p50_ms, p90_ms, p95_ms, p99_ms, p999_ms] = quantiles.map(milliseconds);
        Self {
            count: histogram.count(),
            min_ms: milliseconds(histogram.min()),
            mean_ms: (histogram.mean() / 1e3).round() / 1e3,
            p50_ms,
            p90_ms,
            p95_ms,
            p99_ms,
            p999_ms,
            max_ms: milliseconds(histogram.max()),
        }
    }

    fn some(histogram: &Histogram) -> Option<Self> {
        (!histogram.is_empty()).then(|| Self::of(histogram))
    }
}

/// Requests that met every objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Goodput {
    /// How many.
    pub requests: u64,
    /// Their share of all requests to endpoints with objectives.
    pub share: f64,
    /// How many a second.
    pub per_second: f64,
}

/// What was measured. Names are those of Tressi's summary where it has them.
///
/// Latencies are from the intended time of a request to the end of its response, so that what waits
/// counts. One that timed out, was in flight at the end or was never sent counts as old as it was. Where
/// no request has a latency, there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Requests that ended: with a response, or without one.
    pub total_requests: u64,
    /// Those with a status from 200 to 299.
    pub successful_requests: u64,
    /// All others.
    pub failed_requests: u64,
    /// The share of those that failed.
    pub error_rate: f64,
    /// Latency: the shortest.
    pub min_latency_ms: Option<f64>,
    /// Latency: the mean.
    pub average_latency_ms: Option<f64>,
    /// Latency that half of the requests do not exceed.
    pub p50_latency_ms: Option<f64>,
    /// Latency that 90 % do not exceed.
    pub p90_latency_ms: Option<f64>,
    /// Latency that 95 % do not exceed.
    pub p95_latency_ms: Option<f64>,
    /// Latency that 99 % do not exceed.
    pub p99_latency_ms: Option<f64>,
    /// Latency that 99.9 % do not exceed.
    pub p999_latency_ms: Option<f64>,
    /// Latency: the longest.
    pub max_latency_ms: Option<f64>,
    /// From the send to the end of the response.
    pub service_time: Latency,
    /// From the intended time to the send.
    pub send_lag: Latency,
    /// From the send to the first token, where responses are streams.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time_to_first_token: Option<Latency>,
    /// From token to token, where responses are streams.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inter_token_latency: Option<Latency>,
    /// Tokens, where responses are streams.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens: Option<u64>,
    /// Tokens a second, where responses are streams.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens_per_second: Option<f64>,
    /// Requests that met every objective, where there are objectives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub goodput: Option<Goodput>,
    /// Requests that fell due, or were sent as fast as workers go.
    pub due_requests: u64,
    /// Requests that were sent: those for which no connection could be made were not.
    pub sent_requests: u64,
    /// Requests that were never sent, timed out, or were in flight at the end.
    pub dropped_requests: u64,
    /// Responses a second.
    pub average_requests_per_second: f64,
    /// The most in one second.
    pub peak_requests_per_second: f64,
    /// Requests that should have fallen due a second, ramps included; none where no rate is held.
    pub target_requests_per_second: Option<f64>,
    /// Whether what was sent in the time of the test is at least 99 % of what should have been.
    pub target_achieved: bool,
    /// The share that was sent of what should have been; none where no rate is held.
    pub rate_achieved: Option<f64>,
    /// Requests without a response, by why.
    pub failures: BTreeMap<String, u64>,
    /// Responses that said to look elsewhere; they are not followed.
    pub redirects: u64,
    /// Connections that the server had closed when they were to be used again.
    pub reconnects: u64,
    /// Responses by their status.
    pub status_code_distribution: BTreeMap<String, u64>,
    /// Bytes of HTTP that were sent.
    pub network_bytes_sent: u64,
    /// Bytes of HTTP that came.
    pub network_bytes_received: u64,
    /// Both, a second.
    pub network_bytes_per_sec: f64,
    /// Latencies in milliseconds and how many requests had about that, in order.
    pub histogram: Vec<(f64, u64)>,
    /// Whether it ended before its time because of errors.
    pub early_exit_triggered: bool,
}

/// What adds up to [`Measured`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) detail: Detail,
    pub(crate) due: u64,
    pub(crate) sent: u64,
    /// Sent before the end of the test: what came after was late.
    pub(crate) sent_in_time: u64,
    pub(crate) completions: u64,
    pub(crate) errors: u64,
    /// Requests that should have fallen due; none where no rate is held.
    pub(crate) expected: Option<f64>,
    pub(crate) peak: f64,
    /// Requests of endpoints with objectives; none where there are no objectives.
    pub(crate) judged: Option<u64>,
    pub(crate) early_exit: bool,
}

impl Totals {
    pub(crate) fn add(&mut self, other: &Self) {
        self.detail.merge(&other.detail);
        self.due += other.due;
        self.sent += other.sent;
        self.sent_in_time += other.sent_in_time;
        self.completions += other.completions;
        self.errors += other.errors;
        self.expected = match (self.expected, other.expected) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.judged = match (self.judged, other.judged) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.early_exit |= other.early_exit;
    }

    /// Requests that ended: with a response, or without one.
    pub(crate) fn total(&self) -> u64 {
        let answered = self.detail.statuses.iter().map(|(_, count)| count);
        answered.chain(&self.detail.failures).sum()
    }

    /// What it comes to over so many nanoseconds.
    pub(crate) fn measured(&self, length: u64) -> Measured {
        let detail = &self.detail;
        let seconds = (length.max(1)) as f64 / SECOND as f64;
        let latency = Latency::some(&detail.response);
        let of = |read: fn(&Latency) -> f64| latency.as_ref().map(read);
        let answered: u64 = detail.statuses.iter().map(|(_, count)| count).sum();
        let successful = statuses(detail, 200..300);
        let total = self.total();
        let share = |count: u64| count as f64 / (total.max(1)) as f64;
        let streams = detail.streams > 0;
        let expected = self.expected.filter(|expected| *expected > 0.0);
        let achieved = expected.map(|expected| self.sent_in_time as f64 / expected);
        let failures = Failure::ALL.into_iter().zip(detail.failures);
        let dropped = [Failure::Timeout, Failure::Unfinished, Failure::Unsent];
        Measured {
            total_requests: total,
            successful_requests: successful,
            failed_requests: total - successful,
            error_rate: share(total - successful),
            min_latency_ms: of(|times| times.min_ms),
            average_latency_ms: of(|times| times.mean_ms),
            p50_latency_ms: of(|times| times.p50_ms),
            p90_latency_ms: of(|times| times.p90_ms),
            p95_latency_ms: of(|times| times.p95_ms),
            p99_latency_ms: of(|times| times.p99_ms),
            p999_latency_ms: of(|times| times.p999_ms),
            max_latency_ms: of(|times| times.max_ms),
            service_time: Latency::of(&detail.service),
            send_lag: Latency::of(&detail.lag),
            time_to_first_token: Latency::some(&detail.first_token),
            inter_token_latency: Latency::some(&detail.inter_token),
            tokens: streams.then_some(detail.tokens),
            tokens_per_second: streams.then(|| detail.tokens as f64 / seconds),
            goodput: self.judged.map(|judged| Goodput {
                requests: detail.good,
                share: detail.good as f64 / judged.max(1) as f64,
                per_second: detail.good as f64 / seconds,
            }),
            due_requests: self.due,
            sent_requests: self.sent,
            dropped_requests: dropped
                .iter()
                .map(|failure| detail.failures[*failure as usize])
                .sum(),
            average_requests_per_second: answered as f64 / seconds,
            // Of a test that is shorter than a second there is no whole one.
            peak_requests_per_second: match self.peak > 0.0 {
                true => self.peak,
                false => answered as f64 / seconds,
            },
            target_requests_per_second: expected.map(|expected| expected / seconds),
            target_achieved: achieved.is_none_or(|achieved| achieved >= 0.99),
            rate_achieved: achieved,
            failures: failures
                .filter(|(_, count)| *count > 0)
                .map(|(failure, count)| (failure.name().to_owned(), count))
                .collect(),
            redirects: statuses(detail, 300..400) - statuses(detail, 304..305),
            reconnects: detail.reconnects,
            status_code_distribution: detail
                .statuses
                .iter()
                .map(|(status, count)| (status.to_string(), *count))
                .collect(),
            network_bytes_sent: detail.bytes_sent,
            network_bytes_received: detail.bytes_received,
            network_bytes_per_sec: (detail.bytes_sent + detail.bytes_received) as f64 / seconds,
            histogram: detail
                .response
                .buckets()
                .map(|(middle, count)| (milliseconds(middle), count))
                .collect(),
            early_exit_triggered: self.early_exit,
        }
    }
}

fn statuses(detail: &Detail, within: std::ops::Range<u16>) -> u64 {
    let counts = detail.statuses.iter();
    counts
        .filter(|(status, _)| within.contains(status))
        .map(|(_, count)| count)
        .sum()
}
