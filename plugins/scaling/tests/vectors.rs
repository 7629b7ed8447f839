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

fn check(name: &str, text: &str) -> usize {
    let report = replay::replay(text).unwrap();
    assert_eq!(report.mismatches, 0, "{name}: {:#?}", report.examples);
    report.rows
}

#[test]
fn recorded_decisions_are_ours() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(check(&path.display().to_string(), &text) > 0);
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
    assert_eq!(replay::replay(&changed).unwrap().mismatches, 1);
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
            let mut text = String::new();
            GzDecoder::new(File::open(&path).unwrap())
                .read_to_string(&mut text)
                .unwrap();
            check(&path.display().to_string(), &text);
        }
    }
}
