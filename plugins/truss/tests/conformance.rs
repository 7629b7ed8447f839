//! What every source promises, as the published suite tests it, over the examples.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use plimsoll_core::registry::Registry;
use plimsoll_core::tree::{DirTree, MemoryTree, SourceTree};
use plimsoll_sdk::conformance;

#[test]
fn the_published_suite_passes() {
    let mut registry = Registry::empty();
    plimsoll_truss::register(&mut registry).unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/truss");
    let example = |name: &str| -> Arc<dyn SourceTree> {
        Arc::new(DirTree::open(&examples.join(name)).unwrap())
    };
    let trees = [
        example("embeddings-server"),
        example("llm-per-environment"),
        example("text-classifier"),
        example("text-classifier/config.yaml"),
        Arc::new(MemoryTree::new().with("config.yaml", "")),
    ];
    conformance::config_source(&registry, "truss/truss", &trees);
}
