//! Reports: JSON for programs, CSV for spreadsheets, one HTML page for people.

mod csv;
mod page;

pub use csv::{csv_of_bench, csv_of_outcome, csv_of_tuning};
pub use page::{PageParts, page_of, page_of_bench, page_of_outcome, page_of_tuning};

use serde::Serialize;

/// What a page says of an experiment beside its figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What was simulated: names, values, and who says so.
    pub facts: Vec<[String; 3]>,
    /// The objective in words, and whether it was met; `None` for that of the workloads.
    pub verdict: Option<(String, bool)>,
}

/// A result as JSON, with line breaks. Numbers that are not finite become null.
#[must_use]
pub fn json(result: &impl Serialize) -> String {
    // What serialises here has no maps with keys that are no texts, the one way to fail.
    serde_json::to_string_pretty(result).unwrap_or_default()
}
