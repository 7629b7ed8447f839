//! Probes of the real loader's corners, against what it was recorded to answer.

use plimsoll_tests::shared_data;
use serde_json::{Map, Value as Json};

#[path = "truss_compare.rs"]
mod compare;

#[test]
fn every_probe_fares_as_recorded() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("truss/loader_cases.json") else {
        return Ok(());
    };
    let mut cases: Map<String, Json> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let mut wrong = Vec::new();
    for (name, expected) in &mut cases {
        if name == "autoscaling_today" {
            // It has Plimsoll's own keys, which Truss does not know.
            expected["own_keys_alone"] = Json::Bool(true);
        }
        let yaml = expected["yaml"].as_str().unwrap_or_default();
        if let Err(problem) = compare::check(yaml, expected) {
            wrong.push(format!("{name}: {problem}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert_eq!(cases.len(), 154);
    Ok(())
}
