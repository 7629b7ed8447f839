//! `latency.hlog`: an interval log of HdrHistograms, V2, whose values are nanoseconds and whose maxima
//! are shown in milliseconds.
//!
//! A line tagged by its key is an endpoint over the whole run; a line without a tag is all requests of
//! an interval, which is what tools add up that are told of no tag.

use std::collections::HashSet;
use std::time::{Duration, UNIX_EPOCH};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use plimsoll_core::histogram::Histogram;

use super::ReportError;
use super::text::{finite, plain};
use crate::results::Results;

/// Significant digits: of a time, 0.1 % at the most is lost beside what our own buckets lose.
const DIGITS: u8 = 3;

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    // A clock before 1970 would be written as a negative number, which readers do not take.
    let began = results.began.max(UNIX_EPOCH);
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment("[Histogram log format version 1.3]")
        .add_comment(&format!("[Made by Plimsoll {}]", env!("CARGO_PKG_VERSION")))
        .add_comment("[Latencies from the intended time in ns; maxima in ms]")
        .with_start_time(began)
        .with_base_time(began)
        .with_max_value_divisor(1e6)
        .begin_log_with(&mut bytes, &mut serializer)
        .map_err(wrong)?;
    log.write_comment(
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"",
    )
    .map_err(wrong)?;
    // Lines are in order of their beginning: the whole run first.
    let length = duration(results.summary.global.final_duration_sec);
    let mut taken = HashSet::new();
    for (endpoint, histogram) in results.summary.endpoints.iter().zip(&results.histograms) {
        let tag = tag(&endpoint.endpoint_key, &mut taken);
        log.write_histogram(&hdr(histogram)?, Duration::ZERO, length, Tag::new(&tag))
            .map_err(wrong)?;
    }
    let mut from = Duration::ZERO;
    for second in &results.seconds {
        let until = duration(second.at_seconds);
        log.write_histogram(
            &hdr(&second.latencies)?,
            from,
            until.saturating_sub(from),
            None,
        )
        .map_err(wrong)?;
        from = until;
    }
    Ok(bytes)
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(finite(seconds)).unwrap_or_default()
}

fn hdr(histogram: &Histogram) -> Result<hdrhistogram::Histogram<u64>, ReportError> {
    let mut hdr = hdrhistogram::Histogram::new(DIGITS).map_err(wrong)?;
    // The middle of the outermost buckets may lie beyond what was measured.
    let (least, most) = (histogram.min(), histogram.max());
    for (middle, count) in histogram.buckets() {
        let value = middle.max(least).min(most.max(least));
        hdr.record_n(value, count).map_err(wrong)?;
    }
    Ok(hdr)
}

fn wrong(error: impl std::fmt::Display) -> ReportError {
    ReportError::Histogram(error.to_string())
}

/// A key as a tag, which holds no comma, space or line end, and which no other endpoint has.
fn tag(key: &str, taken: &mut HashSet<String>) -> String {
    let tag = plain(key).replace([' ', ','], "_");
    let tag = match tag.is_empty() {
        true => "endpoint".to_owned(),
        false => tag,
    };
    let mut own = tag.clone();
    let mut count = 1_usize;
    while !taken.insert(own.clone()) {
        count += 1;
        own = format!("{tag}#{count}");
    }
    own
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::tag;

    #[test]
    fn tags_hold_nothing_that_ends_them_and_differ() {
        let mut taken = HashSet::new();
        assert_eq!(tag("GET http://a/,b", &mut taken), "GET_http://a/_b");
        assert_eq!(tag("GET http://a/ b", &mut taken), "GET_http://a/_b#2");
        assert_eq!(tag("", &mut taken), "endpoint");
    }
}
