//! Diagnostics, as people read them: code, place, what was expected, the way out.

use crate::support::Home;

const CASES: [(&str, &str); 9] = [
    (
        "types and ranges",
        "model_name: 123\n\
         resources:\n  cpu: 4\n  memory: 16GB\n  accelerator: H100_80GB\n\
         autoscaling_settings:\n  scaling_window_seconds: 29\n  target_utilization_percentage: 101\n  concurrency_target: many\n",
    ),
    (
        "unknown keys",
        "requirments: []\n\
         autoscaling_settings: {min_replica: 2}\n\
         environment_overrides:\n  production:\n    runtime: {}\n    resources: {gpu: 1}\n",
    ),
    (
        "keys that are no strings",
        "environment_overrides:\n  on: {}\n  1: {}\nsecrets: {2: a}\n",
    ),
    (
        "bounds after merging",
        "autoscaling_settings: {min_replicas: 1, max_replicas: 3}\n\
         environment_overrides:\n  production:\n    autoscaling_settings: {min_replicas: 15}\n",
    ),
    (
        "accelerators",
        "resources: {accelerator: \"A10G:4\"}\n\
         environment_overrides:\n  a: {resources: {accelerator: {accelerator: H100}}}\n  \
         b: {resources: {accelerator: {count: 0}}}\n  c: {resources: {accelerator: \"A10G:x\"}}\n",
    ),
    (
        "an instance type that wins",
        "resources: {instance_type: \"L4:4x16\"}\n\
         environment_overrides:\n  production: {resources: {accelerator: H100}}\n",
    ),
    (
        "what YAML makes of things",
        "environment_variables: {A: null, B: 012, C: 12:30:45}\nmodel_name: a\nmodel_name: b\n",
    ),
    ("text that is no YAML", "resources:\n\tcpu: 1\n"),
    ("two documents", "model_name: a\n---\nmodel_name: b\n"),
];

#[test]
fn each_says_where_and_how_to_mend_it() {
    let home = Home::new();
    let mut text = String::new();
    for (name, yaml) in CASES {
        home.write("case/config.yaml", yaml);
        let run = home.run(&["validate", "case"]);
        text.push_str(&format!(
            "=== {name} (exit {})\n\n{}\n",
            run.code, run.stderr
        ));
    }
    insta::assert_snapshot!("diagnostics", text);
}

#[test]
fn machines_get_the_same_as_json() {
    let home = Home::new();
    home.write("case/config.yaml", CASES[3].1);
    let run = home.run(&["validate", "case", "--format", "json"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!("diagnostics_json", run.stdout);
}

#[test]
fn explain_reads_like_a_table() {
    let home = Home::new();
    home.write(
        "case/config.yaml",
        "model_name: a\nresources: {cpu: '2'}\nautoscaling_settings: {min_replicas: 1}\n\
         environment_overrides:\n  production:\n    resources: {accelerator: {count: 2, accelerator: L4}}\n    \
         autoscaling_settings: {max_replicas: 9}\n",
    );
    let run = home.ok(&["resolve", "case", "-e", "production", "--explain"]);
    insta::assert_snapshot!("explain", run.stdout);
}

#[test]
fn code_scanning_gets_sarif() {
    let home = Home::new();
    home.write("case/config.yaml", CASES[3].1);
    let run = home.run(&["validate", "case", "--format", "sarif"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!("sarif", run.stdout);
}

#[test]
fn code_scanning_gets_sarif_of_what_is_not_there() {
    let run = Home::new().run(&["validate", "nowhere", "--format", "sarif"]);
    assert_eq!(run.code, 4);
    let invocation = &run.json()["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(text.unwrap().contains("nowhere"), "{invocation}");
    assert_eq!(run.json()["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn editors_get_a_schema() {
    let home = Home::new();
    let schema = home.ok(&["schema", "truss"]).json();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(schema["properties"]["environment_overrides"].is_object());
    assert_eq!(home.run(&["schema", "trus"]).code, 2);
}
