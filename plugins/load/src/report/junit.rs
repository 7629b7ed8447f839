//! `junit.xml`: a test case for each threshold, and one for each endpoint that says how it went. Thresholds
//! fail, and endpoints that their errors ended before their time.

use std::fmt::Write as _;

use super::ReportError;
use super::text::{date, finite, latency, lines, number, percent, plain};
use crate::results::{EndpointSummary, Results, ThresholdResult};

pub(super) fn report(results: &Results) -> Result<Vec<u8>, ReportError> {
    let summary = &results.summary;
    let missed = summary.thresholds.iter().filter(|one| !one.met).count();
    let ended = summary.endpoints.iter();
    let failed = missed
        + ended
            .filter(|one| one.measured.early_exit_triggered)
            .count();
    let count = summary.thresholds.len() + summary.endpoints.len();
    let seconds = finite(summary.global.final_duration_sec);
    let name = escaped(&plain(&summary.name));
    let totals = format!(
        "name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\" time=\"{seconds:.3}\""
    );
    let date = date(results.began);
    // The schema has a date without a zone.
    let date = date.trim_end_matches('Z');
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&format!(
        "<testsuites {totals}>\n  <testsuite {totals} skipped=\"0\" timestamp=\"{date}\">\n"
    ));
    let verdict = &summary.generator.verdict;
    let limited = serde_json::to_value(verdict.limited_by).unwrap_or_default();
    let properties = [
        ("plimsollVersion", summary.plimsoll_version.clone()),
        ("limitedBy", limited.as_str().unwrap_or("").to_owned()),
        ("limitedByReason", verdict.reason.clone()),
    ];
    push_properties(&mut xml, "    ", &properties);
    for threshold in &summary.thresholds {
        push_threshold(&mut xml, threshold);
    }
    for endpoint in &summary.endpoints {
        push_endpoint(&mut xml, endpoint, seconds);
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    Ok(xml.into_bytes())
}

fn push_threshold(xml: &mut String, threshold: &ThresholdResult) {
    let of = threshold.endpoint_key.as_deref();
    let name = match of {
        Some(key) => format!("{key}: {}", threshold.threshold),
        None => threshold.threshold.clone(),
    };
    let name = escaped(&plain(&name));
    let wanted = escaped(&plain(&threshold.threshold));
    let measured = match threshold.measured.as_str() {
        "not measured" => "not measured".to_owned(),
        measured => format!("measured {}", escaped(&plain(measured))),
    };
    let _ = write!(
        xml,
        "    <testcase classname=\"thresholds\" name=\"{name}\" time=\"0\""
    );
    match threshold.met {
        true => {
            let _ = writeln!(
                xml,
                ">\n      <system-out>{measured}</system-out>\n    </testcase>"
            );
        }
        false => {
            let _ = writeln!(
                xml,
                ">\n      <failure type=\"threshold\" message=\"{measured}, wanted {wanted}\">\
                 {name}\n{measured}\nwanted {wanted}</failure>\n    </testcase>"
            );
        }
    }
}

fn push_endpoint(xml: &mut String, endpoint: &EndpointSummary, seconds: f64) {
    let measured = &endpoint.measured;
    let name = escaped(&plain(&endpoint.endpoint_key));
    let target = match measured.target_requests_per_second {
        Some(rate) => number(rate),
        None => "none".to_owned(),
    };
    let properties = [
        ("targetRate", target.clone()),
        ("rate", number(measured.average_requests_per_second)),
        ("requests", measured.total_requests.to_string()),
        ("failedRequests", measured.failed_requests.to_string()),
        (
            "p50LatencyMs",
            measured.p50_latency_ms.map_or_else(String::new, number),
        ),
        (
            "p95LatencyMs",
            measured.p95_latency_ms.map_or_else(String::new, number),
        ),
        (
            "p99LatencyMs",
            measured.p99_latency_ms.map_or_else(String::new, number),
        ),
        ("peakWorkers", endpoint.peak_workers.to_string()),
        ("averageWorkers", number(endpoint.average_workers)),
    ];
    let _ = writeln!(
        xml,
        "    <testcase classname=\"endpoints\" name=\"{name}\" time=\"{seconds:.3}\">"
    );
    push_properties(xml, "      ", &properties);
    if measured.early_exit_triggered {
        let _ = writeln!(
            xml,
            "      <failure type=\"early-exit\" message=\"ended before its time, by its errors\">{name}</failure>"
        );
    }
    let output = format!(
        "{} requests, {} failed ({}); {} a second of {target}\n\
         latency p50 {}, p95 {}, p99 {}, max {}\n{} workers on average, {} at the most",
        measured.total_requests,
        measured.failed_requests,
        percent(measured.error_rate),
        number(measured.average_requests_per_second),
        latency(measured.p50_latency_ms),
        latency(measured.p95_latency_ms),
        latency(measured.p99_latency_ms),
        latency(measured.max_latency_ms),
        number(endpoint.average_workers),
        endpoint.peak_workers,
    );
    let output = escaped(&lines(&output));
    let _ = writeln!(
        xml,
        "      <system-out>{output}</system-out>\n    </testcase>"
    );
}

fn push_properties(xml: &mut String, indent: &str, properties: &[(&str, String)]) {
    let _ = writeln!(xml, "{indent}<properties>");
    for (name, value) in properties {
        let value = escaped(&plain(value));
        let _ = writeln!(
            xml,
            "{indent}  <property name=\"{name}\" value=\"{value}\"/>"
        );
    }
    let _ = writeln!(xml, "{indent}</properties>");
}

/// A text in an attribute or an element.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            character => escaped.push(character),
        }
    }
    escaped
}
