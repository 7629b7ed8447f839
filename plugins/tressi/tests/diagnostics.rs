//! Everything that is wrong with a load test is said at once, each with its place, what was expected
//! and a way out.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::span::Span;
use support::{load, migrate, resolve_named, tree};

fn shown(said: &Diagnostics) -> String {
    let mut out = String::new();
    for item in &said.items {
        let one = Diagnostics {
            files: said.files.clone(),
            items: vec![item.clone()],
        };
        writeln!(out, "{one}").unwrap();
        for label in &item.secondary {
            let Span { line, column, .. } = label.span;
            writeln!(out, "    also {line}:{column}: {}", label.text).unwrap();
        }
        if let Some(expected) = &item.expected {
            writeln!(out, "    expected {expected}").unwrap();
        }
        for hint in &item.hints {
            writeln!(out, "    hint: {hint}").unwrap();
        }
    }
    out
}

fn said(text: &str) -> String {
    match resolve_named("a.json", text) {
        Ok((_, said)) | Err(said) => shown(&said),
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    insta::assert_snapshot!(said(
        r#"{
  "workers": 0,
  "duration": 1.5,
  "rps": "10",
  "rampUpTime": -1,
  "export": "",
  "earlyExitOnError": "yes",
  "errorRateThreshold": 5,
  "errorCountThreshold": 99999999999999999999,
  "errorStatusCodes": [99, 600, "500"],
  "duraton": 3,
  "headers": {"X A": "b", "X-B": 1, "X-C": "a\nb"},
  "autoscale": {
    "targetRPS": 10,
    "maxWorkers": 0,
    "scaleUpThreshold": 1.1,
    "scaleDownThreshold": 0.9,
    "scaleUpFactor": 0.05,
    "cooldownPeriod": 0,
    "distributionStrategy": "fair",
    "defaultWeight": 2
  },
  "requests": [
    {"method": "FETCH", "payload": "text"},
    {"url": "localhost:3000/a"},
    {"url": "ftp://a/b"},
    {"url": "http:///b"},
    {"url": "http://a/b c"},
    {"url": "", "autoscale": true},
    {"url": "http://a", "autoscale": {"enabled": true, "priority": "High", "weight": 0, "minWorkers": 5, "maxWorkers": 2}},
    {"url": "http://a", "autoscale": {}, "timout": 3}
  ]
}"#
    ));
}

#[test]
fn a_rate_beside_an_address_is_no_older_file_where_there_are_settings_at_the_top() {
    insta::assert_snapshot!(said(
        r#"{
  "duration": 20,
  "requests": [{ "url": "http://h/", "rps": 50, "workers": 4 }]
}"#,
    ), @r#"
    a.json:3:38: error[load-test::unknown-key]: there is no key `requests[0].rps`
        expected one of url, method, headers, payload, autoscale, earlyExitOnError, errorRateThreshold, errorRateWindow, errorCountThreshold, errorStatusCodes, thresholds, goodput, timeout, arrivals, data, scaling
        hint: a rate of its own is `"autoscale": {"enabled": true, "targetRps": 100}`
    a.json:3:49: error[load-test::unknown-key]: there is no key `requests[0].workers`
        expected one of url, method, headers, payload, autoscale, earlyExitOnError, errorRateThreshold, errorRateWindow, errorCountThreshold, errorStatusCodes, thresholds, goodput, timeout, arrivals, data, scaling
        hint: workers of its own are `minWorkers` and `maxWorkers` of its `autoscale`
    "#);
}

#[test]
fn the_whole_may_be_wrong() {
    let mut out = String::new();
    for text in [
        "3",
        "{}",
        r#"{"requests": []}"#,
        r#"{"requests": {"url": "http://a"}}"#,
        r#"{"requests": [1], "autoscale": 1}"#,
    ] {
        writeln!(out, "{text}\n{}", said(text)).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_is_surprising_is_said() {
    insta::assert_snapshot!(said(
        r#"{
  "autoscale": {"enabled": true, "targetRps": 100, "defaultWeight": 0.5},
  "errorCountThreshold": 3,
  "requests": [
    {"url": "/relative"},
    {"url": "http://a", "autoscale": {"enabled": false, "targetRps": 10}},
    {"url": "http://b", "autoscale": {"enabled": true, "targetRps": 100}}
  ]
}"#
    ));
}

#[test]
fn what_merging_makes_wrong_is_said_with_both_places() {
    insta::assert_snapshot!(said(
        r#"{
  "autoscale": {"enabled": true, "targetRps": 100, "maxWorkers": 3},
  "requests": [{"url": "http://a", "autoscale": {"enabled": true, "minWorkers": 5}}]
}"#
    ));
}

#[test]
fn autoscaling_wants_a_rate() {
    let without = r#"{"autoscale": {"enabled": true}, "requests": [{"url": "http://a"}, {"url": "http://b"}]}"#;
    insta::assert_snapshot!(said(without));
    let with = r#"{"autoscale": {"enabled": true}, "rps": 10, "requests": [{"url": "http://a"}]}"#;
    assert_eq!(said(with), "");
}

#[test]
fn what_is_wrong_with_an_older_file_is_said_as_it_is_written() {
    insta::assert_snapshot!(said(
        r#"{
  "options": {
    "durationSec": 0,
    "workerEarlyExit": {"enabled": true, "errorRateThreshold": 101, "exitStatusCodes": [1]},
    "exportPath": 3,
    "workerMemoryLimit": 8
  },
  "requests": [{"rps": 0}]
}"#
    ));
}

#[test]
fn what_older_files_have_and_no_version_had_is_named() {
    let text = r#"{
  "options": {"rps": 5, "autoscale": true, "stopMode": "all", "adaptiveConcurrency": {}, "workerEarlyExit": {"enabled": true, "stopMode": 1}},
  "requests": [{"url": "http://a", "name": "a", "rampUpDurationSec": 3}],
  "title": "mine"
}"#;
    insta::assert_snapshot!(shown(&migrate(text, &[]).unwrap().diagnostics));
    insta::assert_snapshot!(shown(&load("a.json", text).unwrap().diagnostics));
}

#[test]
fn files_that_are_not_there() {
    use plimsoll_core::source::ConfigSource as _;
    use plimsoll_core::tree::{MemoryTree, SourceTree};
    use plimsoll_tressi::LoadTestSource;
    use std::sync::Arc;
    let load = |tree: MemoryTree| {
        let tree: Arc<dyn SourceTree> = Arc::new(tree);
        shown(&LoadTestSource.load(&tree).unwrap_err())
    };
    insta::assert_snapshot!(load(MemoryTree::new()), @"
    error[load-test::no-file]: there is no tressi.config.json in 
        hint: name the file
    ");
    insta::assert_snapshot!(load(MemoryTree::new().focused("a.json")), @"error[load-test::no-file]: there is no a.json");
    insta::assert_snapshot!(load(MemoryTree::new().with("a/b", "").focused("a")), @"error[load-test::not-a-file]: a is no file");
}

#[test]
fn what_cannot_be_run_is_not_packaged() {
    use plimsoll_core::source::ConfigSource as _;
    use plimsoll_tressi::LoadTestSource;
    let text = r#"{"requests": [{"url": "/a"}]}"#;
    let (resolved, _) = resolve_named("a.json", text).unwrap();
    let refused = LoadTestSource.package(&tree("a.json", text), &resolved[0]);
    insta::assert_snapshot!(shown(&refused.unwrap_err()), @"
    a.json:1:23: error[load-test::relative-url]: `GET /a` names no host, so it cannot be run
        expected http:// or https://, a host and a path
    ");
}
