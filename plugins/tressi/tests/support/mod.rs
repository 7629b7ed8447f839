//! Load tests read from memory.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::manifest::Manifest;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_overrides::DeepMerge;
use plimsoll_tressi::{Adjustment, LoadTestSource, Migration};
use serde_json::Value as Json;

pub(crate) fn tree(name: &str, text: &str) -> Arc<dyn SourceTree> {
    Arc::new(MemoryTree::new().with(name, text).focused(name))
}

pub(crate) fn load(name: &str, text: &str) -> Result<Manifest, Diagnostics> {
    LoadTestSource.load(&tree(name, text))
}

/// Every endpoint of a text, resolved, and what there is to say.
pub(crate) fn resolve_named(
    name: &str,
    text: &str,
) -> Result<(Vec<Effective>, Diagnostics), Diagnostics> {
    let manifest = load(name, text)?;
    let mut said = manifest.diagnostics.clone();
    let mut resolved = Vec::new();
    for workload in &manifest.workloads {
        match DeepMerge.resolve(workload, None, &manifest.files) {
            Ok(effective) => {
                said.absorb(effective.diagnostics.items.iter().cloned());
                resolved.push(effective);
            }
            Err(diagnostics) => said.absorb(diagnostics.items),
        }
    }
    said.unless_errors(resolved)
}

pub(crate) fn resolve(json: &Json) -> Vec<Effective> {
    resolve_named("load.json", &json.to_string())
        .map_err(|said| panic!("{said}\n{json:#}"))
        .unwrap()
        .0
}

/// What the runner is given of every endpoint.
pub(crate) fn packages(json: &Json) -> Vec<Json> {
    let text = json.to_string();
    let packaged = |effective: &Effective| {
        let package = LoadTestSource.package(&tree("load.json", &text), effective);
        package.map_err(|said| panic!("{said}")).unwrap().config
    };
    resolve(json).iter().map(packaged).collect()
}

pub(crate) fn migrate(text: &str, adjustments: &[&str]) -> Result<Migration, Diagnostics> {
    migrate_named("load.json", text, adjustments)
}

pub(crate) fn migrate_named(
    name: &str,
    text: &str,
    adjustments: &[&str],
) -> Result<Migration, Diagnostics> {
    let adjustments: Vec<Adjustment> = adjustments
        .iter()
        .map(|adjustment| adjustment.parse().unwrap())
        .collect();
    plimsoll_tressi::migrate(&*tree(name, text), &adjustments)
}
