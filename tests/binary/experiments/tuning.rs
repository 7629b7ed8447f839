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
    // Every line that is no setting of production is where it was.
    let after = fs::read_to_string(&file).unwrap();
    let kept: Vec<&str> = before.lines().filter(|line| after.contains(line)).collect();
    let gone: Vec<&str> = before.lines().filter(|line| !kept.contains(line)).collect();
    assert!(
        gone.iter().all(|line| line.contains("replicas: ")),
        "{gone:?}"
    );
    assert!(after.contains("accelerator: {count: 2} # two of the base's L4"));
    // The base and the other environments are what they were.
    let base = |text: &str| {
        home.write("compare/config.yaml", text);
        home.ok(&["resolve", "compare", "--format", "json"]).json()["workloads"][0]["effective"]
            .clone()
    };
    assert_eq!(base(&before), base(&after));
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
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    let report = home.ok(&command);
    assert!(
        report.stdout.contains("more replicas do not help"),
        "{}",
        report.stdout
    );
}
