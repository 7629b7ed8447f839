//! Real-world configurations, against what Truss 0.18.36 makes of them.

use plimsoll_tests::shared_data;
use serde_json::Value as Json;

#[path = "truss_compare.rs"]
mod compare;

#[test]
fn real_configurations_are_read_as_truss_reads_them() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("truss/configs.expected.jsonl") else {
        return Ok(());
    };
    let Some(folder) = shared_data("truss/configs") else {
        return Ok(());
    };
    let mut wrong = Vec::new();
    let lines = std::fs::read_to_string(path)?;
    for line in lines.lines() {
        let expected: Json = serde_json::from_str(line)?;
        let name = expected["config"].as_str().unwrap_or_default();
        let yaml = std::fs::read_to_string(folder.join(name))?;
        if let Err(problem) = compare::check(&yaml, &expected) {
            wrong.push(format!("{name}: {problem}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        lines.lines().count(),
        wrong.join("\n")
    );
    assert_eq!(lines.lines().count(), 209);
    Ok(())
}
