//! A comparison as a table for a terminal.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::metric::Unit;
use super::{Change, Comparison, LimitResult, Part};
use crate::report::text::{milliseconds, number, percent, plain};

/// Endpoints whose figures are shown.
const MOST: usize = 20;

const HEAD: [&str; 6] = ["metric", "baseline", "candidate", "change", "", ""];

pub(super) fn text(comparison: &Comparison) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} (baseline) and {} (candidate)",
        plain(&comparison.baseline),
        plain(&comparison.candidate)
    );
    let (shown, left) = shown(comparison);
    for part in shown {
        let key = part.endpoint_key.as_deref().unwrap_or("all together");
        let _ = writeln!(text, "\n{}", plain(key));
        let rows = part.changes.iter().map(row).collect::<Vec<_>>();
        push_table(&mut text, &rows);
    }
    if left > 0 {
        let _ = writeln!(text, "\nand {left} more endpoints");
    }
    for (who, keys) in [
        ("baseline", &comparison.only_baseline),
        ("candidate", &comparison.only_candidate),
    ] {
        if !keys.is_empty() {
            let _ = writeln!(text, "\nonly the {who} has");
        }
        for key in keys {
            let _ = writeln!(text, "  {}", plain(key));
        }
    }
    push_limits(&mut text, comparison);
    text
}

/// All together, and endpoints as far as somebody reads them: those first that missed a limit. And how
/// many there are beside.
fn shown(comparison: &Comparison) -> (Vec<&Part>, usize) {
    let missed = comparison.limits.iter().filter(|limit| !limit.met);
    let missed: HashSet<_> = missed.map(|limit| limit.endpoint_key.as_deref()).collect();
    let mut parts: Vec<&Part> = comparison.parts.iter().collect();
    parts.sort_by_key(|part| {
        let key = part.endpoint_key.as_deref();
        (key.is_some(), !missed.contains(&key))
    });
    let left = parts.len().saturating_sub(MOST + 1);
    parts.truncate(MOST + 1);
    (parts, left)
}

fn push_limits(text: &mut String, comparison: &Comparison) {
    if comparison.limits.is_empty() {
        return;
    }
    text.push_str("\nlimits\n");
    // Of endpoints, those that are met are many and tell little.
    let told = |result: &&LimitResult| !result.met || result.endpoint_key.is_none();
    let quiet = comparison.limits.len() - comparison.limits.iter().filter(told).count();
    for result in comparison.limits.iter().filter(told) {
        let held = if result.met { "met   " } else { "MISSED" };
        let of = result.endpoint_key.as_deref().unwrap_or("all together");
        let change = match &result.change {
            Some(change) => {
                let [_, before, now, by, share, _] = row(change);
                let share = match share.is_empty() {
                    true => String::new(),
                    false => format!(", {share}"),
                };
                format!("{before} to {now} ({by}{share})")
            }
            None => "not measured in both".to_owned(),
        };
        let _ = writeln!(text, "  {held}  {}  {}: {change}", result.limit, plain(of));
    }
    if quiet > 0 {
        let _ = writeln!(text, "  met     {quiet} more, of single endpoints");
    }
}

fn row(change: &Change) -> [String; 6] {
    let unit = change.metric.unit();
    let shown = |value: f64| match unit {
        Unit::Milliseconds => milliseconds(value),
        Unit::Share => percent(value),
        Unit::PerSecond => format!("{}/s", number(value)),
    };
    let sign = if change.absolute < 0.0 { "-" } else { "+" };
    let by = match unit {
        // The change of a share is in points, which is not the change in percent.
        Unit::Share => format!("{sign}{} points", number(change.absolute.abs() * 100.0)),
        _ => format!("{sign}{}", shown(change.absolute.abs())),
    };
    let same = change.absolute == 0.0;
    let relative = change.relative.filter(|_| !same && unit != Unit::Share);
    [
        change.metric.name().to_owned(),
        shown(change.baseline),
        shown(change.candidate),
        if same { "=".to_owned() } else { by },
        relative.map_or_else(String::new, |share| format!("{:+.1} %", share * 100.0)),
        if change.worse {
            "worse".to_owned()
        } else {
            String::new()
        },
    ]
}

fn push_table(text: &mut String, rows: &[[String; 6]]) {
    let head = HEAD.map(str::to_owned);
    let width = |column: usize| {
        let cells = rows
            .iter()
            .chain([&head])
            .map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    for row in [&head].into_iter().chain(rows) {
        let mut line = String::from(" ");
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let _ = match column {
                0 | 5 => write!(line, " {cell:<width$} "),
                _ => write!(line, " {cell:>width$} "),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
