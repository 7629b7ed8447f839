//! A house rule that no lint can hold: who may write `unsafe`. That each block says why it is sound is
//! clippy's `undocumented_unsafe_blocks`, which these manifests are held to have.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

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
    let documented = usual["clippy"]["undocumented_unsafe_blocks"].as_str();
    assert_eq!(documented, Some("warn"));
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
