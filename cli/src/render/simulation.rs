//! What a simulation came to.

use plimsoll::harness::score::{Latency, Point, Score};
use plimsoll::harness::tune::SloExpression;

use super::chart::{Series, draw};
use super::figures::{count, percent, several, table, three_digits, time};
use crate::experiment::{Experiment, Setting, Term};

/// What is simulated: settings and traffic, each with who says so.
pub(crate) fn about(experiment: &Experiment) -> String {
    let effective = &experiment.effective;
    let environment = effective.environment.as_ref().map_or_else(
        || "no environment: the base".to_owned(),
        |environment| format!("environment {environment}"),
    );
    let mut out = format!(
        "{} in {environment}, scaled by {}\n\n",
        effective.workload, experiment.policy
    );
    out.push_str(&settings(&experiment.rows));
    out.push('\n');
    out.push_str(&terms(&experiment.terms, 2));
    let notes = experiment.notes();
    if !notes.is_empty() {
        out.push('\n');
        for note in notes {
            out.push_str(&format!("  {note}\n"));
        }
    }
    out
}

/// Settings with their places.
fn settings(rows: &[Setting]) -> String {
    let name = widest(rows.iter().map(|row| row.name.len()));
    let value = widest(rows.iter().map(|row| row.value.to_string().len()));
    let line = |row: &Setting| {
        let from = row.from();
        format!("  {:name$}  {:>value$}  {from}\n", row.name, row.value)
    };
    rows.iter().map(line).collect()
}

/// What is simulated beside the settings. What nobody says stands out.
pub(crate) fn terms(terms: &[Term], indent: usize) -> String {
    let name = widest(terms.iter().map(|term| term.name.len()));
    let value = widest(
        terms
            .iter()
            .map(|term| term.value.chars().count())
            .filter(|width| *width <= 60),
    );
    let line = |term: &Term| {
        let from = if term.assumed {
            super::painted_out("33", &term.from)
        } else {
            term.from.clone()
        };
        format!(
            "{:indent$}{:name$}  {:value$}  {from}\n",
            "", term.name, term.value
        )
    };
    terms.iter().map(line).collect()
}

fn widest(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.max().unwrap_or(0)
}

/// The score of a workload, line by line.
pub(crate) fn score(score: &Score, limits: &SloExpression, priced: bool) -> String {
    let requests = &score.requests;
    let mut lines = vec![(
        "requests",
        format!(
            "{} arrived ({}/s), {} completed, {} dropped, {} unfinished",
            count(requests.arrived),
            three_digits(requests.per_second),
            count(requests.completed),
            count(requests.dropped),
            count(requests.unfinished),
        ),
    )];
    let verdict = if limits.met(score) {
        super::painted_out("32", "met")
    } else {
        super::painted_out("31", "missed")
    };
    lines.push(("objective", format!("{limits}: {verdict}")));
    lines.extend(out_of_reach(limits, score).map(|why| ("", why)));
    lines.push((
        "attainment",
        format!(
            "{} within {}; goodput {}/s",
            percent(score.slo.attainment),
            time(score.slo.latency_seconds),
            three_digits(score.slo.goodput_per_second),
        ),
    ));
    let completed = (requests.completed as f64).max(1.0);
    lines.push((
        "cold starts",
        format!(
            "{} requests met one ({})",
            count(requests.met_cold_start),
            percent(requests.met_cold_start as f64 / completed),
        ),
    ));
    let replicas = &score.replicas;
    lines.push((
        "replicas",
        format!(
            "{} in the mean, {} at most; {} of their places used",
            three_digits(replicas.mean),
            replicas.peak,
            percent(replicas.utilization),
        ),
    ));
    let scaling = &score.scaling;
    lines.push((
        "scaling",
        format!(
            "{} up, {} down; {} started",
            several(scaling.ups, "time"),
            several(scaling.downs, "time"),
            several(scaling.replicas_started, "replica"),
        ),
    ));
    let elasticity = &score.elasticity;
    lines.push((
        "supply",
        format!(
            "too little {} of the time ({} % of demand), too much {} of it ({} %)",
            percent(elasticity.under_provisioned_time),
            three_digits(elasticity.under_provisioned_percent),
            percent(elasticity.over_provisioned_time),
            three_digits(elasticity.over_provisioned_percent),
        ),
    ));
    lines.push(("cost", cost(score, priced)));
    let late = requests.completed_after_end;
    if late as f64 > completed / 100.0 {
        let late = several(late, "request");
        lines.push((
            "",
            format!("{late} completed after arrivals ended, on replicas nobody pays for"),
        ));
    }
    let name = widest(lines.iter().map(|(name, _)| name.len()));
    let mut out = latencies(score);
    out.push('\n');
    for (label, text) in lines {
        out.push_str(&format!("  {label:name$}  {text}\n"));
    }
    out
}

/// Why no settings would meet an objective: the service alone takes longer.
pub(crate) fn out_of_reach(limits: &SloExpression, score: &Score) -> Option<String> {
    let service = &score.latency.service;
    let known = [
        ("p50", 0.5, service.p50),
        ("p90", 0.9, service.p90),
        ("p95", 0.95, service.p95),
        ("p99", 0.99, service.p99),
        ("p99.9", 0.999, service.p999),
    ];
    limits.percentiles().find_map(|limit| {
        let same = |(_, share, _): &&(&str, f64, f64)| (share - limit.attainment).abs() < 1e-9;
        let (name, _, seconds) = known.iter().find(same)?;
        (*seconds > limit.latency.as_secs()).then(|| {
            let taken = time(*seconds);
            format!("the service alone takes {taken} at {name}: more replicas do not help")
        })
    })
}

/// What replicas cost: in the price's unit, or in replica-hours.
fn cost(score: &Score, priced: bool) -> String {
    let hours = score.replicas.provisioned_seconds / 3_600.0;
    let million = format!(
        "{} per million requests",
        three_digits(score.cost_per_million)
    );
    if priced {
        let hours = three_digits(hours);
        format!(
            "{} ({hours} replica-hours); {million}",
            three_digits(score.cost)
        )
    } else {
        format!("{} replica-hours; {million}", three_digits(hours))
    }
}

fn latencies(score: &Score) -> String {
    let latency = &score.latency;
    let row = |name: &str, latency: &Latency| {
        let values = [
            latency.mean,
            latency.p50,
            latency.p90,
            latency.p95,
            latency.p99,
            latency.p999,
            latency.max,
        ];
        let mut row = vec![name.to_owned()];
        row.extend(values.map(time));
        row
    };
    let head = ["", "mean", "p50", "p90", "p95", "p99", "p99.9", "max"];
    table(
        &[
            head.map(str::to_owned).to_vec(),
            row("latency", &latency.total),
            row("  queueing", &latency.queueing),
            row("  cold start", &latency.cold_start),
            row("  service", &latency.service),
        ],
        2,
    )
}

/// Replicas against demand, and the latency, over time.
pub(crate) fn charts(score: &Score) -> String {
    let points = &score.timeline;
    let values = |read: fn(&Point) -> f64| points.iter().map(read).collect();
    let seconds = points
        .last()
        .map_or(0.0, |last| last.at_seconds + last.length_seconds);
    let replicas = [
        Series {
            name: "replicas ready",
            style: "34",
            values: values(|point| point.ready),
            filled: true,
        },
        Series {
            name: "replicas that the load takes",
            style: "33",
            values: values(|point| point.demand),
            filled: false,
        },
    ];
    let latency = [Series {
        name: "mean latency, in seconds",
        style: "35",
        values: values(|point| point.latency_mean_seconds),
        filled: true,
    }];
    format!("{}\n{}", draw(&replicas, seconds), draw(&latency, seconds))
}
