//! Thousands of small configurations, against what Truss 0.18.36 was recorded to make of them.
//!
//! `data/record_truss_probes.py` says how the record is made and what it holds.

use serde_json::{Map, Value as Json, json};

#[path = "truss_compare.rs"]
mod compare;

const RECORD: &str = include_str!("data/truss_probes.jsonl");

#[test]
fn every_probe_fares_as_recorded() -> Result<(), Box<dyn std::error::Error>> {
    let mut lines = RECORD.lines();
    let first: Json = serde_json::from_str(lines.next().ok_or("an empty record")?)?;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for line in lines {
        let line: Json = serde_json::from_str(line)?;
        let place = line["place"].as_str().ok_or("no place")?;
        let text = |value: &Json| place.replace("%s", value.as_str().unwrap_or_default());
        let refused = line["refused"].as_array().into_iter().flatten();
        let refused = refused.map(|value| (text(value), json!({ "ok": false })));
        let taken = line["taken"].as_array().into_iter().flatten();
        let taken = taken.map(|found| (text(&found[0]), expected(&found[1], &first)));
        for (yaml, expected) in refused.chain(taken) {
            tried += 1;
            if let Err(problem) = compare::check(&yaml, &expected) {
                wrong.push(format!("{yaml}\n    {problem}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(tried > 2000, "only {tried} probes");
    Ok(())
}

/// The outcome as [`compare::check`] takes it.
fn expected(outcome: &Json, first: &Json) -> Json {
    let base = &first["base"];
    let mut full = base[0].clone();
    if let Some(stack) = outcome["stack"].as_str() {
        full["trt_llm"] = first["engines"][stack].clone();
    }
    let names = |names: &Vec<Json>| {
        let names: Vec<_> = names.iter().filter_map(Json::as_str).collect();
        format!("Extra fields not allowed: [{}]", names.join(", "))
    };
    json!({
        "ok": true,
        "normalized": with(full, &outcome["full"]),
        "normalized_nonverbose": with(base[1].clone(), &outcome["compact"]),
        "push_error": outcome["push"].as_array().map(names),
        "logs": outcome["said"],
    })
}

/// A mapping with what another has beyond it.
fn with(base: Json, beyond: &Json) -> Json {
    let (Json::Object(mut base), Json::Object(beyond)) = (base.clone(), beyond) else {
        return if beyond.is_null() {
            base
        } else {
            beyond.clone()
        };
    };
    for (key, value) in beyond {
        if key == "-" {
            let lacking = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str);
            lacking.for_each(|key| drop(base.remove(key)));
            continue;
        }
        let deeper = match base.remove(key) {
            Some(Json::Object(below)) if value.is_object() => with(Json::Object(below), value),
            _ => value.clone(),
        };
        base.insert(key.clone(), deeper);
    }
    Json::Object(Map::from_iter(base))
}
