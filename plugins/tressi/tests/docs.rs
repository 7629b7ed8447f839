//! The page about load tests says what is so.

mod support;

use std::sync::Arc;

use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{DirTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_tressi::{FLAGS, LoadTestSource, config_schema};
use support::load;

const PAGE: &str = include_str!("../../../docs/load-tests.md");

/// The first cells of the rows of all tables.
fn keys() -> String {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split(" |").next());
    cells.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_key_is_in_a_table() {
    let schema = config_schema();
    let models = schema["$defs"].as_object().unwrap().values();
    let keys = keys();
    for model in models.chain([&schema]) {
        for key in model["properties"].as_object().unwrap().keys() {
            // What is said of all endpoints is said of one as a range of rows.
            let told = keys.contains(&format!("`{key}`"));
            assert!(told, "{key} is in no table of docs/load-tests.md");
        }
    }
}

#[test]
fn every_flag_is_named() {
    for flag in &FLAGS {
        assert!(
            PAGE.contains(&format!("`--{}", flag.long)),
            "--{}",
            flag.long
        );
    }
}

/// The example with a data file, which a load test in memory has not.
#[test]
fn the_example_with_data_can_be_packaged() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/load-tests/items.json"
    );
    let tree: Arc<dyn SourceTree> = Arc::new(DirTree::open(path.as_ref()).unwrap());
    let manifest = LoadTestSource.load(&tree).unwrap();
    assert!(manifest.diagnostics.is_empty(), "{}", manifest.diagnostics);
    for workload in &manifest.workloads {
        let effective = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
        let package = LoadTestSource.package(&tree, &effective).unwrap();
        assert_eq!(package.config["data"], "items.csv");
    }
}

#[test]
fn its_example_is_sound() {
    let (_, rest) = PAGE.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let manifest = load("load.json", example).unwrap();
    assert!(manifest.diagnostics.is_empty(), "{}", manifest.diagnostics);
    assert_eq!(manifest.workloads.len(), 3);
}
