//! Reports of a run, each as the bytes of a file.

mod columns;
mod compare;
mod events;
mod hlog;
mod junit;
mod markdown;
mod page;
mod results_csv;
mod series;
mod text;
mod timeline_csv;
mod xlsx;

#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use compare::{Change, Comparison, Limit, LimitError, LimitResult, Metric, Part, compare};

use crate::results::Results;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What the file is called.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a report could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It cannot be written as JSON.
    #[error("{name}: {source}")]
    Json {
        /// What the file is called.
        name: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// It cannot be written as CSV.
    #[error("{name}: {source}")]
    Csv {
        /// What the file is called.
        name: &'static str,
        /// Why.
        source: csv::Error,
    },
    /// It cannot be written as a workbook.
    #[error("results.xlsx: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// It cannot be written as a log of histograms.
    #[error("latency.hlog: {0}")]
    Histogram(String),
}

/// A report's name, and what makes it.
type Report = (&'static str, fn(&Results) -> Result<Vec<u8>, ReportError>);

const REPORTS: [Report; 9] = [
    ("summary.json", summary),
    ("report.md", markdown::report),
    ("results.csv", results_csv::report),
    ("timeline.csv", timeline_csv::report),
    ("results.xlsx", xlsx::report),
    ("junit.xml", junit::report),
    ("latency.hlog", hlog::report),
    ("events.jsonl", events::report),
    ("report.html", page::report),
];

/// Every report of a run, or why it cannot be written in its format.
pub fn all(results: &Results) -> impl Iterator<Item = Result<File, ReportError>> {
    let file = move |(name, make): Report| make(results).map(|bytes| File { name, bytes });
    REPORTS.into_iter().map(file)
}

fn summary(results: &Results) -> Result<Vec<u8>, ReportError> {
    let json = serde_json::to_vec_pretty(&results.summary);
    let mut json = json.map_err(|source| ReportError::Json {
        name: "summary.json",
        source,
    })?;
    json.push(b'\n');
    Ok(json)
}
