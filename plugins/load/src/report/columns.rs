//! The columns that the table of endpoints has in CSV and in the workbook.

use crate::engine::Failure;
use crate::results::{EndpointSummary, Latency, Measured, Summary};

/// One endpoint, or all together.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    pub(super) endpoint: Option<&'r EndpointSummary>,
    pub(super) measured: &'r Measured,
    /// Workers of all, mean.
    workers: f64,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Flag(bool),
    Empty,
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self::Number(value as f64)
    }
}

/// A column's name, and what it has of a row.
pub(super) type Column = (&'static str, fn(&Row<'_>) -> Cell);

/// A row for each endpoint, and one for all together that is last.
pub(super) fn rows(summary: &Summary) -> impl Iterator<Item = Row<'_>> {
    let workers = summary.endpoints.iter().map(|one| one.average_workers);
    let total = Row {
        endpoint: None,
        measured: &summary.global.measured,
        workers: workers.sum(),
    };
    let each = summary.endpoints.iter().map(|endpoint| Row {
        endpoint: Some(endpoint),
        measured: &endpoint.measured,
        workers: endpoint.average_workers,
    });
    each.chain([total])
}

fn text(row: &Row<'_>, read: fn(&EndpointSummary) -> &str) -> Cell {
    row.endpoint
        .map_or(Cell::Empty, |endpoint| read(endpoint).into())
}

fn of(latency: Option<&Latency>, read: fn(&Latency) -> f64) -> Cell {
    latency.filter(|times| times.count > 0).map(read).into()
}

fn failed(row: &Row<'_>, why: Failure) -> Cell {
    let count = row.measured.failures.get(why.name());
    count.copied().unwrap_or(0).into()
}

fn statuses(row: &Row<'_>, first: char) -> Cell {
    let counts = row.measured.status_code_distribution.iter();
    let counts = counts.filter(|(status, _)| status.starts_with(first));
    counts.map(|(_, count)| count).sum::<u64>().into()
}

macro_rules! measured {
    ($name:literal, $field:ident) => {
        ($name, |row| row.measured.$field.into())
    };
}

macro_rules! streamed {
    ($name:literal, $times:ident, $field:ident) => {
        ($name, |row| {
            of(row.measured.$times.as_ref(), |times| times.$field)
        })
    };
}

/// All columns.
pub(super) const COLUMNS: [Column; 57] = [
    ("endpoint_key", |row| {
        row.endpoint
            .map_or("total", |endpoint| &endpoint.endpoint_key)
            .into()
    }),
    ("method", |row| text(row, |endpoint| &endpoint.method)),
    ("url", |row| text(row, |endpoint| &endpoint.url)),
    ("policy", |row| {
        text(row, |endpoint| endpoint.policy.as_deref().unwrap_or(""))
    }),
    measured!("target_rate", target_requests_per_second),
    measured!("rate", average_requests_per_second),
    measured!("peak_rate", peak_requests_per_second),
    measured!("rate_achieved", rate_achieved),
    ("target_achieved", |row| {
        Cell::Flag(row.measured.target_achieved)
    }),
    ("workers_mean", |row| row.workers.into()),
    ("workers_peak", |row| {
        row.endpoint
            .map(|endpoint| f64::from(endpoint.peak_workers))
            .into()
    }),
    ("workers_at_end", |row| {
        row.endpoint
            .map(|endpoint| f64::from(endpoint.workers))
            .into()
    }),
    measured!("requests", total_requests),
    measured!("successful", successful_requests),
    measured!("failed", failed_requests),
    measured!("error_share", error_rate),
    measured!("due", due_requests),
    measured!("sent", sent_requests),
    measured!("dropped", dropped_requests),
    measured!("latency_min_ms", min_latency_ms),
    measured!("latency_mean_ms", average_latency_ms),
    measured!("latency_p50_ms", p50_latency_ms),
    measured!("latency_p90_ms", p90_latency_ms),
    measured!("latency_p95_ms", p95_latency_ms),
    measured!("latency_p99_ms", p99_latency_ms),
    measured!("latency_p999_ms", p999_latency_ms),
    measured!("latency_max_ms", max_latency_ms),
    ("service_mean_ms", |row| {
        of(Some(&row.measured.service_time), |times| times.mean_ms)
    }),
    ("service_p50_ms", |row| {
        of(Some(&row.measured.service_time), |times| times.p50_ms)
    }),
    ("service_p99_ms", |row| {
        of(Some(&row.measured.service_time), |times| times.p99_ms)
    }),
    ("send_lag_p50_ms", |row| {
        of(Some(&row.measured.send_lag), |times| times.p50_ms)
    }),
    ("send_lag_p99_ms", |row| {
        of(Some(&row.measured.send_lag), |times| times.p99_ms)
    }),
    streamed!("ttft_p50_ms", time_to_first_token, p50_ms),
    streamed!("ttft_p99_ms", time_to_first_token, p99_ms),
    streamed!("itl_p50_ms", inter_token_latency, p50_ms),
    streamed!("itl_p99_ms", inter_token_latency, p99_ms),
    ("tokens", |row| {
        row.measured.tokens.map_or(Cell::Empty, Cell::from)
    }),
    measured!("tokens_per_second", tokens_per_second),
    ("goodput_share", |row| {
        row.measured.goodput.map(|goodput| goodput.share).into()
    }),
    ("goodput_per_second", |row| {
        row.measured
            .goodput
            .map(|goodput| goodput.per_second)
            .into()
    }),
    ("status_1xx", |row| statuses(row, '1')),
    ("status_2xx", |row| statuses(row, '2')),
    ("status_3xx", |row| statuses(row, '3')),
    ("status_4xx", |row| statuses(row, '4')),
    ("status_5xx", |row| statuses(row, '5')),
    ("failed_connect", |row| failed(row, Failure::Connect)),
    ("failed_local", |row| failed(row, Failure::Local)),
    ("failed_closed", |row| failed(row, Failure::Closed)),
    ("failed_protocol", |row| failed(row, Failure::Protocol)),
    ("failed_timeout", |row| failed(row, Failure::Timeout)),
    ("failed_unfinished", |row| failed(row, Failure::Unfinished)),
    ("failed_unsent", |row| failed(row, Failure::Unsent)),
    measured!("redirects", redirects),
    measured!("reconnects", reconnects),
    measured!("bytes_sent", network_bytes_sent),
    measured!("bytes_received", network_bytes_received),
    ("early_exit", |row| {
        Cell::Flag(row.measured.early_exit_triggered)
    }),
];
