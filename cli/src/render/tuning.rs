//! What a search for settings has found.

use plimsoll::autoscaling::{AutoscalingSettings, FIELDS};
use plimsoll::harness::score::Score;
use plimsoll::harness::tune::{SloExpression, Space, Trial, Tuning};

use super::figures::{percent, table, three_digits, time};
use super::simulation;
use crate::experiment::Experiment;

/// Trials of the front that are shown.
const SHOWN: usize = 12;

/// What was searched, what is recommended against what is effective now, and the front.
pub(crate) fn text(
    experiment: &Experiment,
    now: &Score,
    limits: &SloExpression,
    tuning: &Tuning,
    space: &Space,
    priced: bool,
) -> String {
    let mut out = simulation::about(experiment);
    let searched: Vec<_> = space.axes.iter().map(|(name, _)| *name).collect();
    out.push_str(&format!(
        "\n  {} of {} settings tried: {}\n",
        tuning.trials.len(),
        space.size(),
        searched.join(", ")
    ));
    if let Some(best) = tuning.recommendation() {
        out.push('\n');
        out.push_str(&against(experiment, now, limits, best, priced));
        out.push_str(&format!("\n  {}\n", tuning.reason));
    }
    out.push_str(&format!(
        "\nWhat {limits} costs: nothing that was tried is both cheaper and nearer to it\n\n"
    ));
    out.push_str(&front(tuning, space));
    out
}

/// What is recommended beside what is effective now.
fn against(
    experiment: &Experiment,
    now: &Score,
    limits: &SloExpression,
    best: &Trial,
    priced: bool,
) -> String {
    let mut rows = vec![row("", "now", "recommended")];
    let value = |settings: &AutoscalingSettings, name| {
        settings
            .get(name)
            .map_or_else(|| "–".to_owned(), |value| value.to_string())
    };
    for field in FIELDS {
        let (before, after) = (
            value(&experiment.settings, field.name),
            value(&best.settings, field.name),
        );
        if before != "–" || after != "–" {
            rows.push(row(field.name, &before, &after));
        }
    }
    let verdict = |met| if met { "met" } else { "missed" };
    rows.push(row("", "", ""));
    rows.push(row(
        &limits.to_string(),
        verdict(limits.met(now)),
        verdict(best.met),
    ));
    let mut compare = |name: &str, read: &dyn Fn(&Score) -> String| {
        rows.push(row(name, &read(now), &read(&best.score)));
    };
    compare("p50", &|score| time(score.latency.total.p50));
    compare("p99", &|score| time(score.latency.total.p99));
    compare("met a cold start", &|score| {
        let completed = (score.requests.completed as f64).max(1.0);
        percent(score.requests.met_cold_start as f64 / completed)
    });
    compare("replicas in the mean", &|score| {
        three_digits(score.replicas.mean)
    });
    let unit = if priced { "cost" } else { "replica-hours" };
    compare(unit, &|score| three_digits(score.cost));
    let mut out = table(&rows, 2);
    if now.cost > 0.0 {
        let change = 100.0 * (best.cost / now.cost - 1.0);
        out.push_str(&format!(
            "\n  That costs {change:+.0} % of what it costs now.\n"
        ));
    }
    out
}

fn row(name: &str, before: &str, after: &str) -> Vec<String> {
    [name, before, after].map(str::to_owned).to_vec()
}

/// The front, the cheapest first; where it is long, those nearest to the recommendation.
fn front(tuning: &Tuning, space: &Space) -> String {
    let mut head = vec![
        "cost".to_owned(),
        "of the limits".to_owned(),
        "p99".to_owned(),
    ];
    head.extend(space.axes.iter().map(|(name, _)| short(name).to_owned()));
    let mut rows = vec![head];
    let recommended = tuning.recommendation();
    let front: Vec<&Trial> = tuning.front().collect();
    let place = recommended.map_or(0, |best| {
        front.iter().take_while(|one| one.cost < best.cost).count()
    });
    let first = place
        .saturating_sub(SHOWN / 2)
        .min(front.len().saturating_sub(SHOWN));
    for trial in front.iter().skip(first).take(SHOWN) {
        let mut row = vec![
            three_digits(trial.cost),
            used(trial.used),
            time(trial.score.latency.total.p99),
        ];
        let settings = space.axes.iter().map(|(name, _)| trial.settings.get(name));
        row.extend(settings.map(|value| value.map_or_else(String::new, |value| value.to_string())));
        if recommended.is_some_and(|best| best.settings == trial.settings) {
            row.push("← recommended".to_owned());
        }
        rows.push(row);
    }
    table(&rows, 2)
}

/// How much of the limits is used, in percent; more than 100 is too much.
fn used(share: f64) -> String {
    if share.is_finite() && share < 1e4 {
        format!("{} %", three_digits(share * 100.0))
    } else {
        "beyond".to_owned()
    }
}

/// A setting's name in a column.
fn short(name: &str) -> &str {
    match name {
        "min_replicas" => "min",
        "max_replicas" => "max",
        "target_utilization_percentage" => "utilization %",
        "scaling_window_seconds" => "window s",
        "scale_down_delay_seconds" => "delay s",
        other => other,
    }
}
