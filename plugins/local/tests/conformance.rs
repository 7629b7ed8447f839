//! What every deployer promises, as the published suite tests it, with the client that drives it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use plimsoll_core::registry::Registry;
use plimsoll_sdk::conformance::{Trial, deployer};
use serde_json::json;
use sha2::{Digest as _, Sha256};

const KEY: &str = "test-key-canary";

/// Every file of the state by its name and a digest. Who holds the lock is not state, and SQLite's
/// index of its log (`-shm`) is made anew whenever it is opened.
fn state(folder: &Path) -> String {
    let mut lines = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            lines.push(format!("{name}: {}", state(&path)));
        } else if name != "lock" && !name.ends_with("-shm") {
            let digest = plimsoll_core::digest::hex(&Sha256::digest(fs::read(&path).unwrap()));
            lines.push(format!("{name}: {digest}"));
        }
    }
    lines.sort();
    format!("[{}]", lines.join(", "))
}

#[test]
fn the_published_suite_passes() {
    let mut registry = Registry::empty();
    plimsoll_baseten::register(&mut registry).unwrap();
    plimsoll_local::register(&mut registry).unwrap();
    let home = tempfile::tempdir().unwrap();
    let data_dir = home.path().join("state");
    let mut trial = Trial::new(json!({ "data_dir": data_dir, "api_key": KEY }));
    trial.secrets.push(KEY.to_owned());
    let state = || state(&data_dir);
    trial.state = Some(&state);
    deployer(&registry, "local/local", &trial);
}
