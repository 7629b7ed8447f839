//! `timeline.csv`: a line for each endpoint and point in time.

use super::ReportError;
use super::text::{lines, rounded};
use crate::results::{Point, Results};

const NAME: &str = "timeline.csv";

/// A column's name, and what it has of a point.
type Column = (&'static str, fn(&Point) -> f64);

/// What a point has.
pub(super) const COLUMNS: [Column; 14] = [
    ("at_seconds", |point| point.at_seconds),
    ("length_seconds", |point| point.length_seconds),
    ("target_rate", |point| point.target_rate),
    ("sent_rate", |point| point.sent_rate),
    ("rate", |point| point.rate),
    ("error_rate", |point| point.error_rate),
    ("workers", |point| point.workers),
    ("in_flight", |point| point.in_flight),
    ("backlog", |point| point.backlog.into()),
    ("p50_ms", |point| point.p50_ms),
    ("p95_ms", |point| point.p95_ms),
    ("p99_ms", |point| point.p99_ms),
    ("max_ms", |point| point.max_ms),
    ("tokens_per_second", |point| point.tokens),
];

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let wrong = |source| ReportError::Csv { name: NAME, source };
    let names = COLUMNS.iter().map(|(name, _)| *name);
    csv.write_record(["endpoint_key"].into_iter().chain(names))
        .map_err(wrong)?;
    for (endpoint, timeline) in results.summary.endpoints.iter().zip(&results.timelines) {
        let key = lines(&endpoint.endpoint_key);
        for point in timeline {
            csv.write_field(&key).map_err(wrong)?;
            for (_, read) in COLUMNS {
                csv.write_field(rounded(read(point)).to_string())
                    .map_err(wrong)?;
            }
            // A record ends where nothing more is written.
            csv.write_record(None::<&[u8]>).map_err(wrong)?;
        }
    }
    let done = csv.into_inner();
    done.map_err(|error| wrong(error.into_error().into()))
}
