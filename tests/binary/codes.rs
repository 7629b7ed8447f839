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
            &["resolve", &truss, "--source", "chain"],
            2,
            "known are: truss",
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
