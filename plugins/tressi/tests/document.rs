//! The per-endpoint document: its two migrations to the letter, its resolver case by case, and its
//! examples.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value as Json, json};
use support::{migrate, packages, resolve, resolve_named};

/// Both texts as JSON, and the new one in the document's own layout.
fn migrated(old: &str, adjustments: &[&str]) -> String {
    migrate(old, adjustments)
        .map_err(|said| said.to_string())
        .unwrap()
        .after
        .to_string()
}

/// "From Legacy to New Format", with a request where the document has `[...]`.
#[test]
fn the_first_migration_is_to_the_letter() {
    let old = r#"{
  "autoscale": true,
  "workers": 50,
  "rps": 1000,
  "rampUpTime": 15,
  "requests": [
    {
      "url": "http://localhost:3000/"
    }
  ]
}
"#;
    let new = r#"{
  "autoscale": {
    "enabled": true,
    "targetRps": 1000,
    "maxWorkers": 50,
    "rampUpTime": 15,
    "distributionStrategy": "proportional",
    "defaultWeight": 1
  },
  "requests": [
    {
      "url": "http://localhost:3000/"
    }
  ]
}
"#;
    assert_eq!(migrated(old, &[]), new);
}

const FAST_AND_SLOW: &str = r#"{
  "autoscale": true,
  "workers": 100,
  "rps": 2000,
  "requests": [
    { "url": "/api/fast", "method": "GET" },
    { "url": "/api/slow", "method": "POST" }
  ]
}
"#;

/// "Advanced Migration with Per-Endpoint Settings". What makes it "optimized" no older file says: it
/// is asked for.
#[test]
fn the_second_migration_is_to_the_letter() {
    let new = r#"{
  "autoscale": {
    "enabled": true,
    "targetRps": 2000,
    "maxWorkers": 100,
    "distributionStrategy": "proportional"
  },
  "requests": [
    {
      "url": "/api/fast",
      "method": "GET",
      "autoscale": {
        "enabled": true,
        "targetRps": 1500,
        "weight": 0.75,
        "priority": "high"
      }
    },
    {
      "url": "/api/slow",
      "method": "POST",
      "autoscale": {
        "enabled": true,
        "targetRps": 500,
        "weight": 0.25,
        "priority": "medium",
        "minWorkers": 5
      }
    }
  ]
}
"#;
    let asked = [
        "GET /api/fast weight=0.75 priority=high",
        "POST /api/slow weight=0.25 priority=medium minWorkers=5",
    ];
    assert_eq!(migrated(FAST_AND_SLOW, &asked), new);
}

#[test]
fn the_second_migration_without_what_is_asked_for_is_the_first() {
    let new: Json = serde_json::from_str(&migrated(FAST_AND_SLOW, &[])).unwrap();
    assert_eq!(
        new["autoscale"],
        json!({
            "enabled": true,
            "targetRps": 2000,
            "maxWorkers": 100,
            "distributionStrategy": "proportional",
            "defaultWeight": 1,
        })
    );
    assert_eq!(
        new["requests"][0],
        json!({ "url": "/api/fast", "method": "GET" })
    );
}

fn test(global: &Json, own: &Json) -> Json {
    let mut test = json!({ "workers": 7, "requests": [{ "url": "http://a/b" }] });
    if !global.is_null() {
        test["autoscale"] = global.clone();
    }
    if !own.is_null() {
        test["requests"][0]["autoscale"] = own.clone();
    }
    test
}

/// `AutoscaleConfigResolver.resolveEndpointConfig`, line by line.
fn resolver(global: &Json, own: &Json) -> Json {
    let global = match global {
        Json::Null => json!({ "enabled": false }),
        // `normalizeGlobalAutoscale`: what was shared is what an autoscaled test goes by.
        Json::Bool(true) => json!({ "enabled": true, "maxWorkers": 7 }),
        Json::Bool(false) => json!({ "enabled": false }),
        object => object.clone(),
    };
    if own["enabled"] == false {
        return json!({ "enabled": false, "useGlobalWorkers": true });
    }
    let mut resolved = json!({ "enabled": true });
    let mut spread = |object: &Json| {
        for (key, value) in object.as_object().into_iter().flatten() {
            resolved[key] = value.clone();
        }
    };
    if own["enabled"] == true {
        spread(&global);
        spread(own);
        resolved["endpointKey"] = json!("GET http://a/b");
        return resolved;
    }
    if global["enabled"] == true {
        spread(&global);
        resolved["endpointKey"] = json!("GET http://a/b");
        resolved["weight"] = match &global["defaultWeight"] {
            Json::Null => json!(1),
            weight => weight.clone(),
        };
        return resolved;
    }
    json!({ "enabled": false })
}

#[test]
fn resolution_is_the_documents_resolver() {
    let globals = [
        json!(null),
        json!(true),
        json!(false),
        json!({ "enabled": false }),
        json!({ "enabled": false, "targetRps": 9, "defaultWeight": 0.5 }),
        json!({ "enabled": true }),
        json!({ "enabled": true, "targetRps": 1000, "maxWorkers": 50, "defaultWeight": 0.5 }),
        json!({
            "enabled": true, "targetRps": 1000, "maxWorkers": 50, "minWorkers": 2, "rampUpTime": 15,
            "scaleUpThreshold": 0.8, "scaleDownThreshold": 1.3, "scaleUpFactor": 0.5,
            "scaleDownFactor": 0.1, "cooldownPeriod": 3, "distributionStrategy": "equal",
        }),
    ];
    let owns = [
        json!(null),
        json!({ "enabled": false }),
        json!({ "enabled": false, "targetRps": 3 }),
        json!({ "enabled": true }),
        json!({ "enabled": true, "targetRps": 100, "weight": 0.1, "priority": "high" }),
        json!({
            "enabled": true, "targetRps": 10, "maxWorkers": 3, "minWorkers": 3, "rampUpTime": 0,
            "scaleUpThreshold": 1, "scaleDownThreshold": 1, "scaleUpFactor": 1,
            "scaleDownFactor": 1, "cooldownPeriod": 1, "weight": 1, "priority": "low",
        }),
    ];
    for global in &globals {
        for own in &owns {
            let test = test(global, own);
            let resolved = packages(&test).remove(0);
            assert_eq!(resolved["autoscale"], resolver(global, own), "{test:#}");
            let effective = resolve(&test).remove(0);
            let enabled = resolved["autoscale"]["enabled"] == true;
            if !enabled {
                assert_eq!(resolved["workers"], json!({ "fixed": 7 }), "{test:#}");
                let shown = effective.with_defaults().to_json();
                assert_eq!(shown["autoscale"], json!({ "enabled": false }));
            }
        }
    }
}

/// Example 1 of the design beside the document: mixed endpoints.
#[test]
fn mixed_endpoints_each_go_their_own_way() {
    let text = include_str!("data/mixed.json");
    let (resolved, said) = resolve_named("mixed.json", text).unwrap();
    assert!(said.is_empty(), "{said}");
    let names: Vec<_> = resolved.iter().map(|one| one.workload.as_str()).collect();
    assert_eq!(
        names,
        [
            "GET http://localhost:3000/api/health",
            "GET http://localhost:3000/api/users",
            "POST http://localhost:3000/api/orders",
            "GET http://localhost:3000/api/products",
        ]
    );
    let json: Json = serde_json::from_str(text).unwrap();
    let packages = packages(&json);
    let rates: Vec<_> = packages.iter().map(|one| one["rate"].clone()).collect();
    assert_eq!(
        rates,
        [
            json!({ "own": 100 }),
            json!({ "own": 400 }),
            json!(null),
            json!({ "share": { "of": 1000, "weight": 1 } }),
        ]
    );
    insta::assert_snapshot!(format!("{:#}", packages[0]));
}
