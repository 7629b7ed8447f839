//! How policies did over scenarios.

use plimsoll::harness::bench::{Cell, Leaderboard, Rank};
use plimsoll::harness::suite::Suite;

use super::figures::{count, percent, several, table, three_digits, wrapped};
use crate::commands::bench::Added;

/// What the scenarios of a suite ask.
pub(crate) fn questions(suite: &Suite) -> String {
    let mut out = format!("{}: {}\n\n", suite.name, suite.summary);
    for scenario in &suite.scenarios {
        out.push_str(&format!("{}\n  {}\n", scenario.name, scenario.question));
        for workload in &scenario.workloads {
            out.push_str(&format!("  {}\n", workload.arrivals));
        }
    }
    out
}

/// The leaderboard, and each policy in each scenario.
pub(crate) fn text(board: &Leaderboard, added: &[Added]) -> String {
    let mut out = format!(
        "{}: {}, {} simulated requests\n\n",
        board.suite,
        several(board.scenarios.len() as u64, "scenario"),
        requests(board)
    );
    let head = [
        "",
        "met",
        "cost",
        "attainment",
        "changes/h",
        "met cold start",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(board.ranks.iter().map(rank));
    out.push_str(&table(&rows, 2));
    out.push_str(&format!("\n{}\n", wrapped(board.ranking, 2)));
    out.push_str(&scenarios(board));
    out.push_str(
        "\n  Cost relative to the cheapest that met the objective; in brackets, the attainment of \
         those\n  that missed it.\n",
    );
    let notes: Vec<_> = board.scenarios.iter().flat_map(|one| &one.notes).collect();
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        out.push_str(&format!("  {note}\n"));
    }
    for Added {
        scenario,
        simulated,
    } in added
    {
        out.push_str(&format!("\n  {scenario} is simulated with\n"));
        out.push_str(&super::simulation::terms(simulated, 4));
    }
    out
}

fn rank(rank: &Rank) -> Vec<String> {
    vec![
        format!("{} {}", rank.rank, rank.policy),
        format!("{} of {}", rank.met, rank.scenarios),
        rank.relative_cost
            .map_or_else(|| "–".to_owned(), |cost| format!("{cost:.2}")),
        percent(rank.attainment),
        three_digits(rank.actions_per_hour),
        percent(rank.cold_share),
    ]
}

/// A row a scenario, a column a policy, in the order of the ranks.
fn scenarios(board: &Leaderboard) -> String {
    let mut head = vec!["scenario".to_owned()];
    head.extend(board.ranks.iter().map(|rank| rank.policy.clone()));
    let mut rows = vec![head];
    for scenario in &board.scenarios {
        let mut row = vec![scenario.name.clone()];
        for rank in &board.ranks {
            let cell = scenario
                .cells
                .iter()
                .find(|cell| cell.policy == rank.policy);
            row.push(cell.map_or_else(|| "not run".to_owned(), verdict));
        }
        rows.push(row);
    }
    table(&rows, 2)
}

fn verdict(cell: &Cell) -> String {
    match cell.relative_cost {
        Some(cost) if cell.met => format!("{cost:.2}"),
        _ if cell.met => "met".to_owned(),
        _ => format!("({})", percent(cell.attainment)),
    }
}

/// How many requests were simulated in all.
fn requests(board: &Leaderboard) -> String {
    let scores = board
        .scenarios
        .iter()
        .flat_map(|one| &one.cells)
        .flat_map(|cell| &cell.scores);
    count(scores.map(|score| score.requests.arrived).sum())
}
