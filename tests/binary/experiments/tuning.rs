//! `tune`: what it finds, and that it writes nothing but that.

use std::fs;

use super::with;
use crate::support::{Home, example};

/// A load whose peaks fill six replicas.
const SAID: [&str; 6] = [
    "--arrivals",
    "diurnal(low=20, high=400, period=30m, peak=15m, duration=1h)",
    "--service",
    "lognormal(mean=400ms, p99=1500ms)",
    "--cold-start",
    "45s",
];

const FEW: [&str; 4] = ["--trials", "24", "--confirmations", "1"];

#[test]
fn a_search_shows_the_front_and_what_it_would_write() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let before = fs::read_to_string(home.path("embeddings-server/config.yaml")).unwrap();
    let command = with(
        &with(
            &["tune", &truss, "-e", "production", "--slo", "p99<3s"],
            &SAID,
        ),
        &FEW,
    );
    let run = home.ok(&with(&command, &["--html", "tuning.html"]));
    insta::assert_snapshot!("tuning", run.stdout);
    assert!(home.path("tuning.html").exists());
    let after = fs::read_to_string(home.path("embeddings-server/config.yaml")).unwrap();
    assert_eq!(before, after, "nothing is written without --write");
}

#[test]
fn what_is_written_is_what_was_recommended_and_nothing_else() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let file = home.path("embeddings-server/config.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let command = with(
        &with(
            &["tune", &truss, "-e", "production", "--slo", "p99<3s"],
            &SAID,
        ),
        &FEW,
    );
    let json = with(&command, &["--write", "--format", "json"]);
    let report = home.ok(&json).json();
    assert_eq!(report["change"]["written"], true);
    let place = usize::try_from(report["recommended"].as_u64().unwrap()).unwrap();
    let recommended = &report["trials"][place]["settings"];
    let resolved = home.ok(&["resolve", &truss, "-e", "production", "--format", "json"]);
    let effective = &resolved.json()["workloads"][0]["effective"]["autoscaling_settings"];
    for name in [
        "min_replicas",
        "max_replicas",
        "target_utilization_percentage",
        "scaling_window_seconds",
        "scale_down_delay_seconds",
    ] {
        assert_eq!(effective[name], recommended[name], "{name}");
    }
    // Every line that is no setting of production is where it was, in its order.
    let after = fs::read_to_string(&file).unwrap();
    let others = |text: &str| -> Vec<String> {
        let settings = [
            "replicas: ",
            "percentage: ",
            "window_seconds: ",
            "delay_seconds: ",
        ];
        let lines = text.lines().enumerate();
        let other = |(number, line): &(usize, &str)| {
            *number < 25 || !settings.iter().any(|name| line.contains(name))
        };
        lines
            .filter(other)
            .map(|(_, line)| line.to_owned())
            .collect()
    };
    assert_eq!(others(&before), others(&after));
    assert!(after.contains("accelerator: {count: 2} # two of the base's L4"));
    // What was recommended is what a simulation of the file comes to.
    let simulated = home.ok(&with(
        &[
            "simulate",
            &truss,
            "-e",
            "production",
            "--slo",
            "p99<3s",
            "--format",
            "json",
        ],
        &SAID,
    ));
    let score = &simulated.json()["outcome"]["workloads"][0];
    assert_eq!(*score, report["trials"][place]["score"]);
    // The base and the other environments are what they were.
    let base = |text: &str| {
        home.write("compare/config.yaml", text);
        home.ok(&["resolve", "compare", "--format", "json"]).json()["workloads"][0]["effective"]
            .clone()
    };
    assert_eq!(base(&before), base(&after));
}

/// Where an environment's settings replace the base's, what was recommended is still what is effective.
#[test]
fn a_resolver_that_replaces_gets_all_that_it_takes() {
    let home = Home::new();
    home.write(
        "one/config.yaml",
        "model_name: one\nautoscaling_settings:\n  min_replicas: 0\n  max_replicas: 20\n  \
         concurrency_target: 8\n  max_scale_down_rate: 20\n",
    );
    let command = [
        "tune",
        "one",
        "-e",
        "staging",
        "--resolver",
        "replace",
        "--slo",
        "p99<3s",
    ];
    let command = with(&with(&command, &SAID), &FEW);
    let more = ["--keep", "max_replicas", "--write", "--format", "json"];
    let report = home.ok(&with(&command, &more)).json();
    let place = usize::try_from(report["recommended"].as_u64().unwrap()).unwrap();
    let recommended = &report["trials"][place]["settings"];
    let resolve = [
        "resolve",
        "one",
        "-e",
        "staging",
        "--resolver",
        "replace",
        "--format",
        "json",
    ];
    let resolved = home.ok(&resolve).json();
    let effective = &resolved["workloads"][0]["effective"]["autoscaling_settings"];
    assert_eq!(effective, recommended);
    assert_eq!(effective["max_replicas"], 20);
    assert_eq!(effective["concurrency_target"], 8);
}

/// What took long is shown, whatever happens to a file.
#[test]
fn a_folder_that_is_not_there_is_found_before_anything_is_done() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    for command in ["tune", "simulate"] {
        let run = home.run(&with(
            &[
                command,
                &truss,
                "-e",
                "production",
                "--slo",
                "p99<3s",
                "--html",
                "none/x.html",
            ],
            &SAID,
        ));
        assert_eq!((run.code, &*run.stdout), (1, ""), "{}", run.stderr);
        assert!(
            run.stderr.contains("there is no such folder"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn nothing_is_written_where_nothing_meets_the_objective() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let file = home.path("embeddings-server/config.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let command = [
        "tune",
        &truss,
        "-e",
        "production",
        "--slo",
        "p50<1ms",
        "--trials",
        "4",
    ];
    let command = with(&command, &SAID);
    let run = home.run(&with(&command, &["--write"]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("Nothing is written"), "{}", run.stderr);
    assert!(run.stdout.contains("What p50<1ms costs"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    // Stdout is one result for machines, whatever went wrong after it.
    let json = home.run(&with(&command, &["--write", "--format", "json"]));
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["change"], serde_json::Value::Null);
    let report = home.ok(&command);
    assert!(
        report.stdout.contains("more replicas do not help"),
        "{}",
        report.stdout
    );
}
