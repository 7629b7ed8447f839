//! The kit's own resolver, for what comes after it: it merges key by key.

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::LayerName;
use plimsoll_core::manifest::Workload;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::{Map, Node, Value};

/// Resolves a workload.
pub(super) fn resolve(
    workload: &Workload,
    environment: Option<&Environment>,
    files: &Arc<SourceMap>,
) -> Result<Effective, Diagnostics> {
    let mut merged = Node::from(Map::new());
    let mut overridden = Vec::new();
    for layer in workload.layers.iter() {
        match &layer.name {
            LayerName::Environment(name) if Some(name) == environment => {
                for key in workload.rules.overridable() {
                    let block = layer.settings.as_map().and_then(|map| map.entry(key));
                    if let Some(entry) = block.filter(|entry| !entry.value.is_null()) {
                        overridden.push((*key).to_owned());
                        let mut block = Map::new();
                        block.insert(entry.key.clone(), entry.key_span, entry.value.clone());
                        merge(&mut merged, &Node::from(block));
                    }
                }
            }
            LayerName::Environment(_) => {}
            _ => merge(&mut merged, &layer.settings),
        }
    }
    let diagnostics = Diagnostics::about(Arc::clone(files));
    Effective::checked(workload, environment, merged, overridden, diagnostics)
}

fn merge(weaker: &mut Node, stronger: &Node) {
    let (Value::Map(below), Value::Map(above)) = (&mut weaker.value, &stronger.value) else {
        *weaker = stronger.clone();
        return;
    };
    for entry in above.iter() {
        match entry.key.as_str().and_then(|key| below.get_mut(key)) {
            Some(value) => merge(value, &entry.value),
            None => {
                below.insert(entry.key.clone(), entry.key_span, entry.value.clone());
            }
        }
    }
}
