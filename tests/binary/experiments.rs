//! `simulate`, `bench` and `tune`: what they print, what they leave, what they refuse.

mod refusals;
mod tuning;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Home, Run, example};

/// Traffic and replicas that are all said, so that nothing is assumed.
const SAID: [&str; 6] = [
    "--arrivals",
    "spike(base=4, peak=40, at=10m, hold=10m, duration=1h)",
    "--service",
    "lognormal(mean=400ms, p99=1500ms)",
    "--cold-start",
    "45s",
];

fn with<'a>(first: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [first, rest].concat()
}

#[test]
fn a_simulation_says_what_it_is_of_and_what_came_of_it() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let command = with(
        &["simulate", &truss, "-e", "production", "--concurrency", "4"],
        &SAID,
    );
    let run = home.ok(&with(&command, &["--slo", "p99<3s, cold<1%"]));
    insta::assert_snapshot!("simulation", run.stdout);
    assert_eq!(run.stderr, "");
    let again = home.ok(&with(&command, &["--slo", "p99<3s, cold<1%"]));
    assert_eq!(again.stdout, run.stdout, "the same bytes each time");
}

#[test]
fn what_nobody_says_is_assumed_and_said_to_be() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let arrivals = "poisson(rate=20, duration=10m)";
    let run = home.ok(&[
        "simulate",
        &truss,
        "--arrivals",
        arrivals,
        "--format",
        "json",
    ]);
    let report = run.json();
    let assumed: Vec<_> = report["simulated"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|term| term["assumed"] == true)
        .map(|term| term["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(assumed, ["service", "cold start", "decisions", "objective"]);
    let concurrency = report["simulated"].as_array().unwrap();
    let concurrency = concurrency
        .iter()
        .find(|term| term["name"] == "concurrency");
    let from = concurrency.unwrap()["from"].as_str().unwrap();
    assert_eq!(
        from,
        "predict_concurrency, embeddings-server/config.yaml:12"
    );
    // A value that is written has its place; one that is not is the platform's.
    let setting = |name: &str| {
        let settings = report["settings"].as_array().unwrap();
        settings
            .iter()
            .find(|one| one["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(setting("max_replicas")["value"], 4);
    assert_eq!(setting("max_replicas")["provenance"]["line"], 20);
    assert_eq!(setting("scaling_window_seconds")["value"], 60);
    assert_eq!(setting("scaling_window_seconds")["provenance"], json!(null));
    assert_eq!(report["policy_options"]["autoscaling_window"], 60);
    let arrived = report["outcome"]["workloads"][0]["requests"]["arrived"].as_u64();
    assert!((11_000..13_000).contains(&arrived.unwrap()), "{arrived:?}");
}

/// Every form of the result says the same of the objective.
#[test]
fn all_forms_agree_on_the_objective() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    for (slo, met) in [
        ("p99<600s, max<1ms", false),
        ("p99<600s", true),
        ("p50<1ms", false),
    ] {
        let command = with(&["simulate", &truss, "--slo", slo], &SAID);
        let text = home.ok(&command).stdout;
        let verdict = if met { ": met" } else { ": missed" };
        assert!(text.contains(&format!("{slo}{verdict}")), "{text}");
        let csv = home.ok(&with(&command, &["--format", "csv"])).stdout;
        let row = csv.lines().nth(1).unwrap();
        assert_eq!(
            row.split(',').nth(2),
            Some(if met { "true" } else { "false" })
        );
        let json = with(&command, &["--format", "json", "--html", "page.html"]);
        assert_eq!(home.ok(&json).json()["met"], met);
        let page = fs::read_to_string(home.path("page.html")).unwrap();
        let slo = slo.replace('<', "\\u003c");
        assert!(page.contains(&format!("\"verdict\":[\"{slo}\",{met}]")));
    }
}

#[test]
fn traces_are_replayed_and_said_how() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let lines: String = (0..600).map(|second| format!("{second}.5\n")).collect();
    home.write("monday.csv", &format!("time\n{lines}"));
    let run = home.ok(&[
        "simulate",
        &truss,
        "--trace",
        "monday.csv",
        "--format",
        "csv",
    ]);
    assert_eq!(run.stdout.lines().count(), 2);
    assert!(run.stdout.contains(",600,"), "{}", run.stdout);
    let run = home.ok(&["simulate", &truss, "--trace", "monday.csv"]);
    assert!(run.stdout.contains("600 requests over"), "{}", run.stdout);
    let chosen = "trace(path=monday.csv, rate=0.5, fit=5m)";
    let run = home.ok(&["simulate", &truss, "--arrivals", chosen]);
    assert!(run.stdout.contains("each kept with a chance of 0.5"));
}

#[test]
fn a_bench_ranks_policies_and_leaves_a_page() {
    let home = Home::new();
    let run = home.ok(&["bench", "--scenario", "ramp", "--scenario", "flash-crowd"]);
    insta::assert_snapshot!("bench", run.stdout);
    let few = [
        "bench",
        "--scenario",
        "ramp",
        "--policy",
        "fixed(replicas=30)",
        "--policy",
        "baseten {\"scale_down_delay\": 300}",
        "--html",
        "report.html",
    ];
    let run = home.ok(&with(&few, &["--format", "json"]));
    assert_eq!(run.stderr, "wrote report.html\n");
    let names: Vec<_> = run.json()["ranks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rank| rank["policy"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), 2);
    assert!(
        names.contains(&"fixed(replicas=30)".to_owned()),
        "{names:?}"
    );
    let page = fs::read_to_string(home.path("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"));
    assert!(!page.contains("https://") && !page.contains("src=\"http"));
    let csv = home.ok(&with(&few, &["--format", "csv"])).stdout;
    assert_eq!(csv.lines().count(), 3);
}

#[test]
fn a_trace_of_ones_own_takes_part_and_the_questions_can_be_listed() {
    let home = Home::new();
    let lines: String = (0..900).map(|second| format!("{second}\n")).collect();
    home.write("traffic/monday.csv", &format!("time\n{lines}"));
    let run = home.ok(&[
        "bench",
        "--trace",
        "traffic/monday.csv",
        "--scenario",
        "monday",
        "--policy",
        "baseten",
        "--slo",
        "p95<3s",
    ]);
    assert!(run.stdout.contains("monday"), "{}", run.stdout);
    assert!(run.stdout.contains("900 requests over"), "{}", run.stdout);
    assert!(
        run.stdout.contains("assumed; say --service"),
        "{}",
        run.stdout
    );
    let run = home.ok(&["bench", "--list"]);
    insta::assert_snapshot!("questions", run.stdout);
}

/// The suite that the guide shows is one.
#[test]
fn the_suite_of_the_guide_is_read() {
    let home = Home::new();
    let guide = include_str!("../../docs/benchmarks.md");
    let suite = guide.split("```toml\n").nth(1).unwrap();
    let suite = suite.split("```").next().unwrap();
    home.write("suite.toml", &suite.replace("monday.csv.gz", "monday.csv"));
    let lines: String = (0..900).map(|second| format!("{second}\n")).collect();
    home.write("monday.csv", &format!("time\n{lines}"));
    let run = home.ok(&["bench", "suite.toml", "--list"]);
    assert!(run.stdout.contains("two-share"), "{}", run.stdout);
    let run = home.ok(&[
        "bench",
        "suite.toml",
        "--scenario",
        "monday",
        "--policy",
        "baseten",
        "--format",
        "csv",
    ]);
    assert_eq!(run.stdout.lines().count(), 2);
}

/// Ctrl-C ends a search, and what was found until then is printed.
#[cfg(unix)]
#[test]
fn an_interrupt_gives_what_is_done_so_far() {
    let home = Home::new();
    let truss = example(&home, "embeddings-server");
    let mut child = home
        .command(&with(
            &[
                "tune",
                &truss,
                "-e",
                "production",
                "--slo",
                "p99<3s",
                "--trials",
                "100000",
            ],
            &SAID,
        ))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first line of progress says that it is under way.
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    errors.read_line(&mut first).unwrap();
    assert!(first.starts_with("tune: "), "{first}");
    let kill = format!("kill -INT {}", child.id());
    assert!(
        Command::new("/bin/sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut errors, &mut rest).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, 130, "{rest}");
    assert!(rest.contains("stopped as asked"), "{rest}");
    assert!(run.stdout.contains("recommended"), "{}", run.stdout);
}
