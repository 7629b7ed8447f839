//! The schema for editors: up to date, and right about load tests.

#[path = "support/generate.rs"]
mod generate;
mod support;

use std::path::Path;

use jsonschema::Validator;
use plimsoll_tressi::config_schema;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A load test that has a key in one of its blocks.
type Block<'a> = &'a dyn Fn(&str, Json) -> Json;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn validator() -> Result<Validator, Box<dyn std::error::Error>> {
    Ok(jsonschema::draft202012::new(&config_schema())?)
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that rewrites the committed file"
)]
fn the_committed_schema_is_up_to_date() -> Outcome {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/load-test.schema.json");
    let generated = format!("{:#}\n", config_schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated)?;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/schema/load-test.schema.json is out of date; run\n\n    \
         UPDATE_SCHEMA=1 cargo test -p plimsoll-tressi --test schema\n"
    );
    Ok(())
}

#[test]
fn it_is_a_schema() -> Outcome {
    jsonschema::meta::validate(&config_schema()).map_err(|error| error.to_string())?;
    Ok(())
}

#[test]
fn every_key_is_described() {
    let schema = config_schema();
    let models = schema["$defs"].as_object().into_iter().flatten();
    for (name, model) in models.chain([(&"LoadTest".to_owned(), &schema)]) {
        for (key, property) in model["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{key}");
        }
    }
}

#[test]
fn the_ranges_are_the_documents() -> Outcome {
    let validator = validator()?;
    let of = |key: &str, value: Json| json!({ key: value, "requests": [{ "url": "http://a" }] });
    let global = |key: &str, value: Json| of("autoscale", json!({ "enabled": true, key: value }));
    let own = |key: &str, value: Json| {
        let autoscale = json!({ "enabled": true, key: value });
        json!({ "requests": [{ "url": "http://a", "autoscale": autoscale }] })
    };
    let request = |key: &str, value: Json| {
        let mut request = json!({ "url": "http://a" });
        request[key] = value;
        json!({ "requests": [request] })
    };
    let mut cases = vec![
        (json!({}), false),
        (json!({ "requests": [] }), false),
        (json!({ "requests": [{}] }), false),
        (of("autoscale", json!({})), false),
        (of("autoscale", json!(true)), true),
        (of("unknown", json!(1)), false),
        (request("autoscale", json!(true)), false),
        (request("url", json!("")), false),
        (request("url", json!("a/b")), false),
        (request("url", json!("HTTPS://a")), true),
        (request("payload", json!("text")), false),
        (request("payload", json!([])), true),
        (request("headers", json!({ "a": 1 })), false),
        (of("export", json!("")), false),
        (of("errorStatusCodes", json!([100, 599])), true),
        (of("errorStatusCodes", json!([99])), false),
        (of("errorStatusCodes", json!([600])), false),
        (global("distributionStrategy", json!("fair")), false),
        (own("priority", json!("urgent")), false),
        (own("distributionStrategy", json!("equal")), false),
        (global("weight", json!(1)), false),
        (
            request("url", json!("http://a/{{id}}?n={{ $uuid }}")),
            false,
        ),
        (request("url", json!("http://a/{{id}}?n={{$uuid}}")), true),
        (request("url", json!("http://{{host}}/a")), false),
        (request("url", json!("http://a?{{b}}")), true),
    ];
    let both: [Block<'_>; 2] = [&of, &request];
    for block in both {
        cases.extend([
            (block("thresholds", json!(["p99<500ms", "errors<1%"])), true),
            (block("thresholds", json!(["p99"])), false),
            (block("thresholds", json!("p99<500ms")), false),
            (block("goodput", json!(["ttft<500ms"])), true),
            (block("goodput", json!([1])), false),
            (block("timeout", json!(0)), false),
            (block("timeout", json!(0.001)), true),
            (block("timeout", json!(86_400)), true),
            (block("timeout", json!(86_401)), false),
            (block("arrivals", json!("poisson")), true),
            (block("arrivals", json!("uniform")), false),
            (block("data", json!("data/users.csv")), true),
            (block("data", json!("../users.jsonl")), true),
            (block("data", json!("/users.csv")), false),
            (block("data", json!("C:/users.csv")), false),
            (block("data", json!("a\\users.csv")), false),
            (block("data", json!("users.txt")), false),
            (block("data", json!("")), false),
            (block("scaling", json!("little")), true),
            (block("scaling", json!("")), false),
            (block("scaling", json!({ "policy": "hpa" })), true),
            (
                block(
                    "scaling",
                    json!({ "policy": "hpa", "options": { "a": [1] } }),
                ),
                true,
            ),
            (block("scaling", json!({ "options": {} })), false),
            (
                block("scaling", json!({ "policy": "hpa", "option": {} })),
                false,
            ),
        ]);
    }
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get",
    ] {
        cases.push((request("method", json!(method)), true));
    }
    cases.push((request("method", json!("TRACE")), false));
    for strategy in ["proportional", "equal", "priority-based"] {
        cases.push((global("distributionStrategy", json!(strategy)), true));
    }
    for key in [
        "workers",
        "concurrentRequests",
        "duration",
        "rps",
        "errorCountThreshold",
    ] {
        cases.extend([
            (of(key, json!(1)), true),
            (of(key, json!(0)), false),
            (of(key, json!(1.5)), false),
        ]);
    }
    cases.extend([
        (of("rampUpTime", json!(0)), true),
        (of("rampUpTime", json!(-1)), false),
    ]);
    let share = |key| {
        [
            (of(key, json!(0)), true),
            (of(key, json!(1)), true),
            (of(key, json!(1.01)), false),
        ]
    };
    cases.extend(share("errorRateThreshold"));
    let blocks: [Block<'_>; 2] = [&global, &own];
    for block in blocks {
        for key in ["targetRps", "maxWorkers", "minWorkers", "cooldownPeriod"] {
            cases.extend([(block(key, json!(1)), true), (block(key, json!(0)), false)]);
        }
        cases.extend([
            (block("rampUpTime", json!(0)), true),
            (block("scaleUpThreshold", json!(0)), true),
            (block("scaleUpThreshold", json!(1.1)), false),
            (block("scaleDownThreshold", json!(1)), true),
            (block("scaleDownThreshold", json!(0.9)), false),
        ]);
        for key in ["scaleUpFactor", "scaleDownFactor"] {
            cases.extend([
                (block(key, json!(0.1)), true),
                (block(key, json!(0.09)), false),
                (block(key, json!(1.1)), false),
            ]);
        }
    }
    for (key, block) in ["defaultWeight", "weight"].into_iter().zip(blocks) {
        cases.extend([
            (block(key, json!(0.1)), true),
            (block(key, json!(1)), true),
            (block(key, json!(0.05)), false),
            (block(key, json!(1.5)), false),
        ]);
    }
    for (document, valid) in cases {
        assert_eq!(
            validator.is_valid(&document),
            valid,
            "by the schema: {document}"
        );
        let read = support::load("a.json", &document.to_string());
        assert_eq!(read.is_ok(), valid, "by the source: {document}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_is_valid(document in prop_oneof![generate::flags(), generate::flat(), generate::current()]) {
        let validator = validator().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        prop_assert!(errors.is_empty(), "{:?}\n{:#}", errors, document);
    }

    #[test]
    fn what_is_migrated_is_valid(document in generate::any_shape()) {
        let validator = validator().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let migration = support::migrate(&document.to_string(), &[]).map_err(|said| TestCaseError::fail(said.to_string()))?;
        let new: Json = serde_json::from_str(&migration.after).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(validator.is_valid(&new), "{:#}", new);
    }
}
