//! A run beside another: what changed, what is worse, and whether limits on that hold.

mod limit;
mod metric;
mod table;

use serde::Serialize;

pub use limit::{Limit, LimitError};
pub use metric::Metric;

use crate::results::{EndpointSummary, Measured, Summary};

/// A candidate beside its baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The baseline's name.
    pub baseline: String,
    /// The candidate's name.
    pub candidate: String,
    /// All endpoints together, and then each endpoint that both have.
    pub parts: Vec<Part>,
    /// The keys that only the baseline has.
    pub only_baseline: Vec<String>,
    /// The keys that only the candidate has.
    pub only_candidate: Vec<String>,
    /// What was to hold, and whether it does: of all together, and of each endpoint that both have.
    pub limits: Vec<LimitResult>,
}

/// What changed of all together, or of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The endpoint; none for all together.
    pub endpoint_key: Option<String>,
    /// What was measured of both.
    pub changes: Vec<Change>,
}

/// How a metric changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What was measured.
    pub metric: Metric,
    /// In the baseline; in the metric's unit.
    pub baseline: f64,
    /// In the candidate.
    pub candidate: f64,
    /// The candidate less the baseline.
    pub absolute: f64,
    /// That as a share of the baseline; none where the baseline is 0.
    pub relative: Option<f64>,
    /// Whether the candidate is worse, by however little.
    pub worse: bool,
}

/// Whether a limit holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitResult {
    /// The limit.
    pub limit: Limit,
    /// The endpoint that it is about; none for all together.
    pub endpoint_key: Option<String>,
    /// How it changed; none where one of the two did not measure it.
    pub change: Option<Change>,
    /// Whether it holds. What was not measured does not.
    pub met: bool,
}

impl Comparison {
    /// Whether every limit holds.
    #[must_use]
    pub fn met(&self) -> bool {
        self.limits.iter().all(|limit| limit.met)
    }

    /// A table for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        table::text(self)
    }
}

/// Compares a candidate with its baseline.
///
/// A limit is on all together and on each endpoint that both have. It says nothing of an endpoint of
/// which neither measured it, such as one whose responses are no streams.
#[must_use]
pub fn compare(baseline: &Summary, candidate: &Summary, limits: &[Limit]) -> Comparison {
    let mut comparison = Comparison {
        baseline: baseline.name.clone(),
        candidate: candidate.name.clone(),
        parts: Vec::new(),
        only_baseline: Vec::new(),
        only_candidate: Vec::new(),
        limits: Vec::new(),
    };
    let (before, now) = (&baseline.global.measured, &candidate.global.measured);
    add(&mut comparison, None, [before, now], limits);
    let after = by_key(candidate);
    for endpoint in &baseline.endpoints {
        let key = endpoint.endpoint_key.as_str();
        match after.get(key) {
            Some(now) => {
                let both = [&endpoint.measured, &now.measured];
                add(&mut comparison, Some(key), both, limits);
            }
            None => comparison.only_baseline.push(key.to_owned()),
        }
    }
    let before = by_key(baseline);
    let keys = candidate.endpoints.iter().map(|one| &one.endpoint_key);
    comparison.only_candidate = keys
        .filter(|key| !before.contains_key(key.as_str()))
        .cloned()
        .collect();
    comparison
}

fn by_key(summary: &Summary) -> std::collections::HashMap<&str, &EndpointSummary> {
    let endpoints = summary.endpoints.iter();
    endpoints
        .map(|endpoint| (endpoint.endpoint_key.as_str(), endpoint))
        .collect()
}

fn add(comparison: &mut Comparison, key: Option<&str>, both: [&Measured; 2], limits: &[Limit]) {
    let changes = Metric::ALL
        .iter()
        .filter_map(|metric| change(*metric, both));
    comparison.parts.push(Part {
        endpoint_key: key.map(str::to_owned),
        changes: changes.collect(),
    });
    for limit in limits {
        let [before, now] = both.map(|measured| limit.metric.of(measured));
        if key.is_some() && before.is_none() && now.is_none() {
            continue;
        }
        let change = change(limit.metric, both);
        comparison.limits.push(LimitResult {
            limit: *limit,
            endpoint_key: key.map(str::to_owned),
            met: change.is_some_and(|change| limit.holds(change.baseline, change.candidate)),
            change,
        });
    }
}

fn change(metric: Metric, both: [&Measured; 2]) -> Option<Change> {
    let [Some(baseline), Some(candidate)] = both.map(|measured| metric.of(measured)) else {
        return None;
    };
    let absolute = candidate - baseline;
    Some(Change {
        metric,
        baseline,
        candidate,
        absolute,
        relative: (baseline != 0.0).then(|| absolute / baseline),
        worse: match metric.more_is_worse() {
            true => absolute > 0.0,
            false => absolute < 0.0,
        },
    })
}
