//! What the resolvers share: which layers count, and what to say about the others.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{Layer, LayerName};
use plimsoll_core::manifest::Workload;
use plimsoll_core::span::SourceMap;
use plimsoll_core::suggest::nearest;
use plimsoll_core::value::{Map, Node};

/// Merges a stronger value of an overridable key into a weaker one.
type Merge = fn(&mut Node, &Node);

/// Resolves with a way of merging.
pub(crate) fn resolve(
    workload: &Workload,
    environment: Option<&Environment>,
    files: &Arc<SourceMap>,
    merge: Merge,
) -> Result<Effective, Diagnostics> {
    let mut diagnostics = Diagnostics::about(Arc::clone(files));
    let overriding = match environment {
        Some(environment) => find(workload, environment, &mut diagnostics),
        None => None,
    };
    let whole = |_: &str| true;
    let mut overridden = Vec::new();
    let merged = merged(workload, overriding, merge, whole, &mut overridden);
    Effective::checked(workload, environment, merged, overridden, diagnostics)
}

/// The layer of an environment, and a word where there is none.
fn find<'a>(
    workload: &'a Workload,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<&'a Layer> {
    let name = LayerName::Environment(environment.clone());
    if let Some(layer) = workload.layers.named(&name) {
        return Some(layer);
    }
    let known = || workload.layers.environments().map(Environment::name);
    let note = format!("the file has no overrides for environment `{environment}`: the base holds");
    diagnostics.push(match nearest(environment.name(), known()) {
        Some(meant) => Diagnostic::warning("overrides::environment-misspelt", note)
            .at(span_of(workload, meant))
            .hint(format!(
                "did you mean `{meant}`? names are compared exactly"
            )),
        None => Diagnostic::note("overrides::not-overridden", note),
    });
    None
}

fn span_of(workload: &Workload, environment: &str) -> Option<plimsoll_core::span::Span> {
    let name = LayerName::Environment(Environment::new(environment));
    workload.layers.named(&name).and_then(|layer| layer.span)
}

/// The layers that count, merged: of those that are no environment's every key that `wanted`
/// names, and of the environment's the overridable ones.
fn merged(
    workload: &Workload,
    overriding: Option<&Layer>,
    merge: Merge,
    wanted: impl Fn(&str) -> bool,
    overridden: &mut Vec<String>,
) -> Node {
    let mut result = Node::from(Map::new());
    let shared = |layer: &&Layer| !matches!(layer.name, LayerName::Environment(_));
    for layer in workload.layers.iter().filter(shared) {
        for entry in layer.settings.as_map().into_iter().flatten() {
            if entry.key.as_str().is_none_or(&wanted) {
                put(&mut result, entry, merge);
            }
        }
        if layer.span.is_some() {
            result.origin = layer.settings.origin;
        }
    }
    for key in workload.rules.overridable() {
        let block = overriding.and_then(|layer| layer.settings.as_map()?.entry(key));
        // A block that is null says nothing: what is below it is inherited.
        if let Some(entry) = block.filter(|entry| !entry.value.is_null()) {
            overridden.push((*key).to_owned());
            put(&mut result, entry, merge);
        }
    }
    result
}

fn put(below: &mut Node, entry: &plimsoll_core::value::Entry, merge: Merge) {
    let Some(map) = below.as_map_mut() else {
        return;
    };
    match entry.key.as_str().and_then(|key| map.get_mut(key)) {
        Some(value) => merge(value, &entry.value),
        None => {
            map.insert(entry.key.clone(), entry.key_span, entry.value.clone());
        }
    }
}

/// Most values of overridable blocks that are merged to look at other environments. Beyond it the
/// rest is left to whoever checks all of them.
const MERGED_VALUES: usize = 1_000_000;

/// An environment that is not asked for may still be wrong once it is merged.
pub(crate) fn other_environments(
    workload: &Workload,
    asked_for: Option<&Environment>,
    files: &Arc<SourceMap>,
    merge: Merge,
) -> Vec<Diagnostic> {
    let overridable = workload.rules.overridable();
    let wanted = |key: &str| overridable.contains(&key);
    let mut cost = 0;
    let base = merged(workload, None, merge, wanted, &mut Vec::new());
    base.for_each_leaf(&mut |_, _| cost += 1);
    let most = MERGED_VALUES / cost.max(1);
    let mut warnings = Vec::new();
    let environments = workload
        .layers
        .iter()
        .filter_map(|layer| match &layer.name {
            LayerName::Environment(name) if asked_for != Some(name) => Some((name, layer)),
            _ => None,
        });
    for (name, layer) in environments.take(most) {
        let merged = merged(workload, Some(layer), merge, wanted, &mut Vec::new());
        let mut found = Diagnostics::about(Arc::clone(files));
        workload.rules.finish(merged, &workload.layers, &mut found);
        if let Some(error) = found.errors().next() {
            let message = format!("environment `{name}` does not resolve: {}", error.message);
            let mut warning = Diagnostic::warning("overrides::other-environment", message);
            warning.primary.clone_from(&error.primary);
            warning.secondary.clone_from(&error.secondary);
            warnings.push(warning);
        }
    }
    warnings
}
