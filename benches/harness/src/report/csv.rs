//! Results as CSV (RFC 4180), a line a score.

use plimsoll_core::autoscaling::FIELDS;

use crate::bench::Leaderboard;
use crate::score::{Latency, Outcome, Score};
use crate::tune::Tuning;

/// The columns of a score, and how each is read from it.
type Column = (&'static str, fn(&Score) -> f64);

const COLUMNS: [Column; 37] = [
    ("window_seconds", |score| score.window_seconds),
    ("arrived", |score| score.requests.arrived as f64),
    ("completed", |score| score.requests.completed as f64),
    ("dropped", |score| score.requests.dropped as f64),
    ("unfinished", |score| score.requests.unfinished as f64),
    ("met_cold_start", |score| {
        score.requests.met_cold_start as f64
    }),
    ("slo_latency_seconds", |score| score.slo.latency_seconds),
    ("slo_wanted", |score| score.slo.wanted),
    ("attainment", |score| score.slo.attainment),
    ("goodput_per_second", |score| score.slo.goodput_per_second),
    ("latency_mean_seconds", |score| score.latency.total.mean),
    ("latency_p50_seconds", |score| score.latency.total.p50),
    ("latency_p90_seconds", |score| score.latency.total.p90),
    ("latency_p95_seconds", |score| score.latency.total.p95),
    ("latency_p99_seconds", |score| score.latency.total.p99),
    ("latency_p999_seconds", |score| score.latency.total.p999),
    ("latency_max_seconds", |score| score.latency.total.max),
    ("queueing_p99_seconds", |score| p99(score.latency.queueing)),
    ("cold_start_p99_seconds", |score| {
        p99(score.latency.cold_start)
    }),
    ("service_p99_seconds", |score| p99(score.latency.service)),
    ("starting_replica_seconds", |score| {
        score.replicas.starting_seconds
    }),
    ("ready_replica_seconds", |score| {
        score.replicas.ready_seconds
    }),
    ("draining_replica_seconds", |score| {
        score.replicas.draining_seconds
    }),
    ("provisioned_replica_seconds", |score| {
        score.replicas.provisioned_seconds
    }),
    ("mean_replicas", |score| score.replicas.mean),
    ("peak_replicas", |score| score.replicas.peak.into()),
    ("utilization", |score| score.replicas.utilization),
    ("cost", |score| score.cost),
    ("cost_per_million", |score| score.cost_per_million),
    ("under_provisioned_percent", |score| {
        score.elasticity.under_provisioned_percent
    }),
    ("over_provisioned_percent", |score| {
        score.elasticity.over_provisioned_percent
    }),
    ("under_provisioned_time", |score| {
        score.elasticity.under_provisioned_time
    }),
    ("over_provisioned_time", |score| {
        score.elasticity.over_provisioned_time
    }),
    ("instability", |score| score.elasticity.instability),
    ("scale_ups", |score| score.scaling.ups as f64),
    ("scale_downs", |score| score.scaling.downs as f64),
    ("replicas_started", |score| {
        score.scaling.replicas_started as f64
    }),
];

fn p99(latency: Latency) -> f64 {
    latency.p99
}

/// A bench: a line for each scenario, policy and workload.
#[must_use]
pub fn csv_of_bench(board: &Leaderboard) -> String {
    let mut csv = header(&["scenario", "policy", "workload", "met"]);
    for scenario in &board.scenarios {
        for cell in &scenario.cells {
            for score in &cell.scores {
                let met = score.slo.met.to_string();
                line(
                    &mut csv,
                    &[&scenario.name, &cell.policy, &score.workload, &met],
                    score,
                );
            }
        }
    }
    csv
}

/// A simulation: a line for each workload. `met` says whether an objective was met that is not
/// the workloads' own.
#[must_use]
pub fn csv_of_outcome(outcome: &Outcome, met: Option<bool>) -> String {
    let mut csv = header(&["scenario", "workload", "met"]);
    for score in &outcome.workloads {
        let met = met.unwrap_or(score.slo.met).to_string();
        line(&mut csv, &[&outcome.scenario, &score.workload, &met], score);
    }
    csv
}

/// A tuning: a line for each trial, the cheapest first; before them one for the settings that
/// stand today, where they were given.
#[must_use]
pub fn csv_of_tuning(tuning: &Tuning) -> String {
    let settings = FIELDS.map(|field| field.name);
    let names = ["baseline", "recommended", "on_front", "met", "used"];
    let mut csv = header(&[&names, &settings[..]].concat());
    let trials = tuning.trials.iter().enumerate();
    let trials = trials.map(|(index, trial)| (trial, tuning.recommended == Some(index)));
    let baseline = tuning.baseline.iter().map(|trial| (trial, false));
    for (index, (trial, recommended)) in baseline.chain(trials).enumerate() {
        let mut first = vec![
            (tuning.baseline.is_some() && index == 0).to_string(),
            recommended.to_string(),
            trial.on_front.to_string(),
            trial.met.to_string(),
            trial.used.to_string(),
        ];
        first.extend(settings.iter().map(|name| {
            let value = trial.settings.get(name);
            value.map_or_else(String::new, |value| value.to_string())
        }));
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        line(&mut csv, &first, &trial.score);
    }
    csv
}

fn header(first: &[&str]) -> String {
    let names = first.iter().copied().chain(COLUMNS.map(|(name, _)| name));
    names.collect::<Vec<_>>().join(",") + "\r\n"
}

fn line(csv: &mut String, first: &[&str], score: &Score) {
    let mut fields: Vec<String> = first.iter().map(|text| quoted(text)).collect();
    fields.extend(COLUMNS.iter().map(|(_, read)| read(score).to_string()));
    csv.push_str(&fields.join(","));
    csv.push_str("\r\n");
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_where_they_must() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
