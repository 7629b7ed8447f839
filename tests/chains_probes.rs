//! Chain files of our own, against what the real code generation said of each
//! (`tests/data/record_chains.py`): the same configurations, or a refusal that names a line.

use plimsoll::overrides::DeepMerge;
use plimsoll::schema::{Form, dump};
use plimsoll::truss::TRUSS;
use plimsoll::value::{Map, Node};
use plimsoll_tests::resolve_chain;
use serde_json::Value as Json;

#[test]
fn every_probe_is_answered_as_the_real_code_generation_answers()
-> Result<(), Box<dyn std::error::Error>> {
    let default = dump(&TRUSS, &Node::from(Map::new()), Form::Full).to_json();
    let mut wrong = Vec::new();
    for line in include_str!("data/chains_probes.jsonl").lines() {
        let probe: Json = serde_json::from_str(line)?;
        if let Err(problem) = check(&probe, &default) {
            wrong.push(format!("{}: {problem}", probe["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn check(probe: &Json, default: &Json) -> Result<(), String> {
    let source = probe["source"].as_str().ok_or("no source")?;
    let (chainlets, _) = match (resolve_chain(&DeepMerge, source, None), probe.get("error")) {
        (Ok(_), Some(error)) => return Err(format!("taken, and the real one says {error}")),
        (Err(problems), None) => return Err(problems.to_string()),
        (Err(problems), Some(_)) => {
            let located = problems.errors().all(|problem| problem.primary.is_some());
            return if located {
                Ok(())
            } else {
                Err(format!("no place: {problems}"))
            };
        }
        (Ok(read), None) => read,
    };
    let expected = probe["chainlets"].as_array().ok_or("no chainlets")?;
    if chainlets.len() != expected.len() {
        return Err(format!(
            "{} chainlets instead of {}",
            chainlets.len(),
            expected.len()
        ));
    }
    for (chainlet, expected) in chainlets.iter().zip(expected) {
        let ours = chainlet.with_defaults().to_json();
        for (key, value) in ours.as_object().into_iter().flatten() {
            let theirs = expected
                .get(key)
                .or_else(|| default.get(key))
                .unwrap_or(&Json::Null);
            let cut = value
                .as_str()
                .and_then(|text| text.rsplit_once('-'))
                .map(|(text, _)| text);
            let same = if key == "model_name" {
                cut == theirs.as_str()
            } else {
                value == theirs
            };
            if !same {
                return Err(format!(
                    "{}: {key} is {value} instead of {theirs}",
                    chainlet.workload
                ));
            }
        }
        let missing = expected
            .as_object()
            .into_iter()
            .flatten()
            .find(|(key, _)| ours.get(key).is_none());
        if let Some((key, value)) = missing {
            return Err(format!("{}: no {key}, which is {value}", chainlet.workload));
        }
    }
    Ok(())
}
