//! Results as one HTML page that needs nothing else: style, script and data stand in it.

use serde_json::{Value as Json, json};

use super::About;
use crate::bench::Leaderboard;
use crate::scenario::Scenario;
use crate::score::{Outcome, Point, Score};
use crate::tune::{Trial, Tuning};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// What every page's script begins with: charts, tables, and what a page has.
const BLOCKS: [&str; 3] = [
    include_str!("charts.js"),
    include_str!("tables.js"),
    include_str!("shared.js"),
];
const OWN: &str = concat!(
    include_str!("page.js"),
    include_str!("bench.js"),
    "const renderers = { bench: renderBench, simulation: renderSimulation, tuning: renderTuning };\n",
);
const START: &str = include_str!("start.js");
const NOTE: &str = "Simulated; the same scenario and seed give the same numbers on every machine.";

/// Points that a chart is drawn of.
const DRAWN: usize = 240;

/// The page of a bench.
#[must_use]
pub fn page_of_bench(board: &Leaderboard) -> String {
    let scenarios: Vec<Json> = board
        .scenarios
        .iter()
        .map(|scenario| {
            let cells: Vec<Json> = scenario
                .cells
                .iter()
                .map(|cell| {
                    json!({
                        "policy": cell.policy,
                        "met": cell.met,
                        "cost": cell.cost,
                        "relative_cost": cell.relative_cost,
                        "attainment": cell.attainment,
                        "scores": cell.scores.iter().map(score).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({
                "name": scenario.name,
                "question": scenario.question,
                "notes": scenario.notes,
                "workloads": scenario.workloads,
                "budget": scenario.budget,
                "cells": cells,
            })
        })
        .collect();
    page(
        &format!("Scaling policies: {}", board.suite),
        &json!({
            "kind": "bench",
            "ranking": board.ranking,
            "ranks": board.ranks,
            "scenarios": scenarios,
        }),
    )
}

/// The page of a simulation.
#[must_use]
pub fn page_of_outcome(
    scenario: &Scenario,
    policy: &str,
    outcome: &Outcome,
    about: &About,
) -> String {
    page(
        &format!("Simulation: {}", scenario.name),
        &json!({
            "kind": "simulation",
            "policy": policy,
            "question": scenario.question,
            "seed": outcome.seed,
            "stopped": outcome.stopped,
            "facts": about.facts,
            "verdict": about.verdict,
            "notes": notes(scenario),
            "scores": outcome.workloads.iter().map(score).collect::<Vec<_>>(),
        }),
    )
}

/// The page of a tuning.
#[must_use]
pub fn page_of_tuning(scenario: &Scenario, policy: &str, tuning: &Tuning, about: &About) -> String {
    let trial = |trial: &Trial| {
        json!({
            "settings": trial.settings,
            "cost": trial.cost,
            "used": trial.used,
            "met": trial.met,
            "confirmed": trial.confirmed,
            "on_front": trial.on_front,
            "p99": trial.score.latency.total.p99,
            "attainment": trial.score.slo.attainment,
            "mean": trial.score.replicas.mean,
        })
    };
    let trials: Vec<Json> = tuning.trials.iter().map(trial).collect();
    page(
        &format!("Settings for {}", scenario.name),
        &json!({
            "kind": "tuning",
            "policy": policy,
            "objective": tuning.objective,
            "stopped": tuning.stopped,
            "facts": about.facts,
            "reason": tuning.reason,
            "notes": notes(scenario),
            "baseline": tuning.baseline.as_ref().map(trial),
            "trials": trials,
            "recommended": tuning.recommended,
            "scores": tuning.recommendation().map(|trial| score(&trial.score)).into_iter().collect::<Vec<_>>(),
        }),
    )
}

fn notes(scenario: &Scenario) -> Vec<String> {
    let workloads = scenario.workloads.iter();
    workloads
        .flat_map(|workload| workload.arrivals.notes())
        .collect()
}

/// A score whose timeline is in columns, joined and rounded to what can be drawn.
fn score(score: &Score) -> Json {
    let points = Point::joined_to(&score.timeline, DRAWN);
    let column = |read: fn(&Point) -> f64| -> Vec<f64> {
        points.iter().map(|point| rounded(read(point))).collect()
    };
    let series = json!({
        "at": column(|point| point.at_seconds),
        "length": column(|point| point.length_seconds),
        "demand": column(|point| point.demand),
        "ready": column(|point| point.ready),
        "starting": column(|point| point.starting),
        "draining": column(|point| point.draining),
        "waiting": column(|point| point.waiting),
        "rate": column(|point| point.arrivals as f64 / point.length_seconds),
        "mean": column(|point| point.latency_mean_seconds),
        "max": column(|point| point.latency_max_seconds),
    });
    let mut value = serde_json::to_value(score).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("timeline".to_owned(), series);
        let distribution = score.distribution.iter();
        let pairs = distribution.map(|(share, latency)| json!([share, rounded(*latency)]));
        fields.insert("distribution".to_owned(), pairs.collect());
    }
    value
}

/// Four digits are more than a chart shows.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

fn page(title: &str, data: &Json) -> String {
    page_of(&PageParts {
        title,
        note: NOTE,
        style: "",
        script: OWN,
        data,
    })
}

/// What is a page's own beside the template, style and charts that all have.
#[derive(Clone, Copy, Debug)]
pub struct PageParts<'a> {
    /// What stands at its top.
    pub title: &'a str,
    /// What stands at its foot.
    pub note: &'a str,
    /// CSS after that of all pages.
    pub style: &'a str,
    /// JavaScript after the blocks that all pages have. It ends with `renderers` being known: an object
    /// of functions by the `kind` of the data.
    pub script: &'a str,
    /// What it shows, with a `kind`.
    pub data: &'a Json,
}

/// A page that needs nothing but itself.
#[must_use]
pub fn page_of(parts: &PageParts<'_>) -> String {
    // Within a script element, `<` would be read as markup where it begins an end tag or comment.
    let data = parts.data.to_string().replace('<', "\\u003c");
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    // Each place is filled once: a text that looks like one is left as it is.
    let mut page = String::with_capacity(data.len() + (1 << 16));
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (place, after) = after.split_once("}}").unwrap_or((after, ""));
        page += before;
        match place {
            "title" => page += &escaped(parts.title),
            "note" => page += &escaped(parts.note),
            "style" => page.extend([STYLE, parts.style]),
            "script" => {
                page.extend(BLOCKS);
                page.extend([parts.script, START]);
            }
            _ => page += &data,
        }
        rest = after;
    }
    page + rest
}
