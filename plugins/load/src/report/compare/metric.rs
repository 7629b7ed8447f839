//! What is compared.

use serde::{Serialize, Serializer};

use crate::report::text::finite;
use crate::results::{Latency, Measured};

/// What is compared of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Latency from the intended time that half of the requests do not exceed, in milliseconds.
    P50,
    /// The same for 95 %.
    P95,
    /// The same for 99 %.
    P99,
    /// The mean latency from the intended time, in milliseconds.
    Mean,
    /// Time from the send to the end of the response that 99 % do not exceed, in milliseconds.
    ServiceP99,
    /// Time to the first token that half do not exceed, in milliseconds.
    TtftP50,
    /// The same for 99 %.
    TtftP99,
    /// Time from token to token that half do not exceed, in milliseconds.
    ItlP50,
    /// The same for 99 %.
    ItlP99,
    /// The share of the requests that failed.
    Errors,
    /// The share of the target rate that was sent.
    Achieved,
    /// Requests a second.
    Rate,
    /// Tokens a second.
    Tokens,
    /// The share of the requests that met every objective.
    Goodput,
}

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Milliseconds,
    Share,
    PerSecond,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Mean,
        Self::ServiceP99,
        Self::TtftP50,
        Self::TtftP99,
        Self::ItlP50,
        Self::ItlP99,
        Self::Errors,
        Self::Achieved,
        Self::Rate,
        Self::Tokens,
        Self::Goodput,
    ];

    /// Its name in limits; that of thresholds where they have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Mean => "mean",
            Self::ServiceP99 => "service-p99",
            Self::TtftP50 => "ttft-p50",
            Self::TtftP99 => "ttft-p99",
            Self::ItlP50 => "itl-p50",
            Self::ItlP99 => "itl-p99",
            Self::Errors => "errors",
            Self::Achieved => "achieved",
            Self::Rate => "rate",
            Self::Tokens => "tokens",
            Self::Goodput => "goodput",
        }
    }

    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Errors | Self::Achieved | Self::Goodput => Unit::Share,
            Self::Rate | Self::Tokens => Unit::PerSecond,
            _ => Unit::Milliseconds,
        }
    }

    /// Whether it gets worse as it grows.
    #[must_use]
    pub fn more_is_worse(self) -> bool {
        self.unit() == Unit::Milliseconds || self == Self::Errors
    }

    /// What was measured; none where it was not.
    pub(super) fn of(self, measured: &Measured) -> Option<f64> {
        let times = |times: Option<&Latency>, read: fn(&Latency) -> f64| {
            times.filter(|times| times.count > 0).map(read)
        };
        let first = measured.time_to_first_token.as_ref();
        let between = measured.inter_token_latency.as_ref();
        let value = match self {
            Self::P50 => measured.p50_latency_ms,
            Self::P95 => measured.p95_latency_ms,
            Self::P99 => measured.p99_latency_ms,
            Self::Mean => measured.average_latency_ms,
            Self::ServiceP99 => times(Some(&measured.service_time), |times| times.p99_ms),
            Self::TtftP50 => times(first, |times| times.p50_ms),
            Self::TtftP99 => times(first, |times| times.p99_ms),
            Self::ItlP50 => times(between, |times| times.p50_ms),
            Self::ItlP99 => times(between, |times| times.p99_ms),
            Self::Errors => (measured.total_requests > 0).then_some(measured.error_rate),
            Self::Achieved => measured.rate_achieved,
            Self::Rate => Some(measured.average_requests_per_second),
            Self::Tokens => measured.tokens_per_second,
            Self::Goodput => measured.goodput.map(|goodput| goodput.share),
        };
        value.map(finite)
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
