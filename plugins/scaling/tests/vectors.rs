//! The originals' decisions, recorded, are ours: rows of our own keeping, and all that are shared.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test: it fails by panicking, says what it skips, and shares modules"
)]

mod replay;

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;

fn check(name: &str, rows: &[u8]) -> usize {
    let report = replay::replay(rows).unwrap();
    assert_eq!(report.mismatches, 0, "{name}: {:#?}", report.examples);
    report.rows
}

#[test]
fn recorded_decisions_are_ours() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let rows = std::fs::read(&path).unwrap();
        assert!(check(&path.display().to_string(), &rows) > 0);
        files += 1;
    }
    assert_eq!(files, 5);
}

#[test]
fn a_changed_decision_is_noticed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let path = folder.join("ray_serve.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let changed = text.replacen("\"decision\": ", "\"decision\": 9", 1);
    assert_eq!(replay::replay(changed.as_bytes()).unwrap().mismatches, 1);
}

#[test]
fn a_line_that_is_no_row_is_named() {
    let error = |rows: &[u8]| format!("{:#}", replay::replay(rows).unwrap_err());
    insta::assert_snapshot!(error(b"\n{\"algo\": "), @"line 2, column 9: no JSON");
    insta::assert_snapshot!(error(b"{\"algo\": \"\xff\"}"), @"line 1, column 11: no JSON");
    insta::assert_snapshot!(error(b"{}"), @"line 1: its fields are of no known recording");
    insta::assert_snapshot!(error(b"{\"algo\": \"linear\"}"), @"line 1: missing field `window_s`");
    let window = |seconds: u32| {
        format!(
            r#"{{"algo": "linear", "window_s": {seconds}, "op": "read", "t_unix_s": 0, "value": 0,
                "window_average": 0, "is_empty": true}}"#
        )
        .replace('\n', " ")
    };
    insta::assert_snapshot!(error(window(0).as_bytes()), @"line 1: `window_s` is 0");
    insta::assert_snapshot!(error(window(604_801).as_bytes()), @"line 1: `window_s` is 604801, above a week");
}

#[test]
fn shared_decisions_are_ours() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/vectors");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no recorded decisions at {}", folder.display());
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".jsonl.gz") {
            let mut rows = Vec::new();
            GzDecoder::new(File::open(&path).unwrap())
                .read_to_end(&mut rows)
                .unwrap();
            check(&path.display().to_string(), &rows);
        }
    }
}
