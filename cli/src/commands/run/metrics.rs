//! A run's metrics in the formats of others.

use std::fmt::Write as _;

use plimsoll::clock::{Clock as _, SystemClock};
use plimsoll::load::{EndpointSnapshot, Snapshot};
use serde_json::{Value as Json, json};

/// A metric of every endpoint: its name, what it is, whether it only grows, its unit as OTLP has it, and
/// how it is read.
struct Metric {
    name: &'static str,
    help: &'static str,
    grows: bool,
    unit: &'static str,
    read: fn(&EndpointSnapshot) -> Option<f64>,
}

const METRICS: [Metric; 11] = [
    Metric {
        name: "plimsoll_requests_total",
        help: "Requests that ended.",
        grows: true,
        unit: "{request}",
        read: |one| Some(one.requests as f64),
    },
    Metric {
        name: "plimsoll_errors_total",
        help: "Requests that failed.",
        grows: true,
        unit: "{request}",
        read: |one| Some(one.errors as f64),
    },
    Metric {
        name: "plimsoll_target_rate",
        help: "Requests a second that are to be held.",
        grows: false,
        unit: "{request}/s",
        read: |one| one.target_rate,
    },
    Metric {
        name: "plimsoll_rate",
        help: "Requests a second that ended, over the last second.",
        grows: false,
        unit: "{request}/s",
        read: |one| Some(one.last.rate),
    },
    Metric {
        name: "plimsoll_workers",
        help: "Workers.",
        grows: false,
        unit: "{worker}",
        read: |one| Some(f64::from(one.workers)),
    },
    Metric {
        name: "plimsoll_in_flight",
        help: "Requests in flight.",
        grows: false,
        unit: "{request}",
        read: |one| Some(one.in_flight),
    },
    Metric {
        name: "plimsoll_backlog",
        help: "Requests that wait for a worker.",
        grows: false,
        unit: "{request}",
        read: |one| Some(f64::from(one.backlog)),
    },
    Metric {
        name: "plimsoll_latency_p50_seconds",
        help: "Latency from the intended time that half of the last second's requests do not exceed.",
        grows: false,
        unit: "s",
        read: |one| latency(one, one.last.p50_ms),
    },
    Metric {
        name: "plimsoll_latency_p95_seconds",
        help: "Latency from the intended time that 95 % of the last second's requests do not exceed.",
        grows: false,
        unit: "s",
        read: |one| latency(one, one.last.p95_ms),
    },
    Metric {
        name: "plimsoll_latency_p99_seconds",
        help: "Latency from the intended time that 99 % of the last second's requests do not exceed.",
        grows: false,
        unit: "s",
        read: |one| latency(one, one.last.p99_ms),
    },
    Metric {
        name: "plimsoll_tokens_per_second",
        help: "Tokens a second, over the last second.",
        grows: false,
        unit: "{token}/s",
        read: |one| Some(one.last.tokens),
    },
];

/// A latency in seconds, of a second in which a request had one.
fn latency(one: &EndpointSnapshot, milliseconds: f64) -> Option<f64> {
    (one.last.max_ms > 0.0).then_some(milliseconds / 1e3)
}

/// In Prometheus' text format 0.0.4.
pub(super) fn prometheus(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for metric in &METRICS {
        let kind = if metric.grows { "counter" } else { "gauge" };
        let (name, help) = (metric.name, metric.help);
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for endpoint in &snapshot.endpoints {
            if let Some(value) = (metric.read)(endpoint) {
                let key = escaped(&endpoint.key);
                let _ = writeln!(text, "{name}{{endpoint=\"{key}\"}} {value}");
            }
        }
    }
    text
}

fn escaped(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// As OTLP's `ExportMetricsServiceRequest` in JSON (opentelemetry-proto 1.x).
pub(super) fn otlp(snapshot: &Snapshot) -> Json {
    let now = SystemClock.now();
    let now = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    // 64-bit numbers are strings in the JSON of Protocol Buffers.
    let at = now.as_nanos().to_string();
    let metrics = METRICS.iter().map(|metric| {
        let points = snapshot.endpoints.iter().filter_map(|endpoint| {
            let value = (metric.read)(endpoint)?;
            Some(json!({
                "attributes": [{ "key": "endpoint", "value": { "stringValue": &*endpoint.key } }],
                "timeUnixNano": at,
                "asDouble": value,
            }))
        });
        let points: Vec<Json> = points.collect();
        let mut json = json!({
            "name": metric.name.trim_end_matches("_total"),
            "description": metric.help,
            "unit": metric.unit,
        });
        match metric.grows {
            // 2 is cumulative.
            true => json["sum"] = json!({ "dataPoints": points, "aggregationTemporality": 2, "isMonotonic": true }),
            false => json["gauge"] = json!({ "dataPoints": points }),
        }
        json
    });
    json!({ "resourceMetrics": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "plimsoll" } }] },
        "scopeMetrics": [{
            "scope": { "name": "plimsoll.load", "version": env!("CARGO_PKG_VERSION") },
            "metrics": metrics.collect::<Vec<_>>(),
        }],
    }] })
}

#[cfg(test)]
mod tests {
    use plimsoll::load::{EndpointSnapshot, Point, Snapshot};

    use super::{otlp, prometheus};

    fn snapshot() -> Snapshot {
        Snapshot {
            endpoints: vec![EndpointSnapshot {
                key: "GET http://h/\"a\"".into(),
                target_rate: None,
                last: Point {
                    rate: 12.5,
                    p99_ms: 250.0,
                    max_ms: 300.0,
                    ..Point::default()
                },
                workers: 3,
                in_flight: 1.5,
                backlog: 0,
                requests: 100,
                errors: 1,
                ended: None,
                history: Vec::new(),
                decisions: Vec::new(),
            }],
            ..Snapshot::default()
        }
    }

    #[test]
    fn prometheus_reads_it() {
        let text = prometheus(&snapshot());
        assert!(text.contains("# TYPE plimsoll_requests_total counter\n"));
        assert!(
            text.contains("plimsoll_requests_total{endpoint=\"GET http://h/\\\"a\\\"\"} 100\n")
        );
        assert!(
            text.contains(
                "plimsoll_latency_p99_seconds{endpoint=\"GET http://h/\\\"a\\\"\"} 0.25\n"
            )
        );
        assert!(!text.contains("plimsoll_target_rate{"), "there is none");
    }

    #[test]
    fn otlp_has_sums_and_gauges() {
        let json = otlp(&snapshot());
        let metrics = &json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
        assert_eq!(metrics[0]["name"], "plimsoll_requests");
        assert_eq!(metrics[0]["sum"]["dataPoints"][0]["asDouble"], 100.0);
        assert_eq!(metrics[4]["gauge"]["dataPoints"][0]["asDouble"], 3.0);
    }
}
