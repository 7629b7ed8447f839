//! House rules that no lint can hold: who may write `unsafe`, and how.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll_tests::workspace;
use toml::{Table, Value};

/// The border and its loader, and the test plugin that is made of the border itself.
const MAY_BE_UNSAFE: [&str; 4] = [
    "plugins/abi",
    "plugins/loader",
    "plugins/sdk",
    "tests/plugins/raw",
];

fn manifest(folder: &Path) -> Table {
    let path = folder.join("Cargo.toml");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn members() -> Vec<String> {
    let root = manifest(&workspace());
    let members = root["workspace"]["members"]
        .as_array()
        .expect("there are members");
    members
        .iter()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn unsafe_is_forbidden_but_at_the_border() {
    let root = manifest(&workspace());
    let usual = root["workspace"]["lints"].clone();
    assert_eq!(usual["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for member in members() {
        let lints = manifest(&workspace().join(&member))["lints"].clone();
        if !MAY_BE_UNSAFE.contains(&member.as_str()) {
            let whole = Value::Table(
                [("workspace".to_owned(), Value::Boolean(true))]
                    .into_iter()
                    .collect(),
            );
            assert_eq!(lints, whole, "{member} has the workspace's lints");
            continue;
        }
        let mut expected = usual.clone();
        expected["rust"]["unsafe_code"] = Value::String("deny".to_owned());
        assert_eq!(
            lints, expected,
            "{member} has the workspace's lints, but for `unsafe`"
        );
    }
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let mut looked_at = 0;
    for folder in MAY_BE_UNSAFE {
        for path in sources(&workspace().join(folder)) {
            let text = fs::read_to_string(&path).expect("a source is text");
            let lines: Vec<&str> = text.lines().collect();
            for (number, line) in lines.iter().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                let block = code.contains("unsafe {") || code.contains("unsafe impl");
                if !block || code.contains("unsafe extern \"C\" fn") {
                    continue;
                }
                looked_at += 1;
                let before = lines[..number].iter().rev().take(6);
                let explained = before.into_iter().any(|line| line.contains("// SAFETY:"));
                let place = format!("{}:{}", path.display(), number + 1);
                assert!(
                    explained,
                    "{place}: no SAFETY comment stands before `{}`",
                    line.trim()
                );
            }
        }
    }
    assert!(looked_at > 50, "{looked_at} blocks are not all there are");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("a folder can be read")
        .flatten();
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
