//! Exit codes and messages: a contract.

use crate::support::{Home, example};

#[test]
fn each_kind_of_failure_has_its_code() {
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    home.write("bad/config.yaml", "resources: {cpu: 4}\n");
    home.write("other/readme.md", "nothing here\n");
    home.write("unknown/config.yaml", "model_name: a\nrequirments: []\n");
    home.write("unnamed/config.yaml", "description: no name\n");
    home.write("broken.toml", "target = 1\n");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["resolve", "bad"], 1, "truss::wrong-type"),
        (&["validate", "bad"], 1, "truss::wrong-type"),
        (&["resolve", "other"], 1, "no source reads other"),
        (&["resolve", "nowhere"], 4, "nowhere"),
        (
            &["resolve", &truss, "--workload", "x"],
            4,
            "known are: text-classifier",
        ),
        (&["resolve"], 2, "<PATH>"),
        (
            &["resolve", &truss, "--resolver", "deep-merg"],
            2,
            "did you mean `deep-merge`?",
        ),
        (
            &["resolve", &truss, "--source", "chains"],
            2,
            "did you mean `chain`?",
        ),
        (
            &["push", &truss, "--to", "bastn"],
            2,
            "did you mean `baseten`?",
        ),
        (&["push", &truss, "--to", "baseten"], 3, "BASETEN_API_KEY"),
        (&["push", &truss, "--labels", "nope"], 2, "--labels"),
        (
            &["push", &truss, "--config", "broken.toml"],
            1,
            "broken.toml:1",
        ),
        (&["push", "unknown"], 1, "did you mean `requirements`?"),
        (&["push", "unnamed"], 1, "names no model"),
        (
            &["push", &truss, "-e", "staging"],
            4,
            "push to `production` first",
        ),
        (&["push", &truss, "--deploy-timeout", "5"], 1, "10"),
        (
            &["push", &truss, "--deployment-name", "a b"],
            1,
            "deployment name",
        ),
        (
            &["push", &truss, "--promote", "-e", "qa"],
            2,
            "cannot be used with",
        ),
    ];
    for (arguments, code, text) in cases {
        let run = home.run(arguments);
        assert_eq!(run.code, *code, "{arguments:?}: {}", run.stderr);
        assert!(
            run.stderr.contains(text),
            "{arguments:?}: no {text:?} in {}",
            run.stderr
        );
    }
}

/// Whatever there is to say, what is read by machines is JSON and nothing else.
#[test]
fn json_goes_to_stdout_alone() {
    let home = Home::new();
    let truss = example(&home, "llm-per-environment");
    let run = home.ok(&["resolve", &truss, "-e", "prodution", "--format", "json"]);
    let json = run.json();
    assert_eq!(
        json["warnings"][0]["code"],
        "overrides::environment-misspelt"
    );
    assert_eq!(json["warnings"][0]["line"], 23);
    let place = &json["workloads"][0]["provenance"]["/autoscaling_settings/min_replicas"];
    assert_eq!(place["layer"], "base");
    assert_eq!(place["file"], "llm-per-environment/config.yaml");
    assert_eq!(
        (place["line"].as_u64(), place["column"].as_u64()),
        (Some(16), Some(17))
    );
}

/// A failure is JSON too, for whoever asked for that.
#[test]
fn a_failure_is_json_where_json_was_asked_for() {
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    home.write("bad/config.yaml", "resources: {cpu: 4}\n");
    let run = home.run(&["resolve", "bad", "--format", "json"]);
    assert_eq!(run.json()["diagnostics"][0]["code"], "truss::wrong-type");
    let run = home.run(&["plan", &truss, "--to", "baseten", "--format", "json"]);
    assert_eq!(run.json()["error"]["exit_code"], 3);
    assert!(run.stderr.contains("BASETEN_API_KEY"));
}

/// Whoever stops reading ends what prints, and not what works.
#[test]
fn a_push_that_nobody_reads_is_done_all_the_same() {
    use std::process::Stdio;
    let home = Home::new();
    let truss = example(&home, "text-classifier");
    let mut command = home.command(&["push", &truss, "-e", "production"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let plan = home
        .ok(&["plan", &truss, "-e", "production", "--format", "json"])
        .json();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 0);
    home.write("bad/config.yaml", "resources: {cpu: 4}\n");
    for arguments in [
        &["validate", "bad"][..],
        &["completions", "zsh"],
        &["resolve", &truss],
    ] {
        let mut command = home.command(arguments);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert!(
            matches!(child.wait().unwrap().code(), Some(0 | 1)),
            "{arguments:?}"
        );
    }
}

/// A project's file is found beside what is pushed, wherever the command is run, and may not send a
/// key wherever it likes.
#[test]
fn a_project_is_where_its_files_are() {
    let home = Home::new();
    home.write("one/plimsoll.toml", "target = \"nowhere\"\n");
    home.write("two/model/config.yaml", "model_name: a\n");
    let mut command = home.command(&["plan", "../two/model"]);
    let run = crate::support::Run::of(command.current_dir(home.path("one")).output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    home.write(
        "two/plimsoll.toml",
        "target = \"baseten\"\n[remotes.baseten]\nurl = \"https://evil.example\"\n",
    );
    let run = home.run(&["plan", "two/model"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr
            .contains("would send a key to https://evil.example"),
        "{}",
        run.stderr
    );
    home.write(
        ".config/plimsoll/config.toml",
        "[remotes.odd]\nurl = \"not a url\"\napi-key = \"k\"\n[remotes.empty]\nurl = \"https://a.example\"\napi-key = \"\"\n",
    );
    home.write("two/plimsoll.toml", "");
    for (target, code) in [("odd", 1), ("empty", 3)] {
        let run = home.run(&["plan", "two/model", "--to", target]);
        assert_eq!(run.code, code, "{target}: {}", run.stderr);
        assert!(
            run.stderr.contains("config.toml"),
            "{target}: {}",
            run.stderr
        );
    }
}
