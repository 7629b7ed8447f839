//! `results.csv`: a line for each endpoint, and one for all together.

use super::ReportError;
use super::columns::{COLUMNS, Cell, rows};
use super::text::{lines, rounded};
use crate::results::Results;

const NAME: &str = "results.csv";

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let wrong = |source| ReportError::Csv { name: NAME, source };
    csv.write_record(COLUMNS.map(|(name, _)| name))
        .map_err(wrong)?;
    for row in rows(&results.summary) {
        let cells = COLUMNS.map(|(_, read)| match read(&row) {
            Cell::Text(text) => lines(&text),
            Cell::Number(number) => rounded(number).to_string(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Empty => String::new(),
        });
        csv.write_record(cells).map_err(wrong)?;
    }
    let done = csv.into_inner();
    done.map_err(|error| wrong(error.into_error().into()))
}
