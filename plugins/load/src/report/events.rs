//! `events.jsonl`: a line of JSON for each decision.

use std::time::UNIX_EPOCH;

use serde::Serialize;

use super::ReportError;
use super::text::key_of;
use crate::results::Results;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'r> {
    endpoint_key: &'r str,
    action: &'static str,
    workers: u32,
    reason: String,
    /// In milliseconds since 1970.
    timestamp: u64,
}

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let began = results.began.duration_since(UNIX_EPOCH).unwrap_or_default();
    let began = u64::try_from(began.as_millis()).unwrap_or(u64::MAX);
    let mut text = Vec::new();
    for event in &results.events {
        let line = Line {
            endpoint_key: key_of(results, event),
            action: event.action.name(),
            workers: event.workers,
            reason: event.why.to_string(),
            timestamp: began.saturating_add(event.at / 1_000_000),
        };
        serde_json::to_writer(&mut text, &line).map_err(|source| ReportError::Json {
            name: "events.jsonl",
            source,
        })?;
        text.push(b'\n');
    }
    Ok(text)
}
