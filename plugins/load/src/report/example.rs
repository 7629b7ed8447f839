//! Results that were made by hand, with odd texts in them.

use std::time::{Duration, UNIX_EPOCH};

use plimsoll_core::histogram::Histogram;
use plimsoll_core::policy::Reason;
use serde_json::json;

use crate::clock::SECOND;
use crate::engine::Failure;
use crate::results::detail::Detail;
use crate::results::{
    Action, EndpointSummary, Event, Generator, Global, Latency, Limited, Point, ResponseSample,
    Results, Second, Summary, ThresholdResult, Totals, Verdict, Why,
};

/// Keys that a report must not trip over.
const ODD: [&str; 3] = [
    "GET https://a.example/items?a=1&b=<2>",
    "POST \"quoted\", `ticked` | piped\nbroken 🚢",
    "=cmd()\u{0}, 'x'",
];

/// What a run of three endpoints with odd keys came to.
pub(super) fn results() -> Results {
    let keys = ODD.map(str::to_owned);
    make(&keys, 20)
}

/// What a run of so many endpoints came to.
pub(super) fn many(count: usize, seconds: u32) -> Results {
    let keys: Vec<String> = (0..count)
        .map(|place| format!("GET https://api.example.com/v1/models/{place}/predict"))
        .collect();
    make(&keys, seconds)
}

/// Latencies that differ from endpoint to endpoint and from second to second, and are always the same.
fn detail(place: u32, second: u32) -> Detail {
    let mut detail = Detail::default();
    for request in 0..20 + place % 5 {
        let slow = (request * 7 + second * 3 + place) % 20;
        let service = u64::from(2 + slow * slow / 8 + place % 3) * 1_000_000;
        let lag = u64::from(10 + request) * 1000;
        detail.service.record(service);
        detail.response.record(service + lag);
        detail.lag.record(lag);
        if place % 3 == 1 {
            detail.first_token.record(service / 4);
            detail.inter_token.record(service / 40);
            detail.tokens += 12;
            detail.streams += 1;
        }
        detail.good += u64::from(slow < 18);
        detail.count_status(if slow == 19 { 503 } else { 200 }, 1);
    }
    if place % 3 == 2 && second == 7 {
        detail.failures[Failure::Timeout as usize] += 1;
    }
    detail.bytes_sent += 2000;
    detail.bytes_received += 40_000;
    detail
}

fn point(detail: &Detail, place: u32, second: u32) -> Point {
    let at = |share| crate::results::milliseconds(detail.response.quantile(share));
    let rate = detail.response.count() as f64;
    Point {
        at_seconds: f64::from(second + 1),
        length_seconds: 1.0,
        target_rate: match place % 3 {
            2 => 0.0,
            _ => f64::from(20 + place % 5),
        },
        sent_rate: rate,
        rate,
        error_rate: detail
            .statuses
            .iter()
            .filter(|(status, _)| *status != 200)
            .map(|(_, count)| *count as f64)
            .sum(),
        workers: f64::from(1 + second.min(6) / 2),
        in_flight: f64::from(1 + second.min(6) / 2) * 0.6,
        backlog: 8_u32.saturating_sub(second * 2),
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        max_ms: crate::results::milliseconds(detail.response.max()),
        tokens: detail.tokens as f64,
    }
}

fn make(keys: &[String], seconds: u32) -> Results {
    let mut together = vec![Histogram::default(); seconds as usize];
    let mut all = Totals::default();
    let (mut endpoints, mut histograms, mut timelines) = (Vec::new(), Vec::new(), Vec::new());
    for (place, key) in (0_u32..).zip(keys) {
        let mut timeline = Vec::new();
        let mut totals = Totals {
            early_exit: place % 3 == 2,
            peak: 25.0,
            ..Totals::default()
        };
        for (second, sum) in (0_u32..).zip(&mut together) {
            let detail = detail(place, second);
            timeline.push(point(&detail, place, second));
            sum.merge(&detail.response);
            totals.detail.merge(&detail);
        }
        totals.judged = place.is_multiple_of(2).then(|| totals.total());
        if totals.judged.is_none() {
            totals.detail.good = 0;
        }
        totals.sent = totals.detail.response.count();
        totals.due = totals.sent;
        totals.expected = (place % 3 != 2).then(|| f64::from((20 + place % 5) * seconds));
        totals.sent_in_time = totals.expected.map_or(0, |_| totals.sent);
        all.add(&totals);
        endpoints.push(endpoint(key, place, &totals, seconds));
        histograms.push(totals.detail.response);
        timelines.push(timeline);
    }
    all.peak = 25.0 * keys.len() as f64;
    let measured = all.measured(u64::from(seconds) * SECOND);
    let begin = 1_790_000_000_000;
    Results {
        summary: Summary {
            plimsoll_version: "0.1.0".to_owned(),
            name: "nightly <b>&</b> | test".to_owned(),
            config_snapshot: json!({ "name": "nightly", "requests": [{ "url": "=1+1", "rps": 20, "headers": null }] }),
            global: Global {
                total_endpoints: keys.len(),
                epoch_started_at: begin,
                epoch_ended_at: begin + u64::from(seconds) * 1000,
                final_duration_sec: f64::from(seconds),
                interrupted: false,
                avg_system_cpu_usage_percent: 12.5,
                avg_process_memory_usage_mb: 14.2,
                measured,
            },
            endpoints,
            generator: generator(),
            thresholds: thresholds(keys),
        },
        began: UNIX_EPOCH + Duration::from_millis(begin),
        histograms,
        seconds: (1_u32..)
            .zip(together)
            .map(|(second, latencies)| Second {
                at_seconds: f64::from(second),
                latencies,
            })
            .collect(),
        timelines,
        events: events(keys.len()),
        events_left_out: 0,
    }
}

fn endpoint(key: &str, place: u32, totals: &Totals, seconds: u32) -> EndpointSummary {
    EndpointSummary {
        endpoint_key: key.to_owned(),
        method: key.split(' ').next().unwrap_or_default().to_owned(),
        url: key.split(' ').nth(1).unwrap_or_default().to_owned(),
        theoretical_max_rps: totals
            .expected
            .map(|expected| expected / f64::from(seconds)),
        workers: 4,
        peak_workers: 4 + place % 3,
        average_workers: 3.25,
        policy: place.is_multiple_of(2).then(|| "little".to_owned()),
        response_samples: vec![ResponseSample {
            status_code: 200,
            body: "=HYPERLINK(\"x\")\u{1}".to_owned(),
        }],
        measured: totals.measured(u64::from(seconds) * SECOND),
    }
}

fn generator() -> Generator {
    Generator {
        verdict: Verdict {
            limited_by: Limited::Generator,
            reason: "1 % of the requests that had a worker were sent more than 4.2 ms late"
                .to_owned(),
        },
        threads: 2,
        pacing: Latency {
            count: 100,
            p50_ms: 0.031,
            p99_ms: 4.2,
            max_ms: 9.0,
            ..Latency::default()
        },
        cpu_seconds: 1.5,
        cpu_per_request_us: 17.5,
        busiest_loop: 0.93,
    }
}

fn thresholds(keys: &[String]) -> Vec<ThresholdResult> {
    let result = |threshold: &str, of: Option<&String>, measured: &str, met| ThresholdResult {
        threshold: threshold.to_owned(),
        endpoint_key: of.cloned(),
        measured: measured.to_owned(),
        met,
    };
    vec![
        result("p99<500ms", None, "47.125ms", true),
        result("errors<1%", keys.get(1), "4.762%", false),
    ]
}

fn events(endpoints: usize) -> Vec<Event> {
    let event = |endpoint, action, workers, why, tenths: u64| Event {
        endpoint,
        action,
        workers,
        why,
        at: tenths * SECOND / 10,
    };
    let mut events = Vec::new();
    for endpoint in 0..endpoints {
        let above = Why::Policy(Reason::ABOVE_TARGET);
        events.push(event(endpoint, Action::ScaleUp, 2, above, 21));
        events.push(event(endpoint, Action::ScaleUp, 4, Why::Budget, 43));
        match endpoint % 3 {
            2 => events.push(event(endpoint, Action::EarlyExit, 0, Why::Status(503), 150)),
            _ => events.push(event(
                endpoint,
                Action::ScaleDown,
                3,
                Why::Policy(Reason::BELOW_TARGET),
                120,
            )),
        }
    }
    events.sort_by_key(|event| event.at);
    events
}
