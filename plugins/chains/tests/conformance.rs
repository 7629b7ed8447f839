//! What every source promises, as the published suite tests it, over the examples.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use plimsoll_core::registry::Registry;
use plimsoll_core::tree::{DirTree, SourceTree};
use plimsoll_sdk::conformance;

#[test]
fn the_published_suite_passes() {
    let mut registry = Registry::empty();
    plimsoll_chains::register(&mut registry).unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/chains");
    let example = |name: &str| -> Arc<dyn SourceTree> {
        Arc::new(DirTree::open(&examples.join(name)).unwrap())
    };
    let trees = [
        example("embed"),
        example("engine"),
        example("rag"),
        example("rag/chain.py"),
    ];
    conformance::config_source(&registry, "chain/chain", &trees);
}
