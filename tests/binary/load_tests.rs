//! Load tests: resolved, validated, migrated; from files and by their address.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::{Value as Json, json};

use crate::support::Home;

fn examples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/load-tests")
}

/// A home with the examples in it.
fn home() -> Home {
    let home = Home::new();
    for entry in fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        home.write(&name, &fs::read_to_string(&path).unwrap());
    }
    home
}

#[test]
fn the_examples_are_sound() {
    let home = home();
    for name in ["shop.json", "shop.yaml", "shop.toml"] {
        let run = home.ok(&["validate", name]);
        assert_eq!(run.stderr, "", "{name}");
        assert!(run.stdout.contains("sound load-test"), "{name}");
    }
    // The three say the same.
    let resolved = |name: &str| {
        let report = home
            .ok(&["resolve", name, "--format", "json", "--defaults"])
            .json();
        let workloads = report["workloads"].as_array().unwrap().clone();
        let config = |workload: &Json| (workload["name"].clone(), workload["config"].clone());
        workloads.iter().map(config).collect::<Vec<_>>()
    };
    assert_eq!(resolved("shop.yaml"), resolved("shop.json"));
    assert_eq!(resolved("shop.toml"), resolved("shop.json"));
}

#[test]
fn explain_shows_where_each_value_comes_from() {
    let home = home();
    insta::assert_snapshot!(
        "load_test_explain",
        home.ok(&["resolve", "shop.json", "--explain"]).stdout
    );
}

#[test]
fn machines_get_every_endpoint() {
    let home = home();
    let arguments = [
        "resolve",
        "shop.json",
        "--format",
        "json",
        "--workload",
        "POST http://localhost:3000/api/orders",
    ];
    insta::assert_snapshot!("load_test_json", home.ok(&arguments).stdout);
    let run = home.run(&[
        "resolve",
        "shop.json",
        "--workload",
        "GET http://localhost:3000/api/order",
    ]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains("POST http://localhost:3000/api/orders"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let home = Home::new();
    home.write(
        "load.json",
        "{\n  \"duraton\": 10,\n  \"autoscale\": {\"enabled\": true, \"targetRps\": 0, \"maxWorkers\": 5},\n  \
         \"requests\": [\n    {\"url\": \"localhost:3000\", \"method\": \"FETCH\"}\n  ]\n}\n",
    );
    let run = home.run(&["validate", "load.json"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!("load_test_diagnostics", run.stderr);
    home.write("load.json", "{\"requests\": [,]}");
    let run = home.run(&["validate", "load.json", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["diagnostics"][0]["code"], "load-test::json");
    home.write("bad.toml", "requests = \n");
    assert!(
        home.run(&["validate", "bad.toml"])
            .stderr
            .contains("load-test::toml")
    );
}

#[test]
fn editors_get_a_schema() {
    let schema = Home::new().ok(&["schema", "load-test"]);
    let committed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/load-test.schema.json");
    assert_eq!(schema.stdout, fs::read_to_string(committed).unwrap());
}

#[test]
fn a_truss_stays_a_truss_beside_a_load_test() {
    let home = Home::new();
    home.write("both/config.yaml", "model_name: a\n");
    let load = "{\"requests\": [{\"url\": \"http://a\"}]}";
    home.write("both/tressi.config.json", load);
    assert!(
        home.ok(&["validate", "both"])
            .stdout
            .contains("sound truss")
    );
    home.write("alone/tressi.config.json", load);
    assert!(
        home.ok(&["validate", "alone"])
            .stdout
            .contains("sound load-test")
    );
    home.write("config.yaml", load);
    assert!(
        home.ok(&["validate", "config.yaml"])
            .stdout
            .contains("sound truss")
    );
    let asked = ["validate", "config.yaml", "--source", "load-test"];
    assert!(home.ok(&asked).stdout.contains("sound load-test"));
}

#[test]
fn a_load_test_is_not_pushed() {
    let home = home();
    let run = home.run(&["push", "shop.json", "--dry-run"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr, @"
    error: a load test is not pushed to a platform
      hint: run it: plimsoll run PATH
    ");
}

#[test]
fn an_older_file_is_migrated() {
    let home = home();
    let run = home.ok(&["migrate", "tressi-0.0.20.json"]);
    insta::assert_snapshot!(
        "migrate",
        format!("{}\n--- stderr\n{}", run.stdout, run.stderr)
    );
    home.write("new.json", &run.stdout);
    assert!(
        home.ok(&["validate", "new.json"])
            .stdout
            .contains("sound load-test")
    );
    let again = home.ok(&["migrate", "new.json"]);
    assert_eq!(again.stdout, run.stdout);
}

#[test]
fn machines_get_the_migration_as_json() {
    let home = home();
    let report = home
        .ok(&["migrate", "tressi-0.0.20.json", "--format", "json"])
        .json();
    assert_eq!(report["file"], "tressi-0.0.20.json");
    assert_eq!(report["shape"], "options");
    assert_eq!(
        [&report["changed"], &report["written"]],
        [&json!(true), &json!(false)]
    );
    let new: Json = serde_json::from_str(report["text"].as_str().unwrap()).unwrap();
    assert_eq!(new["duration"], 60);
    assert_eq!(report["diagnostics"][0]["severity"], "note");
    let today = home
        .ok(&["migrate", "shop.json", "--format", "json"])
        .json();
    assert_eq!(today["changed"], false);
    let failed = home.run(&["migrate", "none.json", "--format", "json"]);
    assert_eq!(failed.code, 4);
}

#[test]
fn a_migration_is_written_in_place_and_the_old_file_kept() {
    let home = home();
    let old = fs::read_to_string(home.path("tressi-0.0.20.json")).unwrap();
    let printed = home.ok(&["migrate", "tressi-0.0.20.json"]).stdout;
    let write = ["migrate", "tressi-0.0.20.json", "--write"];
    insta::assert_snapshot!(home.ok(&write).stdout, @"tressi-0.0.20.json: written in today's shape; as it was: tressi-0.0.20.json.bak");
    assert_eq!(
        fs::read_to_string(home.path("tressi-0.0.20.json")).unwrap(),
        printed
    );
    assert_eq!(
        fs::read_to_string(home.path("tressi-0.0.20.json.bak")).unwrap(),
        old
    );
    insta::assert_snapshot!(home.ok(&write).stdout, @"tressi-0.0.20.json: has today's shape, and stays as it is");
    // Another file that is kept there is not lost.
    home.write("old.json", &old);
    home.write("old.json.bak", "mine");
    let run = home.run(&["migrate", "old.json", "--write"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.stderr, @r"
    error: old.json.bak is there, and is another file: nothing is written
      hint: move it away
    ");
    assert_eq!(fs::read_to_string(home.path("old.json")).unwrap(), old);
    assert_eq!(
        fs::read_to_string(home.path("old.json.bak")).unwrap(),
        "mine"
    );
}

#[test]
fn endpoints_can_be_given_settings_of_their_own() {
    let home = home();
    home.write(
        "old.json",
        r#"{"autoscale": true, "rps": 100, "requests": [{"url": "http://a"}, {"url": "http://b"}]}"#,
    );
    let run = home.ok(&[
        "migrate",
        "old.json",
        "--endpoint",
        "GET http://a weight=0.3 priority=high",
    ]);
    let new: Json = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        new["requests"][0]["autoscale"],
        json!({ "enabled": true, "targetRps": 30, "weight": 0.3, "priority": "high" })
    );
    for (endpoint, code) in [
        ("http://a", 2),
        ("GET http://a size=3", 2),
        ("GET http://c", 1),
    ] {
        let run = home.run(&["migrate", "old.json", "--endpoint", endpoint]);
        assert_eq!(run.code, code, "{endpoint}: {}", run.stderr);
    }
}

/// Answers every request on this machine by its path.
fn serve(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|read| read == 1)
            {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let _ = client.write_all(answer(path).as_bytes());
        }
    });
    address
}

/// An answer whose body is as long as it says.
fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

#[test]
fn a_load_test_is_read_by_its_address() {
    let text = fs::read_to_string(examples().join("shop.json")).unwrap();
    let moved = |to: &str| answer(&format!("302 Found\r\nLocation: {to}"), "");
    let address = serve(move |path| match path.split('?').next() {
        Some("/shop.json" | "/raw") => answer("200 OK", &text),
        Some("/moved") => moved("/shop.json"),
        Some("/round") => moved("/round"),
        Some("/away") => moved("http://example.com/"),
        Some("/bad.json") => answer("200 OK", "{"),
        Some("/large.json") => answer("200 OK", &" ".repeat(17 << 20)),
        Some("/cut.json") => answer("200 OK", "{   ").replace("Length: 4", "Length: 99"),
        Some("/forbidden") => answer("403 Forbidden", ""),
        Some("/broken") => answer("503 Service Unavailable", ""),
        _ => answer("404 Not Found", ""),
    });
    let home = Home::new();
    for path in ["shop.json", "raw", "moved"] {
        let run = home.ok(&[
            "resolve",
            &format!("{address}/{path}?signature=secret"),
            "--explain",
        ]);
        let place = format!("{address}/{path}:");
        assert!(run.stdout.contains(&place), "{}", run.stdout);
        assert!(!run.stdout.contains("secret"));
    }
    let mut said = String::new();
    for (path, code) in [
        ("none.json", 4),
        ("forbidden", 3),
        ("broken", 6),
        ("round", 6),
        ("away", 2),
        ("bad.json", 1),
        ("large.json", 1),
        ("cut.json", 6),
    ] {
        let run = home.run(&["validate", &format!("{address}/{path}?signature=secret")]);
        assert_eq!(run.code, code, "{path}: {}", run.stderr);
        said.push_str(&format!(
            "=== {path}\n{}\n",
            run.stderr.replace(&address, "ADDRESS")
        ));
    }
    assert!(!said.contains("secret"), "{said}");
    insta::assert_snapshot!("load_test_fetched", said);
    let write = home.run(&["migrate", &format!("{address}/shop.json"), "--write"]);
    assert_eq!(write.code, 2);
    let http = home.run(&["validate", "http://example.com/load.json"]);
    assert_eq!(http.code, 2);
    insta::assert_snapshot!(http.stderr, @r"
    error: http://example.com/load.json must begin with https
      hint: http is for this machine alone: what comes over it can be changed by others
    ");
    let gone = home.run(&["validate", "http://127.0.0.1:1/load.json"]);
    assert_eq!(gone.code, 6, "{}", gone.stderr);
}

#[test]
fn a_fetched_load_test_names_no_folder_of_this_machine() {
    let address = serve(|path| match path {
        "/load.json" => {
            let request = r#"{ "url": "http://127.0.0.1:9/" }"#;
            let test = format!(
                r#"{{ "duration": 1, "rps": 1, "workers": 1, "export": "taken", "requests": [{request}] }}"#
            );
            answer("200 OK", &test)
        }
        _ => answer("404 Not Found", ""),
    });
    let home = Home::new();
    let address = format!("{address}/load.json");
    let run = home.ok(&["run", &address, "--json"]);
    insta::assert_snapshot!(run.stderr, @"
    warning: no reports are written to taken: the test was fetched
      hint: name the folder: --out DIR
    ");
    assert!(!home.path("taken").exists());
    home.ok(&["run", &address, "--json", "--out", "mine"]);
    assert!(home.path("mine/summary.json").exists());
    assert!(!home.path("taken").exists());
}
