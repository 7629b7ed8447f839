//! The schema for editors: up to date, right about real configurations, and closed where it should
//! be.

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use plimsoll_core::span::SourceMap;
use plimsoll_core::yaml;
use plimsoll_truss::config_schema;
use serde_json::Value as Json;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn validator() -> Result<Validator, Box<dyn std::error::Error>> {
    Ok(jsonschema::draft202012::new(&config_schema())?)
}

/// A text as a schema sees it.
fn read(text: &str) -> Option<Json> {
    let mut files = SourceMap::default();
    let reading = yaml::read(&mut files, "a", text.as_bytes(), &yaml::Limits::default());
    reading.node.map(|node| node.to_json())
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that rewrites the committed file"
)]
fn the_committed_schema_is_up_to_date() -> Outcome {
    let path = beside("docs/schema/truss.schema.json");
    let generated = format!("{:#}\n", config_schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated)?;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/schema/truss.schema.json is out of date; run\n\n    \
         UPDATE_SCHEMA=1 cargo test -p plimsoll-truss --test schema\n"
    );
    Ok(())
}

#[test]
fn it_is_a_schema() -> Outcome {
    jsonschema::meta::validate(&config_schema()).map_err(|error| error.to_string())?;
    Ok(())
}

#[test]
fn real_configurations_that_truss_takes_are_valid() -> Outcome {
    let expected = beside("../shared/data/truss/configs.expected.jsonl");
    let Ok(lines) = std::fs::read_to_string(expected) else {
        return Ok(());
    };
    let validator = validator()?;
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let expected: Json = serde_json::from_str(line)?;
        let name = expected["config"].as_str().unwrap_or_default();
        if expected["ok"] != true {
            continue;
        }
        let text = std::fs::read_to_string(beside("../shared/data/truss/configs").join(name))?;
        let config = read(&text).ok_or("a file that is no YAML")?;
        for error in validator.iter_errors(&config) {
            wrong.push(format!("{name}: {}: {error}", error.instance_path()));
        }
        // What the loader makes of it is valid too.
        for error in validator.iter_errors(&expected["normalized"]) {
            wrong.push(format!("{name}, full: {}: {error}", error.instance_path()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn coercions_are_valid_and_typos_in_the_own_blocks_are_not() -> Outcome {
    let validator = validator()?;
    for (valid, text) in [
        (true, "{}"),
        (true, "unknown: 1"),
        (
            true,
            "runtime: {predict_concurrency: '4', enable_debug_logs: 'Yes'}",
        ),
        (true, "environment_variables: {a: null, b: 1, c: [x]}"),
        (
            true,
            "resources: {accelerator: {accelerator: H100, count: 2}}",
        ),
        (true, "resources: {accelerator: ' H100:2 '}"),
        (
            true,
            "weights: [{source: hf://a, mount_location: /m, auth: {auth_method: aws_oidc}}]",
        ),
        (
            true,
            "autoscaling_settings: {min_replicas: 1, max_replicas: '2'}",
        ),
        (
            true,
            "environment_overrides: {production: {resources: {cpu: '2'}}, staging: null}",
        ),
        (true, "autoscaling_settings: null"),
        (true, "resources: {accelerator: 'H100:2:3'}"),
        (true, "resources: {accelerator: 'H100:٢'}"),
        (true, "runtime: {transport: {}}"),
        (
            true,
            "environment_overrides: {production: {resources: {use_gpu: true, fabric: {}}}}",
        ),
        (true, "model_metadata: {example_model_input: {prompt: a}}"),
        (false, "resources: {accelerator: 'H100:0'}"),
        (false, "resources: {accelerator: 'H100:x'}"),
        (
            false,
            "environment_overrides: {production: {resources: {gpu: 1}}}",
        ),
        (false, "model_name: 1"),
        (false, "runtime: {predict_concurrency: four}"),
        (false, "resources: {accelerator: H200X}"),
        (false, "weights: [{source: hf://a}]"),
        (false, "autoscaling_settings: {min_replica: 1}"),
        (false, "autoscaling_settings: {min_replicas: -1}"),
        (
            false,
            "autoscaling_settings: {target_utilization_percentage: 101}",
        ),
        (
            false,
            "environment_overrides: {production: {resource: {cpu: '2'}}}",
        ),
        (
            false,
            "environment_overrides: {production: {autoscaling_settings: {max_replica: 2}}}",
        ),
        (false, "trt_llm: {inference_stack: v2, build: {}}"),
    ] {
        let config = read(text).ok_or("no YAML")?;
        assert_eq!(validator.is_valid(&config), valid, "{text}");
    }
    Ok(())
}

#[test]
fn every_key_is_described() {
    let mut without = Vec::new();
    undescribed(&config_schema(), "", &mut without);
    assert!(without.is_empty(), "{without:?}");
}

/// The keys below a schema that have no description.
fn undescribed(schema: &Json, place: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Json)> = match schema {
        Json::Object(members) => members
            .iter()
            .filter(|(key, _)| *key != "if")
            .map(|(key, value)| (format!("{place}/{key}"), value))
            .collect(),
        Json::Array(items) => items.iter().map(|item| (place.to_owned(), item)).collect(),
        _ => return,
    };
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        if property.is_object() && property["description"].as_str().is_none() {
            found.push(format!("{place}/{key}"));
        }
    }
    for (place, schema) in below {
        undescribed(schema, &place, found);
    }
}

/// What the real loader takes and the schema does not: a null that is put right before it is
/// checked, a set, which is no JSON, and what JSON cannot carry.
const BEYOND: [&str; 3] = ["transport: null", "!!set", ".inf"];

#[test]
fn what_the_loader_takes_the_schema_takes() -> Outcome {
    let lines = std::fs::read_to_string(beside("tests/data/truss_probes.jsonl"))?;
    let validator = validator()?;
    let mut wrong = Vec::new();
    for line in lines.lines().skip(1) {
        let line: Json = serde_json::from_str(line)?;
        for found in line["taken"].as_array().into_iter().flatten() {
            let place = line["place"].as_str().unwrap_or_default();
            let text = place.replace("%s", found[0].as_str().unwrap_or_default());
            let Some(config) = read(&text).filter(Json::is_object) else {
                continue;
            };
            if BEYOND.iter().any(|beyond| text.contains(beyond)) {
                continue;
            }
            if let Err(error) = validator.validate(&config) {
                wrong.push(format!("{text}\n    {}: {error}", error.instance_path()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
