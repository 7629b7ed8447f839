//! What a search for settings has found.

use plimsoll::autoscaling::FIELDS;
use plimsoll::harness::tune::{SloExpression, Space, Trial, Tuning};

use super::figures::{count, percent, table, three_digits, time};
use super::simulation;
use crate::args::Tune;
use crate::commands::tune::Change;
use crate::experiment::Experiment;

/// Trials of the front that are shown.
const SHOWN: usize = 12;

/// What was searched, what is recommended against what is effective now, and the front.
pub(crate) fn text(
    experiment: &Experiment,
    limits: &SloExpression,
    tuning: &Tuning,
    space: &Space,
    command: &Tune,
) -> String {
    let mut out = simulation::about(experiment);
    let searched: Vec<_> = space.axes.iter().map(|(name, _)| *name).collect();
    out.push_str(&format!(
        "\n  {} of {} settings tried: {}\n\n",
        count(tuning.trials.len() as u64),
        count(space.size()),
        searched.join(", ")
    ));
    if let Some(best) = tuning.recommendation() {
        let priced = command.plant.price.is_some();
        out.push_str(&against(tuning.baseline.as_ref(), limits, best, priced));
        out.push_str(&format!("\n  {}\n", tuning.reason));
        if let Some(why) = simulation::out_of_reach(limits, &best.score) {
            out.push_str(&format!("  There, {why}.\n"));
        }
    }
    out.push_str(&format!(
        "\nWhat {limits} costs: nothing that was tried is both cheaper and nearer to it\n\n"
    ));
    out.push_str(&front(tuning, space));
    out
}

/// What is recommended beside what is effective now.
fn against(now: Option<&Trial>, limits: &SloExpression, best: &Trial, priced: bool) -> String {
    let mut rows = vec![row("", "now", "recommended")];
    let mut compare = |name: &str, read: &dyn Fn(&Trial) -> String| {
        let now = now.map_or_else(String::new, read);
        rows.push(row(name, &now, &read(best)));
    };
    for field in FIELDS {
        let value = |trial: &Trial| trial.settings.get(field.name);
        if value(best).is_some() {
            compare(field.name, &|trial| {
                value(trial).map_or_else(String::new, |value| value.to_string())
            });
        }
    }
    compare("", &|_| String::new());
    compare(&limits.to_string(), &|trial| {
        let verdict = match (trial.met, trial.confirmed) {
            (false, _) => "missed",
            (true, Some(false)) => "met under one seed",
            (true, _) => "met",
        };
        verdict.to_owned()
    });
    compare("p50", &|trial| time(trial.score.latency.total.p50));
    compare("p99", &|trial| time(trial.score.latency.total.p99));
    compare("met a cold start", &|trial| {
        let requests = &trial.score.requests;
        percent(requests.met_cold_start as f64 / (requests.completed as f64).max(1.0))
    });
    let lost = |trial: &Trial| trial.score.requests.dropped + trial.score.requests.unfinished;
    if lost(best) > 0 || now.is_some_and(|now| lost(now) > 0) {
        compare("dropped or not finished", &|trial| {
            percent(lost(trial) as f64 / (trial.score.requests.arrived as f64).max(1.0))
        });
    }
    compare("replicas in the mean", &|trial| {
        three_digits(trial.score.replicas.mean)
    });
    let unit = if priced { "cost" } else { "replica-hours" };
    compare(unit, &|trial| three_digits(trial.cost));
    if let Some(now) = now.filter(|now| now.cost > 0.0) {
        let change = 100.0 * (best.cost / now.cost - 1.0);
        rows.push(row("", "", &format!("{change:+.0} %")));
    }
    table(&rows, 2)
}

/// What the recommendation changes in the file, line by line.
pub(crate) fn change(change: &Change) -> String {
    let file = change.file.display();
    if change.lines.is_empty() {
        return format!("{file} says so already\n");
    }
    let mut out = match change.written {
        true => format!("Written into {file}:\n\n"),
        false => format!("--write changes {file}:\n\n"),
    };
    for lines in &change.lines {
        for (number, line) in (lines.line..).zip(&lines.removed) {
            out.push_str(&super::painted_out(
                "31",
                &format!("  {number:>5} - {line}"),
            ));
            out.push('\n');
        }
        for line in &lines.added {
            out.push_str(&super::painted_out("32", &format!("  {:>5} + {line}", "")));
            out.push('\n');
        }
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
