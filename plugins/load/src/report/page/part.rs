//! What the page shows of one endpoint, or of all together.

use std::collections::HashMap;

use plimsoll_core::histogram::Histogram;
use serde_json::{Value as Json, json};

use crate::report::text::finite;
use crate::results::{Action, Latency, Measured, Point, Results, Why};

/// Decisions that are shown of one endpoint, the last ones.
const SHOWN: usize = 200;

/// How far from all requests a share of them is, at which latencies are shown: eight to a nine.
const NINES: i32 = 8;

/// What a part is drawn of.
pub(super) struct Drawn<'r> {
    pub(super) measured: &'r Measured,
    pub(super) points: &'r [Point],
    pub(super) latencies: Option<&'r Histogram>,
    pub(super) decisions: &'r [Json],
    pub(super) workers: f64,
    pub(super) decided: usize,
}

/// Four digits are more than a chart shows.
fn digits(value: f64) -> f64 {
    format!("{:.3e}", finite(value)).parse().unwrap_or(0.0)
}

/// A column; null where there is nothing in it to see.
fn column(points: &[Point], read: fn(&Point) -> f64) -> Json {
    let values: Vec<f64> = points.iter().map(|point| digits(read(point))).collect();
    match values.iter().any(|value| *value != 0.0) {
        true => json!(values),
        false => Json::Null,
    }
}

/// Seconds that a latency in milliseconds is.
fn seconds(milliseconds: f64) -> f64 {
    digits(milliseconds / 1e3)
}

fn times(latency: Option<&Latency>) -> Json {
    let latency = latency.filter(|times| times.count > 0);
    latency.map_or(Json::Null, |times| {
        json!([seconds(times.p50_ms), seconds(times.p99_ms)])
    })
}

pub(super) fn part(drawn: &Drawn<'_>) -> Json {
    let measured = drawn.measured;
    let points = drawn.points;
    // Times are in order, and close to each other at the end of a long run: they have all their digits.
    let exact = |read: fn(&Point) -> f64| -> Vec<f64> {
        points
            .iter()
            .map(|point| (finite(read(point)) * 1e3).round() / 1e3)
            .collect()
    };
    json!({
        "requests": measured.total_requests,
        "failed": measured.failed_requests,
        "errors": finite(measured.error_rate),
        "dropped": measured.dropped_requests,
        "target": measured.target_requests_per_second.map(digits),
        "rate": digits(measured.average_requests_per_second),
        "achieved": measured.rate_achieved.map(finite),
        "workers": digits(drawn.workers),
        "mean": measured.average_latency_ms.map(seconds),
        "p50": measured.p50_latency_ms.map(seconds),
        "p95": measured.p95_latency_ms.map(seconds),
        "p99": measured.p99_latency_ms.map(seconds),
        "max": measured.max_latency_ms.map(seconds),
        "service": times(Some(&measured.service_time)),
        "lag": times(Some(&measured.send_lag)),
        "ttft": times(measured.time_to_first_token.as_ref()),
        "itl": times(measured.inter_token_latency.as_ref()),
        "tokens": measured.tokens_per_second.map(digits),
        "goodput": measured.goodput.map(|goodput| finite(goodput.share)),
        "statuses": measured.status_code_distribution,
        "failures": measured.failures,
        "decided": drawn.decided,
        "decisions": drawn.decisions,
        "distribution": drawn.latencies.map_or_else(Vec::new, distribution),
        "series": {
            "at": exact(|point| point.at_seconds - point.length_seconds),
            "length": exact(|point| point.length_seconds),
            "target": column(points, |point| point.target_rate),
            "sent": column(points, |point| point.sent_rate),
            "rate": column(points, |point| point.rate),
            "errors": column(points, |point| point.error_rate),
            "workers": column(points, |point| point.workers),
            "flight": column(points, |point| point.in_flight),
            "backlog": column(points, |point| point.backlog.into()),
            "p50": column(points, |point| point.p50_ms / 1e3),
            "p95": column(points, |point| point.p95_ms / 1e3),
            "p99": column(points, |point| point.p99_ms / 1e3),
            "max": column(points, |point| point.max_ms / 1e3),
            "tokens": column(points, |point| point.tokens),
        },
    })
}

/// Shares of the requests, and the latency in seconds that they do not exceed; as far towards all as
/// there are requests to tell of.
fn distribution(latencies: &Histogram) -> Vec<(f64, f64)> {
    if latencies.is_empty() {
        return Vec::new();
    }
    let count = latencies.count() as f64;
    let shares = (0..=5 * NINES).map(|step| match step % NINES {
        // What stands on the axis is exactly that.
        0 => 1.0 - 10_f64.powi(-step / NINES),
        _ => 1.0 - 10_f64.powf(f64::from(-step) / f64::from(NINES)),
    });
    let mut shares: Vec<f64> = shares.chain([0.5]).collect();
    shares.sort_by(f64::total_cmp);
    shares
        .into_iter()
        .map(|share| (share * 1e7).round() / 1e7)
        .filter(|share| (1.0 - share) * count >= 1.0 - 1e-6)
        .map(|share| (share, digits(latencies.quantile(share) as f64 / 1e9)))
        .collect()
}

/// Decisions by endpoint, with what they have in common said once.
pub(super) struct Decisions {
    /// The last of all together, each with its endpoint's place at its end.
    pub(super) all: Vec<Json>,
    /// Why: what decisions refer to by place.
    pub(super) reasons: Vec<String>,
    each: HashMap<usize, (usize, Vec<Json>)>,
}

impl Decisions {
    /// How many there were of an endpoint, and the last of them.
    pub(super) fn of(&self, endpoint: usize) -> (usize, &[Json]) {
        let found = self.each.get(&endpoint);
        found.map_or((0, &[]), |(count, last)| (*count, last))
    }
}

pub(super) fn decisions(results: &Results) -> Decisions {
    let mut decisions = Decisions {
        all: Vec::new(),
        reasons: Vec::new(),
        each: HashMap::new(),
    };
    let mut places: Vec<Why> = Vec::new();
    let late = results.events.len().saturating_sub(SHOWN);
    // From the last to the first, so that the last are kept.
    for (index, event) in results.events.iter().enumerate().rev() {
        let (count, last) = decisions.each.entry(event.endpoint).or_default();
        *count += 1;
        if last.len() >= SHOWN && index < late {
            continue;
        }
        let known = places.iter().position(|why| *why == event.why);
        let reason = known.unwrap_or_else(|| {
            places.push(event.why);
            decisions.reasons.push(event.why.to_string());
            places.len() - 1
        });
        let action = match event.action {
            Action::ScaleUp => "more",
            Action::ScaleDown => "fewer",
            Action::EarlyExit => "ended",
        };
        let at = (event.at as f64 / 1e7).round() / 1e2;
        if last.len() < SHOWN {
            last.push(json!([at, action, event.workers, reason]));
        }
        if index >= late {
            let all = json!([at, action, event.workers, reason, event.endpoint]);
            decisions.all.push(all);
        }
    }
    decisions.all.reverse();
    for (_, last) in decisions.each.values_mut() {
        last.reverse();
    }
    decisions
}
