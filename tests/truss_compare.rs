//! Compares what becomes of a config.yaml with what Truss 0.18.36 was recorded to make of it.

use std::sync::Arc;

use plimsoll::diagnostic::Diagnostics;
use plimsoll::effective::Effective;
use plimsoll::source::ConfigSource as _;
use plimsoll::tree::{MemoryTree, SourceTree};
use plimsoll::truss::TrussSource;
use plimsoll::yaml;
use plimsoll_tests::resolve;
use serde_json::Value as Json;

/// What the real Truss says, by a few of its words, and the code that says it here.
const WARNINGS: [(&str, &str); 15] = [
    ("Detected duplicate key", "yaml::duplicate-key"),
    ("`is_websocket_endpoint` is deprecated", "truss::deprecated"),
    ("Python 3.9 is deprecated", "truss::deprecated"),
    ("`hf_cache` is deprecated", "truss::deprecated"),
    ("are reserved by the platform", "truss::reserved-variable"),
    ("patch_kwargs is a preview", "truss::preview"),
    ("contains the key", "truss::engine-option"),
    (
        "TRT-LLM models should have model_metadata",
        "truss::engine-tags",
    ),
    ("Model is marked as", "truss::engine-tags"),
    (
        "speculative decoding for lower load",
        "truss::engine-speculation",
    ),
    ("speculative tokens per step", "truss::engine-speculation"),
    ("Encoder builds require", "truss::engine-encoder"),
    ("Compling `encoder`", "truss::engine-encoder"),
    ("TRT-LLM world size", "truss::engine-parallelism"),
    ("is not divisible by", "truss::engine-parallelism"),
];

const TOO_LARGE: &str = "truss::integer-too-large";

/// Whether the configuration fares as recorded; if not, how it differs.
pub(crate) fn check(yaml: &str, expected: &Json) -> Result<(), String> {
    let accepted = expected["ok"] == true;
    match resolve(yaml, None) {
        Ok((effective, said)) if accepted => {
            forms(&effective, expected)?;
            round_trip(&effective, expected)?;
            push(yaml, &effective, expected)?;
            warnings(&said, expected)
        }
        Ok(_) => Err(format!("accepted, and Truss says {}", expected["error"])),
        Err(said) if accepted => Err(format!("refused: {said}")),
        Err(said) if said.errors().all(|error| error.primary.is_none()) => {
            Err(format!("refused without a place: {said}"))
        }
        Err(said) => mendable(&said),
    }
}

/// Every error of ours says what would be right.
fn mendable(said: &Diagnostics) -> Result<(), String> {
    let ours = said
        .errors()
        .filter(|error| error.code.starts_with("truss::"));
    match ours.into_iter().find(|error| error.expected.is_none()) {
        None => Ok(()),
        Some(error) => Err(format!("nothing expected: {}", error.message)),
    }
}

fn forms(effective: &Effective, expected: &Json) -> Result<(), String> {
    let full = effective.with_defaults().to_json();
    if full != expected["normalized"] {
        return Err(format!(
            "full: {}",
            difference(&full, &expected["normalized"])
        ));
    }
    let compact = effective.compact().to_json();
    let shortened = &expected["normalized_nonverbose"];
    if !shortened.is_null() && compact != *shortened {
        return Err(format!("compact: {}", difference(&compact, shortened)));
    }
    Ok(())
}

/// What is written in the compact form is read back as the same, where the real one does so.
fn round_trip(effective: &Effective, expected: &Json) -> Result<(), String> {
    if expected["roundtrip_nonverbose_equal"] != true {
        return Ok(());
    }
    let text = yaml::write(&effective.compact());
    let (again, _) = resolve(&text, None).map_err(|said| format!("written: {said}"))?;
    let (full, again) = (
        effective.with_defaults().to_json(),
        again.with_defaults().to_json(),
    );
    (full == again)
        .then_some(())
        .ok_or_else(|| format!("written: {}", difference(&again, &full)))
}

/// A push refuses unknown keys by their names.
fn push(yaml: &str, effective: &Effective, expected: &Json) -> Result<(), String> {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", yaml));
    let error = expected["push_error"].as_str();
    match (TrussSource.package(&tree, effective), error) {
        (Ok(_), None) => Ok(()),
        (Ok(_), Some(error)) if expected["own_keys_alone"] == true => error
            .contains("environment_overrides")
            .then_some(())
            .ok_or(error.to_owned()),
        (Ok(_), Some(error)) => Err(format!("packaged, and a push says {error}")),
        // Here a push refuses integers that it would change.
        (Err(said), _) if said.errors().all(|error| error.code == TOO_LARGE) => Ok(()),
        (Err(said), None) => Err(format!("not packaged: {said}")),
        (Err(said), Some(error)) => {
            let said = said.to_string();
            let names = error
                .split_once('[')
                .and_then(|(_, rest)| rest.split_once(']'));
            let names = names.map(|(names, _)| names).unwrap_or_default();
            let missing = names.split(", ").find(|name| !said.contains(*name));
            missing.map_or(Ok(()), |name| {
                Err(format!("a push names {name}, and not: {said}"))
            })
        }
    }
}

fn warnings(said: &Diagnostics, expected: &Json) -> Result<(), String> {
    let lists = [&expected["warnings"], &expected["logs"]];
    let recorded = lists.into_iter().filter_map(Json::as_array).flatten();
    for text in recorded.filter_map(Json::as_str) {
        let known = WARNINGS.iter().find(|(words, _)| text.contains(words));
        if let Some((words, code)) = known
            && !said.items.iter().any(|item| item.code == *code)
        {
            return Err(format!("no {code} for {words:?} in: {said}"));
        }
    }
    Ok(())
}

/// The first place where two trees differ.
fn difference(found: &Json, expected: &Json) -> String {
    match (found, expected) {
        (Json::Object(a), Json::Object(b)) => {
            let absent = Json::from("absent");
            let differs = |key: &&String| a.get(*key) != b.get(*key);
            let key = a.keys().chain(b.keys()).find(differs).map_or("", |key| key);
            let (left, right) = (a.get(key).unwrap_or(&absent), b.get(key).unwrap_or(&absent));
            format!("/{key}{}", difference(left, right))
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let differs = a.iter().zip(b).position(|(a, b)| a != b);
            differs.map_or_else(String::new, |at| {
                format!("/{at}{}", difference(&a[at], &b[at]))
            })
        }
        _ => format!(": {found} is not {expected}"),
    }
}
