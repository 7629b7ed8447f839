//! The reader against PyYAML's recorded answers: `recorded.jsonl`, written by `record.py`.

use plimsoll_core::yaml::Reading;
use serde_json::Value as Json;

use crate::{read_alone, tagged};

const RECORDED: &str = include_str!("recorded.jsonl");

pub(crate) fn cases() -> impl Iterator<Item = (String, Json)> {
    RECORDED
        .lines()
        .map(|line| serde_json::from_str(line).expect("a recorded case is [input, answer]"))
}

/// Cases that are meant to differ. A mapping that merges itself gives PyYAML the mapping without
/// the merge; here, no value may contain itself.
const EXCEPTIONS: [&str; 1] = ["&a {<<: *a, b: 1}"];

fn describe(reading: &Reading) -> String {
    match &reading.node {
        Some(node) => format!("{:?}", node.to_json()),
        None => reading
            .diagnostics
            .iter()
            .map(|item| {
                let place = item
                    .primary
                    .as_ref()
                    .map(|label| (label.span.line, label.span.column));
                format!("{} {:?} {place:?}", item.message, item.code)
            })
            .collect(),
    }
}

#[test]
fn reads_what_pyyaml_reads() {
    let mut count = 0;
    let mut mismatches = Vec::new();
    for (text, answer) in cases() {
        count += 1;
        let reading = read_alone(text.as_bytes());
        let as_pyyaml = match (&reading.node, tagged::error(&answer)) {
            (None, Some(_)) => true,
            (None, None) if tagged::is_recursive(&answer) => {
                reading.diagnostics[0].code == "yaml::recursive-alias"
            }
            (Some(node), None) => tagged::same(&answer, node),
            _ => false,
        };
        if as_pyyaml == EXCEPTIONS.contains(&&*text) {
            mismatches.push(format!(
                "{text:?}\n  PyYAML {answer}\n  here   {}",
                describe(&reading)
            ));
        }
    }
    assert!(
        mismatches.is_empty(),
        "{} mismatches in {count} cases:\n{}",
        mismatches.len(),
        mismatches.join("\n")
    );
}

#[test]
fn syntax_errors_are_where_pyyaml_finds_them() {
    let mut mismatches = Vec::new();
    for (text, answer) in cases() {
        let Some(Some((line, column))) = tagged::error(&answer) else {
            continue;
        };
        let reading = read_alone(text.as_bytes());
        let Some(error) = reading.diagnostics.first() else {
            continue;
        };
        // PyYAML points at the tag, and we at the scalar that is not of the type; and what contains
        // itself is no error to it.
        if matches!(
            &*error.code,
            "yaml::invalid-scalar" | "yaml::recursive-alias"
        ) {
            continue;
        }
        let place = error.primary.as_ref().map(|label| label.span);
        let place = place.map(|span| (u64::from(span.line), u64::from(span.column)));
        if place != Some((line, column)) {
            mismatches.push(format!(
                "{text:?}\n  PyYAML {answer}\n  here   {}",
                describe(&reading)
            ));
        }
    }
    assert!(
        mismatches.is_empty(),
        "{} mismatches:\n{}",
        mismatches.len(),
        mismatches.join("\n")
    );
}
