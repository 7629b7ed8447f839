//! `deep-merge`: an environment overrides key by key.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::Workload;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::{Node, Value};

use crate::select::{other_environments, resolve};

/// Below each overridable key, mappings merge key by key; anything else replaces what it overrides,
/// an explicit null included.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeepMerge;

impl OverrideResolver for DeepMerge {
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        resolve(workload, environment, files, merge)
    }

    fn other_environments(
        &self,
        workload: &Workload,
        asked_for: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Vec<Diagnostic> {
        other_environments(workload, asked_for, files, merge)
    }
}

/// Merges a stronger value into a weaker one.
fn merge(weaker: &mut Node, stronger: &Node) {
    match (&mut weaker.value, &stronger.value) {
        (Value::Map(below), Value::Map(above)) => {
            for entry in above.iter() {
                match entry.key.as_str().and_then(|key| below.get_mut(key)) {
                    Some(value) => merge(value, &entry.value),
                    None => {
                        below.insert(entry.key.clone(), entry.key_span, entry.value.clone());
                    }
                }
            }
        }
        _ => *weaker = stronger.clone(),
    }
}
