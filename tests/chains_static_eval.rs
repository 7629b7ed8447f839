//! Chain files that the real code generation was run on: those that can be read without running
//! them come to the same configurations, and the others are refused at a line.

use std::collections::BTreeMap;

use plimsoll::overrides::DeepMerge;
use plimsoll::span::SourceMap;
use plimsoll::yaml;
use plimsoll_tests::{resolve_chain, shared_data};
use serde_json::Value as Json;

/// What cannot be known without running the program, and the codes that say so.
const OUTSIDE: [(&str, &str); 6] = [
    ("se16_helper_fn", "chain::call"),
    ("se25_conditional_block", "chain::conditional"),
    ("se26_try_import", "chain::conditional"),
    ("se27_reassigned", "chain::reassigned"),
    ("se28_augassign", "chain::changed"),
    ("se32_later_override", "chain::reassigned"),
];

/// What the real code generation refuses too, and the codes.
const WRONG: [(&str, &str); 4] = [
    ("se34_bad_kw", "chain::unknown-argument"),
    ("se36_bad_extra", "chain::wrong-type"),
    ("se37_gpu_colon", "chain::unknown-value"),
    ("se39_entry_name", "chain::name"),
];

#[test]
fn every_file_gives_its_configurations_or_is_refused() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("chains/static_eval_cases.json") else {
        return Ok(());
    };
    let cases: BTreeMap<String, Json> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    assert_eq!(cases.len(), 26);
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        if let Err(problem) = check(name, case) {
            wrong.push(format!("{name}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn check(name: &str, case: &Json) -> Result<(), String> {
    let source = case["source"].as_str().ok_or("no source")?;
    let read = resolve_chain(&DeepMerge, source, None);
    let refused = OUTSIDE
        .iter()
        .chain(&WRONG)
        .find(|(known, _)| *known == name);
    if let Some((_, code)) = refused {
        let Err(problems) = read else {
            return Err("it is not refused".to_owned());
        };
        let located = problems
            .errors()
            .any(|problem| problem.code == *code && problem.primary.is_some());
        return if located {
            Ok(())
        } else {
            Err(format!("refused as {problems}"))
        };
    }
    let (chainlets, _) = read.map_err(|problems| problems.to_string())?;
    let configs = case["configs"].as_object().ok_or("no configurations")?;
    let mut names: Vec<&String> = configs.keys().collect();
    if chainlets.len() != names.len() {
        return Err(format!(
            "{} chainlets instead of {}",
            chainlets.len(),
            names.len()
        ));
    }
    for chainlet in &chainlets {
        let ours = masked(chainlet.with_defaults().to_json());
        let same = names.iter().position(|name| {
            let theirs = configs[*name].as_str().and_then(read_yaml).map(masked);
            theirs.is_some_and(|theirs| theirs == ours)
        });
        match same {
            Some(position) => {
                names.remove(position);
            }
            None => {
                let theirs = configs[names[0]].as_str().and_then(read_yaml).map(masked);
                return Err(format!(
                    "{}: {}",
                    chainlet.workload,
                    differences(&ours, &theirs.unwrap_or_default())
                ));
            }
        }
    }
    Ok(())
}

/// The end of a model's name is at random in the real configurations.
fn masked(mut config: Json) -> Json {
    if let Some((name, _)) = config["model_name"]
        .as_str()
        .and_then(|name| name.rsplit_once('-'))
    {
        config["model_name"] = name.into();
    }
    config
}

fn read_yaml(text: &str) -> Option<Json> {
    let mut files = SourceMap::default();
    let reading = yaml::read(&mut files, "a", text.as_bytes(), &yaml::Limits::default());
    reading.node.map(|node| node.to_json())
}

fn differences(ours: &Json, theirs: &Json) -> String {
    let (Some(one), Some(other)) = (ours.as_object(), theirs.as_object()) else {
        return format!("{ours} instead of {theirs}");
    };
    let keys: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let differ = keys
        .into_iter()
        .filter(|key| one.get(*key) != other.get(*key));
    let told: Vec<_> = differ
        .map(|key| format!("{key}: {:?} instead of {:?}", one.get(key), other.get(key)))
        .collect();
    told.join("; ")
}
