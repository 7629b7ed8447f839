//! Configurations of the measured data, through the binary, against what Truss 0.18.36 makes of them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::support::{Home, Run};

/// A file of the measured data that stands beside a checkout, where it is there.
fn measured(path: &str) -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/truss");
    Some(data.join(path)).filter(|path| path.exists())
}

#[test]
fn integers_keep_their_digits() {
    let home = Home::new();
    home.write(
        "config.yaml",
        "runtime: {predict_concurrency: 123456789012345678901234567890}\n",
    );
    let digits = "\"predict_concurrency\": 123456789012345678901234567890,";
    let json = home.ok(&["resolve", "--format", "json", "."]).stdout;
    assert!(json.contains(digits), "{json}");
    let toml = home.run(&["resolve", "--format", "toml", "."]);
    assert_eq!(toml.code, 1, "{}", toml.stdout);
    assert!(toml.stderr.contains("beyond 64 bits"), "{}", toml.stderr);
}

#[test]
fn real_configurations_are_shown_as_truss_shows_them() {
    let (Some(lines), Some(folder)) = (measured("configs.expected.jsonl"), measured("configs"))
    else {
        return;
    };
    let lines = fs::read_to_string(lines).unwrap();
    let cases = lines.lines().map(|line| {
        let expected: Json = serde_json::from_str(line).unwrap();
        let name = expected["config"].as_str().unwrap().to_owned();
        let yaml = fs::read_to_string(folder.join(&name)).unwrap();
        (name, yaml, expected)
    });
    assert_eq!(compare(cases), 209);
}

#[test]
fn probes_are_shown_as_truss_shows_them() {
    let Some(path) = measured("loader_cases.json") else {
        return;
    };
    let cases: Map<String, Json> =
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let cases = cases.into_iter().map(|(name, expected)| {
        let yaml = expected["yaml"].as_str().unwrap().to_owned();
        (name, yaml, expected)
    });
    assert_eq!(compare(cases), 154);
}

/// Runs every case, which must fare as recorded; how many there were.
fn compare(cases: impl Iterator<Item = (String, String, Json)>) -> usize {
    let home = Home::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, yaml, expected) in cases {
        count += 1;
        home.write("config.yaml", &yaml);
        for (arguments, form) in [
            (&["--defaults"][..], "normalized"),
            (&[], "normalized_nonverbose"),
        ] {
            let mut all = vec!["resolve", ".", "--format", "json"];
            all.extend(arguments);
            if let Err(problem) = check(&home.run(&all), &expected, form) {
                wrong.push(format!("{name}, {form}: {problem}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    count
}

fn check(run: &Run, expected: &Json, form: &str) -> Result<(), String> {
    let code = i32::from(expected["ok"] != true);
    if run.code != code {
        return Err(format!("exit code {}: {}", run.code, run.stderr));
    }
    let found = &run.json()["workloads"][0]["config"];
    if code == 0 && !expected[form].is_null() && *found != expected[form] {
        return Err(format!("{found}\n    is not {}", expected[form]));
    }
    Ok(())
}
