//! What traces look like.

use serde::Deserialize;

use super::date::instant;
use crate::text::{SpecError, Word};

/// What a trace's file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV whose first column is a time: a date, or seconds as a number. One request a line.
    Timestamps,
    /// CSV of `TIMESTAMP,ContextTokens,GeneratedTokens`, as of the Azure LLM inference traces.
    AzureLlm,
    /// JSON lines with `timestamp` in milliseconds, `input_length` and `output_length`, as of
    /// Mooncake.
    Mooncake,
    /// CSV of a time and how many requests came in the interval that begins then.
    Counts,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// Nanoseconds since whatever the file counts from.
    pub(super) at: i64,
    /// Requests.
    pub(super) count: f64,
    pub(super) input: u32,
    pub(super) output: u32,
}

const NAMES: [(&str, Format); 4] = [
    ("timestamps", Format::Timestamps),
    ("azure-llm", Format::AzureLlm),
    ("mooncake", Format::Mooncake),
    ("counts", Format::Counts),
];

const SECOND: i64 = 1_000_000_000;

#[derive(Deserialize)]
struct MooncakeLine {
    timestamp: f64,
    #[serde(default)]
    input_length: u32,
    #[serde(default)]
    output_length: u32,
}

impl Format {
    pub(super) fn read(word: Word<'_>) -> Result<Self, SpecError> {
        let found = NAMES.iter().find(|(name, _)| *name == word.text);
        found
            .map(|(_, format)| *format)
            .ok_or_else(|| SpecError::unknown(word, "format", &NAMES.map(|(name, _)| name)))
    }

    /// Its name in a text.
    pub(super) fn name(self) -> &'static str {
        let found = NAMES.iter().find(|(_, format)| *format == self);
        found.map_or("", |(name, _)| name)
    }

    /// What a file holds by its first line; `None` where that does not tell.
    pub(super) fn of_first_line(line: &str) -> Option<Self> {
        if line.starts_with('{') {
            return Some(Self::Mooncake);
        }
        let mut columns = line.split(',').map(plain).map(str::to_lowercase);
        let first = columns.next().unwrap_or_default();
        let second = columns.next();
        match second.as_deref() {
            Some("contexttokens") => Some(Self::AzureLlm),
            Some("count" | "value" | "requests" | "invocations" | "invocation_count") => {
                Some(Self::Counts)
            }
            _ if is_header(line) => {
                const TIMES: [&str; 5] = ["timestamp", "time", "at", "arrival", "arrived_at"];
                TIMES.contains(&first.as_str()).then_some(Self::Timestamps)
            }
            // Two columns of numbers may be counts, tokens or anything.
            Some(_) => None,
            None => instant(&first, SECOND).map(|_| Self::Timestamps),
        }
    }

    /// Reads a line. What is wrong is said in words.
    pub(super) fn row(self, line: &str) -> Result<Row, &'static str> {
        if self == Self::Mooncake {
            const WRONG: &str = "expected an object with `timestamp`, in milliseconds, \
                                 `input_length` and `output_length`";
            let line: MooncakeLine = serde_json::from_str(line).map_err(|_| WRONG)?;
            let at = line.timestamp * 1e6;
            if at.abs() > 9e18 {
                return Err("expected a `timestamp` in milliseconds, of at most 285 years");
            }
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            let at = at as i64;
            return Ok(Row {
                at,
                count: 1.0,
                input: line.input_length,
                output: line.output_length,
            });
        }
        let mut columns = line.split(',').map(plain);
        let at = columns
            .next()
            .and_then(|text| instant(text, SECOND))
            .ok_or("expected a time first: a date such as 2023-11-16 18:17:03.98, or seconds")?;
        let mut row = Row {
            at,
            count: 1.0,
            input: 0,
            output: 0,
        };
        match self {
            Self::Counts => {
                const WRONG: &str =
                    "expected a number of requests in the second column, of at least 0";
                let count = columns.next().and_then(|text| text.parse::<f64>().ok());
                row.count = count
                    .filter(|count| (0.0..1e15).contains(count))
                    .ok_or(WRONG)?;
            }
            Self::AzureLlm => {
                const WRONG: &str =
                    "expected whole numbers of tokens in the second and third columns";
                let mut tokens = || columns.next()?.parse().ok();
                (row.input, row.output) = tokens().zip(tokens()).ok_or(WRONG)?;
            }
            Self::Timestamps | Self::Mooncake => {}
        }
        Ok(row)
    }
}

/// A field without space or quotes around it.
fn plain(field: &str) -> &str {
    field.trim().trim_matches('"')
}

/// Whether a line names columns.
pub(super) fn is_header(line: &str) -> bool {
    let first = line.split(',').next().unwrap_or_default();
    !line.starts_with('{') && instant(first, SECOND).is_none()
}
