//! Who is best, and at what.

use serde::Serialize;

use super::Entrant;
use crate::score::{Outcome, Score};
use crate::suite::Suite;

/// What the rank is, in words that reports show.
pub const RANKING: &str = "Ranked by the number of scenarios whose objective is met, then by cost: \
    the geometric mean, over the scenarios met, of the cost relative to the cheapest policy that \
    met the scenario. 1.00 is the cheapest everywhere.";

/// The outcome of every policy in every scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leaderboard {
    /// The suite's name.
    pub suite: String,
    /// What the rank is.
    pub ranking: &'static str,
    /// The policies, best first.
    pub ranks: Vec<Rank>,
    /// The scenarios, with how each policy did, in the suite's order.
    pub scenarios: Vec<ScenarioResult>,
}

/// A policy's place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rank {
    /// Its place, from 1; equals share one.
    pub rank: usize,
    /// Its name.
    pub policy: String,
    /// Scenarios whose objective it met.
    pub met: usize,
    /// Scenarios that it ran.
    pub scenarios: usize,
    /// Its relative cost where it met the objective; `None` where it met none.
    pub relative_cost: Option<f64>,
    /// Its mean attainment over all scenarios.
    pub attainment: f64,
    /// Scale actions in an hour, over all scenarios.
    pub actions_per_hour: f64,
    /// Share of the requests that met a cold start, over all scenarios.
    pub cold_share: f64,
}

/// How the policies did in one scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// Its question.
    pub question: String,
    /// What was done to its traces.
    pub notes: Vec<String>,
    /// Replicas that the workloads could have, and what is wanted, for each workload.
    pub workloads: Vec<String>,
    /// Replicas that all workloads share, where they do.
    pub budget: Option<u32>,
    /// The policies, in the order in which they entered.
    pub cells: Vec<Cell>,
}

/// How one policy did in one scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Its name.
    pub policy: String,
    /// Whether every workload met its objective.
    pub met: bool,
    /// What it cost, over all workloads.
    pub cost: f64,
    /// The cost relative to the cheapest that met the objectives; `None` where none did.
    pub relative_cost: Option<f64>,
    /// The share of all requests that were within their objective.
    pub attainment: f64,
    /// The scores of the workloads.
    pub scores: Vec<Score>,
}

impl Leaderboard {
    /// Ranks outcomes: those of the first scenario first, in the order of the entrants; `None` for
    /// what was not run.
    pub(super) fn new(suite: &Suite, entrants: &[Entrant], outcomes: Vec<Option<Outcome>>) -> Self {
        let mut outcomes = outcomes.into_iter();
        let scenarios: Vec<_> = suite
            .scenarios
            .iter()
            .map(|scenario| {
                let ran = entrants.iter().zip(outcomes.by_ref());
                let cells = ran.filter_map(|(entrant, outcome)| Some(cell(entrant, outcome?)));
                ScenarioResult {
                    name: scenario.name.clone(),
                    question: scenario.question.clone(),
                    notes: scenario
                        .workloads
                        .iter()
                        .flat_map(|one| one.arrivals.notes())
                        .collect(),
                    workloads: scenario.workloads.iter().map(describe).collect(),
                    budget: scenario.budget,
                    cells: relate(cells.collect()),
                }
            })
            .collect();
        Self {
            suite: suite.name.clone(),
            ranking: RANKING,
            ranks: rank(entrants, &scenarios),
            scenarios,
        }
    }
}

fn describe(workload: &crate::scenario::Workload) -> String {
    format!(
        "{}: {}; {} to {} replicas of {} at once; {} % within {}",
        workload.name,
        workload.arrivals,
        workload.min_replicas,
        workload.max_replicas,
        workload.concurrency,
        workload.slo.attainment * 100.0,
        workload.slo.latency,
    )
}

fn cell(entrant: &Entrant, outcome: Outcome) -> Cell {
    let scores = outcome.workloads;
    let arrived: u64 = scores.iter().map(|score| score.requests.arrived).sum();
    let within = |score: &Score| score.slo.attainment * score.requests.arrived as f64;
    Cell {
        policy: entrant.name.clone(),
        met: scores.iter().all(|score| score.slo.met),
        cost: scores.iter().map(|score| score.cost).sum(),
        relative_cost: None,
        attainment: if arrived == 0 {
            1.0
        } else {
            scores.iter().map(within).sum::<f64>() / arrived as f64
        },
        scores,
    }
}

fn relate(mut cells: Vec<Cell>) -> Vec<Cell> {
    let met = cells.iter().filter(|cell| cell.met).map(|cell| cell.cost);
    if let Some(cheapest) = met.min_by(f64::total_cmp) {
        for cell in &mut cells {
            cell.relative_cost = (cheapest > 0.0).then(|| cell.cost / cheapest);
        }
    }
    cells
}

fn rank(entrants: &[Entrant], scenarios: &[ScenarioResult]) -> Vec<Rank> {
    let mut ranks: Vec<Rank> = entrants
        .iter()
        .map(|entrant| {
            let own = |cell: &&Cell| cell.policy == entrant.name;
            let cells: Vec<_> = scenarios
                .iter()
                .filter_map(|scenario| scenario.cells.iter().find(own))
                .collect();
            summary(&entrant.name, &cells)
        })
        .collect();
    let key = |rank: &Rank| rank.relative_cost.unwrap_or(f64::INFINITY);
    ranks.sort_by(|one, other| {
        let met = other.met.cmp(&one.met);
        let cost = met.then(key(one).total_cmp(&key(other)));
        cost.then(other.attainment.total_cmp(&one.attainment))
    });
    for place in 0..ranks.len() {
        let same = place > 0
            && ranks[place].met == ranks[place - 1].met
            && key(&ranks[place]) == key(&ranks[place - 1])
            && ranks[place].attainment == ranks[place - 1].attainment;
        ranks[place].rank = if same {
            ranks[place - 1].rank
        } else {
            place + 1
        };
    }
    ranks
}

fn summary(policy: &str, cells: &[&Cell]) -> Rank {
    let scores = || cells.iter().flat_map(|cell| &cell.scores);
    let met: Vec<f64> = cells
        .iter()
        .filter(|cell| cell.met)
        .map(|cell| cell.relative_cost.unwrap_or(1.0))
        .collect();
    let hours: f64 = scores().map(|score| score.window_seconds / 3600.0).sum();
    let actions: u64 = scores()
        .map(|score| score.scaling.ups + score.scaling.downs)
        .sum();
    let completed: u64 = scores().map(|score| score.requests.completed).sum();
    let cold: u64 = scores().map(|score| score.requests.met_cold_start).sum();
    let logs: f64 = met.iter().map(|cost| libm::log(*cost)).sum();
    Rank {
        rank: 0,
        policy: policy.to_owned(),
        met: met.len(),
        scenarios: cells.len(),
        relative_cost: (!met.is_empty()).then(|| libm::exp(logs / met.len() as f64)),
        attainment: cells.iter().map(|cell| cell.attainment).sum::<f64>()
            / (cells.len() as f64).max(1.0),
        actions_per_hour: if hours > 0.0 {
            actions as f64 / hours
        } else {
            0.0
        },
        cold_share: if completed > 0 {
            cold as f64 / completed as f64
        } else {
            0.0
        },
    }
}
