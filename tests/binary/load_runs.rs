//! Load tests that are run: what is shown, written, judged and refused.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use plimsoll_test_target::{Options, Target};
use serde_json::{Value as Json, json};

use crate::support::{Home, Run};

fn target() -> Target {
    Target::start(Options::default()).unwrap()
}

/// A home with a load test of one endpoint in it.
fn home(target: &Target, more: &Json) -> Home {
    let home = Home::new();
    let mut test = json!({ "rps": 100, "workers": 4, "duration": 1, "requests": [{ "url": target.url("/") }] });
    for (key, value) in more.as_object().unwrap() {
        test[key] = value.clone();
    }
    home.write("load.json", &test.to_string());
    home
}

const REPORTS: [&str; 9] = [
    "events.jsonl",
    "junit.xml",
    "latency.hlog",
    "report.html",
    "report.md",
    "results.csv",
    "results.xlsx",
    "summary.json",
    "timeline.csv",
];

fn files(home: &Home, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(home.path(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_run_shows_its_results_and_writes_every_report() {
    let target = target();
    let home = home(&target, &json!({ "thresholds": ["errors<1%"] }));
    let run = home.ok(&["run", "load.json", "--out", "results"]);
    for shown in [
        "GET http://127.0.0.1",
        "100.0",
        "met     errors<1%",
        "100 requests",
    ] {
        assert!(run.stdout.contains(shown), "{shown}: {}", run.stdout);
    }
    assert_eq!(files(&home, "results"), REPORTS);
    let summary = fs::read_to_string(home.path("results/summary.json")).unwrap();
    let summary: Json = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["global"]["totalRequests"], 100);
    assert_eq!(
        summary["endpoints"][0]["statusCodeDistribution"]["200"],
        100
    );
    assert_eq!(target.stats().requests, 100);
    let compared = home.ok(&["compare", "results", "results", "--threshold", "p99<+10%"]);
    assert!(compared.stdout.contains("met"), "{}", compared.stdout);
}

#[test]
fn machines_get_json_and_nothing_else() {
    let target = target();
    let home = home(&target, &json!({}));
    let run = home.ok(&["run", "load.json", "--json"]);
    assert_eq!(run.json()["global"]["successfulRequests"], 100);
    assert_eq!(run.stderr, "");
    assert!(!home.path("results").exists());
}

#[test]
fn a_threshold_that_is_missed_has_an_exit_code_of_its_own() {
    let target = target();
    let home = home(&target, &json!({}));
    let run = home.run(&["run", "load.json", "--threshold", "p99<1ns", "--out", "a"]);
    assert_eq!(run.code, 8);
    assert!(run.stdout.contains("missed"), "{}", run.stdout);
    let slower = home.run(&["compare", "a", "a", "--threshold", "rate>+10%"]);
    assert_eq!(slower.code, 8, "{}", slower.stdout);
    let wrong = home.run(&["run", "load.json", "--threshold", "p99<250"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("--threshold `p99<250`"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn flags_of_older_command_lines_are_understood_with_a_note() {
    let target = target();
    let home = home(&target, &json!({}));
    let run = home.ok(&["run", "-c", "load.json", "--rps", "50", "--no-ui", "--json"]);
    assert_eq!(run.json()["global"]["totalRequests"], 50);
    assert!(
        run.stderr
            .contains("note: `--rps` is a flag of Tressi's; today it is: --set rps=50")
    );
    let unknown = home.run(&["run", "load.json", "--set", "rsp=50"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("did you mean `rps`?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn what_would_be_run_is_said_and_too_much_is_refused() {
    let target = target();
    let home = home(&target, &json!({}));
    let plan = home.ok(&["run", "load.json", "--dry-run"]);
    assert!(
        plan.stdout.contains("100 requests a second, 4 workers"),
        "{}",
        plan.stdout
    );
    let refused = home.run(&["run", "load.json", "--max-rps", "99"]);
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!(refused.stderr, @"error: the test would send 100 requests a second, and --max-rps allows 99: lower its rates, or allow more");
    assert_eq!(target.stats().requests, 0);
    let no_test = home.run(&["run", "."]);
    assert_eq!(no_test.code, 1, "{}", no_test.stderr);
}

/// Starts a run that goes on for a minute.
fn long(home: &Home, arguments: &[&str]) -> Child {
    let mut all = vec!["run", "load.json", "--duration", "60"];
    all.extend(arguments);
    let mut command = home.command(&all);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

#[test]
fn an_interrupted_run_writes_whole_reports() {
    let target = target();
    let home = home(&target, &json!({}));
    let child = long(&home, &["--out", "results"]);
    let began = Instant::now();
    while target.stats().requests < 50 {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "it does not begin"
        );
        sleep(Duration::from_millis(20));
    }
    interrupt(&child);
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, 130, "{}", run.stderr);
    assert_eq!(files(&home, "results"), REPORTS);
    let summary = fs::read_to_string(home.path("results/summary.json")).unwrap();
    let summary: Json = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["global"]["interrupted"], true);
    assert_eq!(summary["global"]["failedRequests"], 0);
}

/// What a request to an address is answered.
fn ask(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn prometheus_is_answered_while_it_runs() {
    let target = target();
    let home = home(&target, &json!({}));
    let mut child = long(&home, &["--prometheus", "127.0.0.1:0"]);
    // It says where.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line
        .split("http://")
        .nth(1)
        .unwrap()
        .trim_end_matches("/metrics")
        .to_owned();
    let began = Instant::now();
    let answer = loop {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "there are no metrics"
        );
        match ask(&address).filter(|answer| answer.contains("plimsoll_requests_total{")) {
            Some(answer) => break answer,
            None => sleep(Duration::from_millis(50)),
        }
    };
    interrupt(&child);
    child.wait_with_output().unwrap();
    assert!(
        answer.contains("plimsoll_target_rate{endpoint=\"GET http://127.0.0.1"),
        "{answer}"
    );
}

#[test]
fn metrics_are_pushed_by_otlp_and_once_more_at_the_end() {
    let target = target();
    let collector = target;
    let home = home(&collector, &json!({}));
    let url = collector.url("/v1/metrics");
    home.ok(&["run", "load.json", "--otlp", &url]);
    let paths = collector.stats().paths;
    assert!(
        paths.get("/v1/metrics").is_some_and(|count| *count >= 1),
        "{paths:?}"
    );
}

#[test]
fn secrets_are_shown_nowhere() {
    let target = target();
    let home = home(
        &target,
        &json!({
            "headers": { "authorization": "Bearer {{$env:LOAD_KEY}}", "x-api-key": "written-key-1" },
            "requests": [{ "url": target.url("/?echo=1") }],
        }),
    );
    let mut command = home.command(&["run", "load.json", "--out", "results"]);
    let run = Run::of(command.env("LOAD_KEY", "hidden-key-2").output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut all = run.stdout + &run.stderr;
    for name in REPORTS.iter().filter(|name| **name != "results.xlsx") {
        all += &fs::read_to_string(home.path("results").join(name)).unwrap();
    }
    // The server gave them back.
    assert!(all.contains("Bearer ***"), "{all}");
    assert!(!all.contains("written-key-1") && !all.contains("hidden-key-2"));
    let unset = home.run(&["run", "load.json"]);
    assert_eq!(unset.code, 1);
    assert!(
        unset.stderr.contains("LOAD_KEY is not set"),
        "{}",
        unset.stderr
    );
}

/// Runs a command that may have so many files open.
#[cfg(target_os = "linux")]
fn with_files(home: &Home, files: u32, arguments: &[&str]) -> Run {
    let command = home.command(arguments);
    let mut limited = std::process::Command::new("prlimit");
    limited
        .arg(format!("--nofile={files}:{files}"))
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap());
    let path = std::env::var_os("PATH").unwrap_or_default();
    limited
        .env_clear()
        .env("HOME", home.path(""))
        .env("PATH", path);
    Run::of(limited.output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn open_files_are_the_limit_of_workers_and_it_is_said() {
    if std::process::Command::new("prlimit")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("skipped: prlimit (util-linux) is not installed");
        return;
    }
    let target = target();
    // Nothing answers, so that every request keeps its connection.
    let url = target.url("/?hang=1");
    let home = Home::new();
    let test = |more: &Json| {
        let mut test = json!({ "duration": 1, "timeout": 5, "requests": [{ "url": url }] });
        for (key, value) in more.as_object().unwrap() {
            test[key] = value.clone();
        }
        home.write("load.json", &test.to_string());
        let arguments = [
            "run",
            "load.json",
            "--json",
            "--drain",
            "0",
            "--threads",
            "1",
        ];
        with_files(&home, 128, &arguments)
    };

    let refused = test(&json!({ "workers": 100 }));
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    insta::assert_snapshot!(refused.stderr, @"error: 100 requests are to be in flight at once, and this process may have 128 files and connections open: raise that limit (`ulimit -n`), or have fewer workers");

    let fixed = test(&json!({ "workers": 1000, "rps": 500 })).json();
    assert!(
        fixed["global"]["failures"]["local"].as_u64() > Some(0),
        "{fixed}"
    );
    assert_eq!(fixed["generator"]["verdict"]["limitedBy"], "generator");

    let autoscaled = test(&json!({
        "autoscale": { "enabled": true, "targetRps": 500 },
        "requests": [{ "url": target.url("/?delay=500ms") }],
        "duration": 3,
    }));
    let autoscaled = autoscaled.json();
    assert_eq!(autoscaled["global"]["failures"]["local"], Json::Null);
    let workers = autoscaled["endpoints"][0]["peakWorkers"].as_u64().unwrap();
    assert!((20..128).contains(&workers), "{workers} workers");
    let verdict = &autoscaled["generator"]["verdict"];
    assert_eq!(verdict["limitedBy"], "workers", "{verdict}");
    let reason = verdict["reason"].as_str().unwrap();
    assert!(reason.contains("ulimit -n"), "{reason}");

    // The first one ends, and keeps none of the files that the other needs by and by.
    let other = self::target();
    let workers = |count: u32, rate: u32, ramp: u32| {
        json!({
            "enabled": true, "targetRps": rate, "rampUpTime": ramp,
            "minWorkers": count, "maxWorkers": count,
        })
    };
    let after = test(&json!({ "duration": 2, "requests": [
        {
            "url": target.url("/?status=500&delay=100ms"), "autoscale": workers(80, 800, 0),
            "earlyExitOnError": true, "errorCountThreshold": 200,
        },
        { "url": other.url("/?delay=100ms"), "autoscale": workers(90, 900, 2) },
    ] }));
    let after = after.json();
    assert_eq!(after["endpoints"][0]["earlyExitTriggered"], true, "{after}");
    assert_eq!(after["global"]["failures"]["local"], Json::Null, "{after}");
}

/// Runs a command whose output nobody reads.
fn unread(home: &Home, arguments: &[&str]) -> Run {
    let mut command = home.command(arguments);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn the_verdict_stands_where_nobody_reads_the_results() {
    let target = target();
    let home = home(&target, &json!({}));
    let missed = ["run", "load.json", "--threshold", "p99<1ns", "--out", "a"];
    let run = unread(&home, &missed);
    assert_eq!(run.code, 8, "{}", run.stderr);
    assert_eq!(files(&home, "a"), REPORTS);
    for format in ["text", "json"] {
        let limit = ["--threshold", "rate>+10%", "--format", format];
        let compared = unread(&home, &[&["compare", "a", "a"][..], &limit].concat());
        assert_eq!(compared.code, 8, "{}", compared.stderr);
    }
}

#[test]
fn a_report_that_cannot_be_written_costs_no_other() {
    let target = target();
    let home = home(&target, &json!({}));
    fs::create_dir_all(home.path("results/report.html")).unwrap();
    let run = home.run(&["run", "load.json", "--json", "--out", "results"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["global"]["totalRequests"], 100);
    assert!(run.stderr.contains("cannot write results/report.html"));
    assert!(run.stderr.contains("wrote summary.json, report.md"));
    assert_eq!(files(&home, "results"), REPORTS);

    home.write("file", "");
    let run = home.run(&["run", "load.json", "--out", "file/results"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("cannot write to the folder"),
        "{}",
        run.stderr
    );
    assert_eq!(target.stats().requests, 100, "nothing is sent then");
}

#[test]
fn machines_get_the_plan_as_json() {
    let target = target();
    let home = home(&target, &json!({}));
    let plan = home.ok(&["run", "load.json", "--dry-run", "--json"]).json();
    assert_eq!(plan["plan"]["target"], "load");
    assert_eq!(plan["outcome"], Json::Null);
    assert_eq!(target.stats().requests, 0);
}

#[test]
fn an_older_flag_is_translated_or_named_before_anything_else_is_wrong() {
    let home = Home::new();
    let none = home.run(&["run", "load.json", "--rps"]);
    assert_eq!(none.code, 2);
    insta::assert_snapshot!(none.stderr, @"error: `--rps` needs a value");
    let wrong = home.run(&["run", "load.json", "--rps", "50", "--no-such"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.starts_with("note: `--rps`"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn what_changes_nothing_is_said() {
    let target = target();
    let home = home(&target, &json!({}));
    let dry = |more: &[&str]| home.ok(&[&["run", "load.json", "--dry-run"], more].concat());
    let said = dry(&["--policy", "little", "--max-workers", "5"]).stderr;
    assert!(said.contains("warning: --policy changes nothing"), "{said}");
    assert!(said.contains("--max-workers changes nothing"), "{said}");
    let autoscale = r#"autoscale={ "enabled": true, "targetRps": 20, "maxWorkers": 8 }"#;
    let said = dry(&["--set", autoscale, "--rps", "50", "--set", "workers=3"]).stderr;
    assert!(
        said.contains("`rps` changes nothing of 1 autoscaled"),
        "{said}"
    );
    assert!(said.contains("`workers` changes nothing of 1"), "{said}");
}

#[test]
fn a_trace_is_found_by_any_name() {
    let target = target();
    let home = home(&target, &json!({}));
    for name in ["quo\"te.csv", "e\u{301}.csv", "day (1)+2.csv"] {
        home.write(name, "timestamp\n0\n0.1\n0.2\n");
        home.ok(&["run", "load.json", "--dry-run", "--trace", name]);
    }
    let none = home.run(&["run", "load.json", "--dry-run", "--trace", "none.csv"]);
    assert_eq!(none.code, 4, "{}", none.stderr);
}

#[test]
fn what_is_no_threshold_is_said_once() {
    let home = Home::new();
    home.write(
        "load.json",
        r#"{ "requests": [{ "url": "http://127.0.0.1/" }] }"#,
    );
    let run = home.run(&["run", "load.json", "--threshold", "p99<250"]);
    insta::assert_snapshot!(run.stderr, @"
    error: --threshold `p99<250`: `250` has no unit
      hint: expected a time with its unit: ns, us, ms, s or m
      hint: did you mean `250ms`?
    ");
    let compared = home.run(&["compare", "a", "b", "--threshold", "p99<10%"]);
    insta::assert_snapshot!(compared.stderr, @"
    error: --threshold `p99<10%`: a change has a sign
      hint: did you mean `p99<+10%`?
    ");
}

#[test]
fn runs_of_one_name_are_compared_by_where_they_lie() {
    let target = target();
    let home = home(&target, &json!({}));
    home.ok(&["run", "load.json", "--json", "--out", "a"]);
    let run = home.ok(&["compare", "a", "a/summary.json"]);
    assert!(
        run.stdout
            .starts_with("a (baseline) and a/summary.json (candidate)\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_is_wrong_with_a_setting_points_at_no_other_line() {
    let home = Home::new();
    let test = "{\n\n  \"errorRateThreshold\": 0.5,\n  \"requests\": [{ \"url\": \"http://127.0.0.1/\" }] }";
    home.write("load.json", test);
    let wrong = home.run(&["run", "load.json", "--dry-run", "--set", "rps=x"]);
    assert_eq!(wrong.code, 1);
    insta::assert_snapshot!(wrong.stderr, @r#"
    error[load-test::wrong-type]: `rps` must be an integer of at least 1, and is the string "x"
     |
     = expected: an integer of at least 1

    1 error
    "#);
    // This is known of the file with the setting in it alone.
    let warned = home.ok(&["run", "load.json", "--dry-run", "--set", "rps=5"]);
    let hint = "hint: the lines are those of the file with --set applied";
    assert!(warned.stderr.contains(hint), "{}", warned.stderr);
}
