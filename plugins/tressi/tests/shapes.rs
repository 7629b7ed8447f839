//! Files of every older shape: what is said of them, and what they become.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use plimsoll_tressi::Shape;
use serde_json::{Value as Json, json};
use support::{load, migrate, migrate_named, packages, resolve_named};

const V12: &str = r#"{
  "$schema": "https://raw.githubusercontent.com/kevinchatham/tressi/main/schemas/tressi.schema.v0.0.12.json",
  "headers": {"Accept": "application/json"},
  "requests": [
    {"url": "http://a/one", "method": "get"},
    {"url": "http://a/one", "method": "POST", "payload": [1], "headers": {"accept": "*/*"}},
    {"url": "http://a/one", "method": "POST", "payload": [2]}
  ]
}
"#;

const FLAT: &str = r#"{
  "workers": 20,
  "concurrentRequests": 5,
  "duration": 30,
  "rampUpTime": 5,
  "rps": 300,
  "autoscale": true,
  "export": "reports",
  "earlyExitOnError": true,
  "errorRateThreshold": 0.2,
  "errorCountThreshold": 100,
  "errorStatusCodes": [500, 503],
  "requests": [{"url": "http://a/one"}, {"url": "http://a/two"}]
}
"#;

const SHARED: &str = r#"{
  "$schema": "schemas/tressi.schema.v0.0.13.json",
  "options": {
    "workers": 10,
    "durationSec": 60,
    "rampUpTimeSec": 5,
    "rps": 200,
    "autoscale": true,
    "exportPath": true,
    "useUI": false,
    "silent": true,
    "earlyExitOnError": true,
    "errorRateThreshold": 0.5,
    "errorCountThreshold": 10,
    "errorStatusCodes": [500],
    "headers": {"X-A": "b"}
  },
  "requests": [{"url": "http://a/one"}]
}
"#;

const V19: &str = r#"{
  "$schema": "https://raw.githubusercontent.com/kevinchatham/tressi/main/schemas/tressi.schema.v0.0.19.json",
  "options": {
    "durationSec": 10,
    "headers": {"User-Agent": "Tressi"},
    "rampUpDurationSec": 2,
    "threads": 2,
    "workerEarlyExit": {"enabled": true, "errorRateThreshold": 0.333, "exitStatusCodes": [], "monitoringWindowMs": 1500},
    "workerMemoryLimit": 128
  },
  "requests": [
    {
      "url": "http://a/one", "method": "GET", "headers": {}, "payload": {}, "rps": 50, "rampUpDurationSec": 0,
      "earlyExit": {"enabled": false, "errorRateThreshold": 0, "exitStatusCodes": [], "monitoringWindowMs": 1000}
    },
    {
      "url": "http://a/two", "method": "PUT", "headers": {}, "payload": {"a": 1}, "rps": 5, "rampUpDurationSec": 4,
      "earlyExit": {"enabled": true, "errorRateThreshold": 1, "exitStatusCodes": [502], "monitoringWindowMs": 5000}
    }
  ]
}
"#;

const V20: &str = r#"{
  "$schema": "https://raw.githubusercontent.com/kevinchatham/tressi/main/schemas/tressi.schema.v0.0.20.json",
  "options": {
    "durationSec": 10,
    "headers": {},
    "rampUpDurationSec": 0,
    "threads": 1,
    "workerEarlyExit": {"enabled": true, "errorRateThreshold": 5, "exitStatusCodes": [500], "monitoringWindowSeconds": 2},
    "workerMemoryLimit": 128
  },
  "requests": [
    {
      "url": "http://a/one", "method": "GET", "headers": {}, "payload": {}, "rps": 999, "rampUpDurationSec": 0,
      "earlyExit": {"enabled": false, "errorRateThreshold": 1, "exitStatusCodes": [], "monitoringWindowSeconds": 1}
    }
  ]
}
"#;

fn told(text: &str) -> String {
    let migration = migrate(text, &[]).map_err(|said| said.to_string()).unwrap();
    let loaded = load("load.json", text).unwrap().diagnostics;
    format!(
        "shape: {}\n\n-- said when it is read\n{loaded}\n\n-- said when it is migrated\n{}\n\n{}",
        migration.shape.name(),
        migration.diagnostics,
        migration.after
    )
}

#[test]
fn a_file_of_the_time_of_flags_is_todays() {
    let migration = migrate(V12, &[]).unwrap();
    assert!(migration.is_empty());
    insta::assert_snapshot!(told(V12));
    let (resolved, _) = resolve_named("load.json", V12).unwrap();
    let names: Vec<_> = resolved.iter().map(|one| one.workload.as_str()).collect();
    assert_eq!(
        names,
        [
            "GET http://a/one",
            "POST http://a/one",
            "POST http://a/one #2"
        ]
    );
    // Names of headers have no case.
    assert_eq!(
        resolved[1].config.get("headers").unwrap().to_json(),
        json!({ "accept": "*/*" })
    );
}

#[test]
fn the_flat_shape() {
    insta::assert_snapshot!(told(FLAT));
}

#[test]
fn options_with_one_rate_for_all() {
    insta::assert_snapshot!(told(SHARED));
}

#[test]
fn options_with_fractions_and_milliseconds() {
    insta::assert_snapshot!(told(V19));
}

#[test]
fn options_with_percents_and_seconds() {
    insta::assert_snapshot!(told(V20));
}

#[test]
fn shapes_are_told_by_their_keys() {
    let request = json!([{ "url": "http://a" }]);
    for (shape, root) in [
        (Shape::Current, json!({ "requests": request })),
        (
            Shape::Current,
            json!({ "rps": 1, "workers": 2, "requests": request }),
        ),
        (
            Shape::Current,
            json!({ "autoscale": { "enabled": true }, "requests": request }),
        ),
        (
            Shape::Flat,
            json!({ "autoscale": false, "requests": request }),
        ),
        (
            Shape::Options,
            json!({ "options": {}, "requests": request }),
        ),
        (
            Shape::Options,
            json!({ "requests": [{ "url": "http://a", "rps": 3 }] }),
        ),
        (
            Shape::SharedOptions,
            json!({ "options": { "rps": 1 }, "requests": request }),
        ),
        (
            Shape::Flags,
            json!({ "$schema": "tressi.schema.v0.0.5.json", "requests": request }),
        ),
        (
            Shape::Current,
            json!({ "$schema": "tressi.schema.v0.0.14.json", "requests": request }),
        ),
        (Shape::Current, json!(3)),
    ] {
        let node = plimsoll_core::value::Node::from_json(&root, Default::default());
        assert_eq!(Shape::of(&node), shape, "{root}");
    }
}

#[test]
fn without_autoscaling_the_shared_settings_stay_where_they_are() {
    let old =
        json!({ "autoscale": false, "workers": 3, "rps": 9, "requests": [{ "url": "http://a" }] });
    let new: Json = serde_json::from_str(&migrate(&old.to_string(), &[]).unwrap().after).unwrap();
    assert_eq!(
        new,
        json!({ "autoscale": { "enabled": false }, "workers": 3, "rps": 9, "requests": [{ "url": "http://a" }] })
    );
    let runs = packages(&old).remove(0);
    assert_eq!(runs["workers"], json!({ "fixed": 3 }));
    assert_eq!(runs["rate"], json!({ "share": { "of": 9, "weight": 1 } }));
}

/// What is not autoscaled goes by `workers` and `rps`, so there they stay.
#[test]
fn a_fixed_endpoint_keeps_its_workers() {
    let old = json!({
        "autoscale": true, "workers": 3, "rps": 9,
        "requests": [{ "url": "http://a", "autoscale": { "enabled": false } }, { "url": "http://b" }],
    });
    let new: Json = serde_json::from_str(&migrate(&old.to_string(), &[]).unwrap().after).unwrap();
    assert_eq!(new["workers"], 3);
    assert_eq!(new["autoscale"]["maxWorkers"], 3);
    assert_eq!(packages(&new)[0]["workers"], json!({ "fixed": 3 }));
}

#[test]
fn units_are_told_by_what_is_beside_them() {
    let read = |schema: Json, mut exit: Json| {
        exit["enabled"] = json!(true);
        let mut old = json!({
            "options": { "workerEarlyExit": exit },
            "requests": [{ "url": "http://a" }],
        });
        if !schema.is_null() {
            old["$schema"] = schema;
        }
        let migration = migrate(&old.to_string(), &[]).unwrap();
        let new = migration.document.to_json();
        let doubt = migration.diagnostics.to_string().contains("ambiguous-unit");
        (
            new["requests"][0]["errorRateThreshold"].clone(),
            new["requests"][0]["errorRateWindow"].clone(),
            doubt,
        )
    };
    let v19 = || json!("tressi.schema.v0.0.19.json");
    let v20 = || json!("tressi.schema.v0.0.20.json");
    let none = Json::Null;
    for (schema, exit, expected) in [
        (
            v20(),
            json!({ "errorRateThreshold": 1 }),
            (json!(0.01), none.clone(), false),
        ),
        (
            v20(),
            json!({ "errorRateThreshold": 100 }),
            (json!(1), none.clone(), false),
        ),
        (
            v20(),
            json!({ "errorRateThreshold": 33.3 }),
            (json!(0.333), none.clone(), false),
        ),
        (
            v20(),
            json!({ "errorRateThreshold": 0.5 }),
            (json!(0.5), none.clone(), true),
        ),
        (
            v20(),
            json!({ "errorRateThreshold": 1, "monitoringWindowMs": 250 }),
            (json!(1), json!(0.25), false),
        ),
        (
            v19(),
            json!({ "errorRateThreshold": 1 }),
            (json!(1), none.clone(), false),
        ),
        (
            v19(),
            json!({ "errorRateThreshold": 0.05, "monitoringWindowMs": 3000 }),
            (json!(0.05), json!(3), false),
        ),
        (
            v19(),
            json!({ "errorRateThreshold": 5 }),
            (json!(0.05), none.clone(), true),
        ),
        (
            v19(),
            json!({ "errorRateThreshold": 5, "monitoringWindowSeconds": 3, "monitoringWindowMs": 9 }),
            (json!(0.05), json!(3), false),
        ),
        (
            none.clone(),
            json!({ "errorRateThreshold": 1 }),
            (json!(0.01), none.clone(), true),
        ),
        (
            none.clone(),
            json!({ "errorRateThreshold": 2 }),
            (json!(0.02), none.clone(), false),
        ),
        (
            none.clone(),
            json!({ "errorRateThreshold": 0 }),
            (json!(0), none.clone(), false),
        ),
    ] {
        assert_eq!(
            read(schema.clone(), exit.clone()),
            expected,
            "{schema} {exit}"
        );
    }
}

#[test]
fn every_value_of_an_older_file_keeps_its_place() {
    let (resolved, _) = resolve_named("load.json", V19).unwrap();
    let places = |position: usize| {
        let effective = &resolved[position];
        let places = effective.provenance(&effective.config);
        let shown = places.iter().map(|(pointer, place)| {
            let value = effective.config.at_pointer(pointer).unwrap().to_json();
            let (line, column) = (place.line.unwrap_or(0), place.column.unwrap_or(0));
            format!("{pointer} {value} {} {line}:{column}", place.layer)
        });
        shown.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(places(1));
}

#[test]
fn each_format_is_written_as_it_was_read() {
    let yaml =
        "autoscale: true\nrps: 10\nworkers: 2\nrequests:\n- url: http://a\n  payload: {a: 1}\n";
    let toml = "autoscale = true\nrps = 10\nworkers = 2\n\n[[requests]]\nurl = \"http://a\"\npayload = { a = 1 }\n";
    insta::assert_snapshot!(migrate_named("a.yaml", yaml, &[]).unwrap().after, @r"
    autoscale:
      enabled: true
      targetRps: 10
      maxWorkers: 2
      distributionStrategy: proportional
      defaultWeight: 1
    requests:
      - url: http://a
        payload:
          a: 1
    ");
    insta::assert_snapshot!(migrate_named("a.toml", toml, &[]).unwrap().after, @r#"
    [autoscale]
    enabled = true
    targetRps = 10
    maxWorkers = 2
    distributionStrategy = "proportional"
    defaultWeight = 1

    [[requests]]
    url = "http://a"

    [requests.payload]
    a = 1
    "#);
}

#[test]
fn adjustments_that_do_not_fit_are_refused() {
    let text = r#"{"requests": [{"url": "http://a"}]}"#;
    let refused = |adjustment: &str| migrate(text, &[adjustment]).unwrap_err().to_string();
    insta::assert_snapshot!(refused("GET http://b weight=1"), @"error[load-test::no-endpoint]: there is no endpoint `GET http://b`; known are: GET http://a");
    insta::assert_snapshot!(refused("GET http://a weight=2"), @"load.json (migrated):7:19: error[load-test::out-of-range]: `requests[0].autoscale.weight` must be a number from 0.1 to 1, and is the integer 2");
    let unreadable = |text: &str| {
        text.parse::<plimsoll_tressi::Adjustment>()
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(unreadable("http://a weight=1"), @r#""http://a weight=1" does not begin with an endpoint, such as `GET http://host/path`"#);
    insta::assert_snapshot!(unreadable("GET http://a wieght=1"), @r#""wieght=1" is no setting of an endpoint; known are: targetRps, maxWorkers, minWorkers, rampUpTime, scaleUpThreshold, scaleDownThreshold, scaleUpFactor, scaleDownFactor, cooldownPeriod, weight, priority"#);
}

/// `workerEarlyExit` ends the endpoint that has errors, and not the test.
#[test]
fn an_early_exit_of_all_becomes_one_of_each_endpoint_without_its_own() {
    let old = json!({
        "options": { "workerEarlyExit": { "enabled": true, "exitStatusCodes": [500] } },
        "requests": [
            { "url": "http://a" },
            { "url": "http://b", "earlyExit": { "enabled": false } },
            { "url": "http://c", "earlyExit": { "enabled": true, "exitStatusCodes": [] } },
        ],
    });
    let exits: Vec<_> = packages(&old)
        .iter()
        .map(|one| one["earlyExit"].clone())
        .collect();
    let exit = |codes: Json| {
        json!({
            "errorRate": null,
            "errorRateWindowSeconds": null,
            "errorCount": null,
            "statusCodes": codes,
        })
    };
    assert_eq!(
        exits[0],
        json!({ "endpoint": exit(json!([500])), "test": null })
    );
    assert_eq!(exits[1], json!({ "endpoint": null, "test": null }));
    assert_eq!(
        exits[2],
        json!({ "endpoint": exit(json!(null)), "test": null })
    );
}

/// What ends the test ends it whatever an endpoint says of itself.
#[test]
fn a_test_and_its_endpoints_end_early_each_by_their_own() {
    let document = json!({
        "earlyExitOnError": true,
        "errorCountThreshold": 9,
        "requests": [
            { "url": "http://a" },
            { "url": "http://b", "errorRateThreshold": 0.5, "errorRateWindow": 3 },
            { "url": "http://c", "earlyExitOnError": false },
        ],
    });
    let packages = packages(&document);
    for package in &packages {
        assert_eq!(package["earlyExit"]["test"]["errorCount"], 9);
    }
    let ends = |position: usize| packages[position]["earlyExit"]["endpoint"].clone();
    assert_eq!(ends(0), Json::Null);
    assert_eq!(
        ends(1),
        json!({ "errorRate": 0.5, "errorRateWindowSeconds": 3, "errorCount": 9, "statusCodes": null })
    );
    assert_eq!(ends(2), Json::Null);
}
