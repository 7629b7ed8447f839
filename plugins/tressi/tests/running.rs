//! How a test is run: thresholds, goodput, data and its places, and the policy that scales.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::sync::Arc;

use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::{DeepMerge, Replace};
use plimsoll_tressi::LoadTestSource;
use serde_json::{Value as Json, json};
use support::{packages, resolve, resolve_named};

/// Every diagnostic with what was expected and its ways out.
fn shown(said: &Diagnostics) -> String {
    let mut out = String::new();
    for item in &said.items {
        let one = Diagnostics {
            files: said.files.clone(),
            items: vec![item.clone()],
        };
        writeln!(out, "{one}").unwrap();
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

/// What a tree is loaded with, and what packaging its only endpoint comes to.
fn package(tree: MemoryTree) -> (String, Result<Package, String>) {
    let tree: Arc<dyn SourceTree> = Arc::new(tree);
    let manifest = LoadTestSource.load(&tree).unwrap();
    let workload = &manifest.workloads[0];
    let effective = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
    let package = LoadTestSource.package(&tree, &effective);
    (
        shown(&manifest.diagnostics),
        package.map_err(|said| shown(&said)),
    )
}

fn load_test(data: &str) -> MemoryTree {
    let test = json!({
        "data": data,
        "headers": { "Authorization": "Bearer {{$env:TOKEN}}", "X-Id": "{{id}}" },
        "requests": [{
            "url": "http://a/items/{{id}}?n={{$counter}}",
            "method": "POST",
            "payload": { "{{no}}": ["{{ name }}", 1, "{{$uuid}} of {{$endpoint}}"] },
        }],
    });
    MemoryTree::new()
        .with("tests/load.json", format!("{test:#}"))
        .focused("tests/load.json")
}

#[test]
fn what_runs_it_is_given_everything() {
    let test = json!({
        "thresholds": ["errors < 1%"],
        "goodput": ["latency<5s"],
        "timeout": 5,
        "autoscale": { "enabled": true, "targetRps": 100 },
        "requests": [
            {
                "url": "http://a/chat",
                "thresholds": ["ttft-p99 < 500ms"],
                "goodput": ["ttft<500ms", "itl<50ms"],
                "timeout": 0.5,
                "arrivals": "poisson",
                "scaling": { "policy": "little", "options": { "headroom": 2 } },
            },
            { "url": "http://a/plain" },
        ],
    });
    let packages = packages(&test);
    insta::assert_snapshot!(format!("{:#}", packages[0]));
    let plain = &packages[1];
    let running = [
        "thresholds",
        "testThresholds",
        "goodput",
        "timeoutSeconds",
        "arrivals",
        "policy",
        "data",
    ];
    let running = running.map(|key| plain[key].clone());
    assert_eq!(
        running,
        [
            json!([]),
            json!(["errors < 1%"]),
            json!(["latency<5s"]),
            json!(5),
            json!("constant"),
            json!({ "name": "little", "options": {} }),
            json!(null),
        ]
    );
}

/// The policy of the first endpoint.
fn policy(global: Json, own: Json) -> Json {
    let mut test = json!({ "requests": [{ "url": "http://a" }] });
    for (block, keys) in [(None, global), (Some(0), own)] {
        for (key, value) in keys.as_object().unwrap() {
            match block {
                None => test[key] = value.clone(),
                Some(place) => test["requests"][place][key] = value.clone(),
            }
        }
    }
    packages(&test).remove(0)["policy"].clone()
}

#[test]
fn the_policy_is_the_one_that_is_chosen() {
    let on = |key: &str, value: Json| json!({ "enabled": true, "targetRps": 9, key: value });
    let plain = json!({ "autoscale": on("maxWorkers", json!(5)) });
    let ruled = json!({ "autoscale": on("cooldownPeriod", json!(7)) });
    let named = |scaling: Json| json!({ "scaling": scaling });
    let little = json!({ "name": "little", "options": {} });
    let tressi = |factor: f64, cooldown: u32, most: Json| {
        json!({ "name": "tressi", "options": {
            "scaleUpThreshold": 0.9, "scaleDownThreshold": 1.1, "scaleUpFactor": factor,
            "scaleDownFactor": 0.25, "cooldownPeriod": cooldown, "minWorkers": 1, "maxWorkers": most,
        } })
    };
    let none = json!({});
    assert_eq!(policy(plain.clone(), none.clone()), little);
    assert_eq!(
        policy(ruled.clone(), none.clone()),
        tressi(0.25, 7, json!(null))
    );
    // Merged: what an endpoint writes itself counts as well.
    let own = json!({ "autoscale": { "enabled": true, "scaleUpFactor": 0.5 } });
    assert_eq!(policy(plain.clone(), own), tressi(0.5, 2, json!(5)));
    assert_eq!(policy(ruled, named(json!("little"))), little);
    let given = json!({ "policy": "tressi", "options": { "scaleUpFactor": 1 } });
    let mut with_options = tressi(0.25, 2, json!(5));
    with_options["options"]["scaleUpFactor"] = json!(1);
    assert_eq!(policy(plain.clone(), named(given)), with_options);
    // An endpoint's own replaces that of all, options and all.
    let mut global = plain;
    global["scaling"] = json!({ "policy": "hpa", "options": { "a": 1 } });
    assert_eq!(
        policy(global.clone(), none),
        json!({ "name": "hpa", "options": { "a": 1 } })
    );
    let own = named(json!({ "policy": "knative" }));
    assert_eq!(
        policy(global, own),
        json!({ "name": "knative", "options": {} })
    );
    assert_eq!(policy(json!({}), json!({})), json!(null));
}

#[test]
fn resolvers_agree_about_thresholds() {
    let text = r#"{"thresholds": ["p99<1s"], "requests": [
        {"url": "http://a", "thresholds": ["p50<1s"]}, {"url": "http://b"}]}"#;
    let manifest = support::load("a.json", text).unwrap();
    let of = |at: usize, replace: bool| {
        let workload = &manifest.workloads[at];
        let effective = match replace {
            true => Replace.resolve(workload, None, &manifest.files),
            false => DeepMerge.resolve(workload, None, &manifest.files),
        };
        let full = effective.unwrap().with_defaults().to_json();
        (full["thresholds"].clone(), full["testThresholds"].clone())
    };
    for replace in [false, true] {
        assert_eq!(of(0, replace), (json!(["p50<1s"]), json!(["p99<1s"])));
        assert_eq!(of(1, replace), (json!([]), json!(["p99<1s"])));
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    insta::assert_snapshot!(said(
        r#"{
  "thresholds": ["p99<500ms", "error<1%", "p99<500", 3, ""],
  "goodput": ["ttft<500ms", "p99<5s"],
  "timeout": 0,
  "arrivals": "Poisson",
  "data": "/etc/passwd",
  "scaling": {"name": "little"},
  "requests": [
    {"url": "http://{{host}}/a", "thresholds": "p99<1s", "goodput": ["itl>5ms"], "timeout": 86401},
    {"url": "http://a", "arrivals": 1, "data": "users.txt", "scaling": ""},
    {"url": "http://a", "data": 3, "scaling": 3}
  ]
}"#
    ));
}

#[test]
fn what_is_surprising_is_said() {
    insta::assert_snapshot!(said(
        r#"{
  "autoscale": {"enabled": false, "scaleUpFactor": 0.5},
  "scaling": "little",
  "thresholds": ["goodput>=99%"],
  "headers": {"X": "{{$envNAME}}"},
  "requests": [
    {"url": "http://a/{{$uid}}/{{$uuid}}", "scaling": "hpa"},
    {"url": "http://a", "autoscale": {"enabled": true, "targetRps": 9, "cooldownPeriod": 3},
     "payload": ["{{$env:1}} {{$env:A_1}} {{free}}"], "thresholds": ["p99<1s", "goodput>5/s"]}
  ]
}"#
    ));
}

#[test]
fn data_is_in_the_build_context() {
    for (name, text) in [
        ("../data/users.csv", "id,name\n1,Ann\n"),
        ("./users.jsonl", "{\"id\": 1, \"name\": \"Ann\"}\n"),
    ] {
        let path = match name.strip_prefix("../") {
            Some(path) => path.to_owned(),
            None => format!("tests/{}", &name[2..]),
        };
        let (said, package) = package(load_test(name).with(&path, text));
        assert_eq!(said, "");
        let package = package.unwrap();
        assert_eq!(package.config["data"], json!(path));
        assert_eq!(
            package.config["request"]["url"],
            "http://a/items/{{id}}?n={{$counter}}"
        );
        assert_eq!(
            package.config["request"]["headers"]["Authorization"],
            "Bearer {{$env:TOKEN}}"
        );
        let mut read = String::new();
        let file = package.context.file(&path).unwrap();
        assert_eq!(file.len, text.len() as u64);
        std::io::Read::read_to_string(&mut file.open().unwrap(), &mut read).unwrap();
        assert_eq!(read, text);
    }
}

#[test]
fn data_that_cannot_be_used_is_a_warning_and_is_not_packaged() {
    let mut out = String::new();
    let sound = "id,name\n1,2\n";
    let trees = [
        load_test("../../users.csv"),
        load_test("users.csv"),
        load_test("users.csv").with("tests/users.csv/a", sound),
        load_test("users.csv").shown_as("https://example.com/load.json"),
        load_test("users.csv").with("tests/users.csv", ""),
        load_test("users.jsonl").with("tests/users.jsonl", "[]\n"),
        load_test("users.csv").with("tests/users.csv", "Id,name\n1,2\n"),
    ];
    for tree in trees {
        let (said, package) = package(tree);
        let refused = package.unwrap_err();
        assert_eq!(said.replace("warning[", "error["), refused);
        writeln!(out, "{refused}").unwrap();
    }
    insta::assert_snapshot!(out);
}

/// What a link leads to may be a secret of whoever runs a load test that others wrote.
#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use plimsoll_core::tree::DirTree;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("links");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("real")).unwrap();
    std::fs::write(folder.join("real/users.csv"), "id\n1\n").unwrap();
    std::os::unix::fs::symlink("real", folder.join("linked")).unwrap();
    std::os::unix::fs::symlink("real/users.csv", folder.join("users.csv")).unwrap();
    for (data, linked) in [
        ("real/users.csv", false),
        ("linked/users.csv", true),
        ("users.csv", true),
    ] {
        let test = json!({ "data": data, "requests": [{ "url": "http://a/{{id}}" }] });
        let path = folder.join("load.json");
        std::fs::write(&path, test.to_string()).unwrap();
        let tree: Arc<dyn SourceTree> = Arc::new(DirTree::open(&path).unwrap());
        let said = LoadTestSource.load(&tree).unwrap().diagnostics;
        assert_eq!(
            said.to_string().contains("is a link, and is not followed"),
            linked,
            "{said}"
        );
    }
}

#[test]
fn a_place_without_data_is_left_as_it_is() {
    let test = json!({
        "requests": [{ "url": "http://a/{{id}}", "payload": ["{{x}}"], "headers": { "A": "{{b}}" } }],
    });
    let package = packages(&test).remove(0);
    assert_eq!(package["request"]["url"], "http://a/{{id}}");
    assert_eq!(package["request"]["payload"], json!(["{{x}}"]));
    assert_eq!(resolve(&test)[0].workload, "GET http://a/{{id}}");
}
