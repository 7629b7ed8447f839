//! Overrides in chains, in both readings of them: merged, and replaced.

use plimsoll::overrides::{DeepMerge, Replace};
use plimsoll::resolver::OverrideResolver;
use plimsoll_tests::{resolve_chain, shared_data};
use serde_json::Value as Json;

#[test]
fn every_case_gives_both_readings() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("chains/override_cases.json") else {
        return Ok(());
    };
    let cases: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    assert_eq!(cases.len(), 7);
    let mut wrong = Vec::new();
    for case in &cases {
        let environment = case["environment"].as_str();
        for (reading, resolver, environment) in [
            ("base", &DeepMerge as &dyn OverrideResolver, None),
            ("deep", &DeepMerge, environment),
            ("replacement", &Replace, environment),
        ] {
            if let Err(problem) = check(case, reading, resolver, environment) {
                wrong.push(format!("{} {reading}: {problem}", case["case"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn check(
    case: &Json,
    reading: &str,
    resolver: &dyn OverrideResolver,
    environment: Option<&str>,
) -> Result<(), String> {
    let source = case["source"].as_str().ok_or("no source")?;
    let read = resolve_chain(resolver, source, environment);
    let (chainlets, _) = read.map_err(|problems| problems.to_string())?;
    let config = chainlets[0].with_defaults().to_json();
    let expected = &case[reading];
    let ours = (
        &config["resources"],
        &config["runtime"]["predict_concurrency"],
    );
    let theirs = (&expected["resources"], &expected["predict_concurrency"]);
    if ours != theirs {
        return Err(format!("{ours:?} instead of {theirs:?}"));
    }
    let settings = &config["autoscaling_settings"];
    if reading == "deep" && settings != &case["autoscaling_deep"] {
        return Err(format!(
            "{settings} instead of {}",
            case["autoscaling_deep"]
        ));
    }
    Ok(())
}
