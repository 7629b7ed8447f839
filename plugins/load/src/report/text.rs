//! Numbers, times and odd characters, as reports show them.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::results::{Action, Event, Limited, Results};

/// What is no number counts as 0, so that nobody who reads a report chokes on it.
pub(super) fn finite(value: f64) -> f64 {
    match value.is_finite() {
        true => value,
        false => 0.0,
    }
}

/// To a millionth, and without the digits that are left of binary fractions.
pub(super) fn rounded(value: f64) -> f64 {
    let value = finite(value);
    match value.abs() < 1e9 {
        // Adding 0 makes -0 of a tiny negative number 0.
        true => (value * 1e6).round() / 1e6 + 0.0,
        false => value,
    }
}

/// A number in at least three digits, as people read it: 1234, 56.7, 0.0012.
pub(super) fn number(value: f64) -> String {
    let value = finite(value);
    let size = value.abs();
    let places = match size {
        _ if size >= 100.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ if size >= 0.001 || size == 0.0 => 3,
        _ => 6,
    };
    let text = format!("{value:.places$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A time in milliseconds with its unit.
pub(super) fn milliseconds(value: f64) -> String {
    let value = finite(value);
    match value {
        _ if value >= 10_000.0 => format!("{} s", number(value / 1e3)),
        _ if value < 1.0 && value > 0.0 => format!("{} µs", number(value * 1e3)),
        _ => format!("{} ms", number(value)),
    }
}

/// A latency with its unit, or that there is none.
pub(super) fn latency(milliseconds: Option<f64>) -> String {
    milliseconds.map_or_else(|| "–".to_owned(), self::milliseconds)
}

/// A number of things, one or several.
pub(super) fn several(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

/// A text without characters that have no place in a line of text, nor in XML.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' => ' ',
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            character if character.is_control() => '\u{fffd}',
            character => character,
        })
        .collect()
}

/// The same, where lines may end.
pub(super) fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(plain).collect();
    lines.join("\n")
}

/// A date in UTC.
pub(super) fn date(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(0);
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok();
    date.and_then(|date| date.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// What an event was, in words.
pub(super) fn action(event: &Event) -> String {
    match event.action {
        Action::ScaleUp => format!("more workers: {}", event.workers),
        Action::ScaleDown => format!("fewer workers: {}", event.workers),
        Action::EarlyExit => "ended before its time".to_owned(),
    }
}

/// The key of an event's endpoint.
pub(super) fn key_of<'r>(results: &'r Results, event: &Event) -> &'r str {
    let endpoint = results.summary.endpoints.get(event.endpoint);
    endpoint.map_or("", |endpoint| &endpoint.endpoint_key)
}

/// What was the limit, as a sentence without its end.
pub(super) fn limited(by: Limited) -> &'static str {
    match by {
        Limited::Nothing => "Nothing was the limit: the figures are the target's",
        Limited::Target => "The target was the limit",
        Limited::Workers => "The number of workers was the limit",
        Limited::Generator => {
            "The load generator was the limit: these figures say more of this machine than of the target"
        }
    }
}

/// How it was measured, a sentence each.
pub(super) const MEASURED: [&str; 5] = [
    "Requests fall due on an absolute schedule, whatever became of those before (an open model).",
    "Latency counts from when a request was due to the end of its response, so that time spent waiting \
     for a worker counts (no coordinated omission).",
    "Requests that timed out, were in flight at the end or were never sent count as failed, and as old \
     as they were.",
    "Service time counts from the send; send lag is the time from when a request was due to its send.",
    "A request succeeds with a status from 200 to 299. A worker has one request in flight, unless the \
     load test gives it more.",
];

#[cfg(test)]
mod tests {
    use super::{milliseconds, number, percent, plain, rounded};

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(1234.5678), "1235");
        assert_eq!(number(56.78), "56.8");
        assert_eq!(number(5.0), "5");
        assert_eq!(number(0.00123), "0.001");
        assert_eq!(number(0.0000123), "0.000012");
        assert_eq!(number(f64::NAN), "0");
        assert_eq!(milliseconds(0.25), "250 µs");
        assert_eq!(milliseconds(12_345.0), "12.3 s");
        assert_eq!(percent(0.0125), "1.25 %");
        assert_eq!(rounded(0.1 + 0.2), 0.3);
        assert_eq!(rounded(f64::INFINITY), 0.0);
    }

    #[test]
    fn odd_characters_are_replaced() {
        assert_eq!(plain("a\nb\u{0}c\u{1b}é🚢"), "a b\u{fffd}c\u{fffd}é🚢");
    }
}
