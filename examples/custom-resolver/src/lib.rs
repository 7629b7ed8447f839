//! An override resolver of one's own: an environment overrides a block key by key, and each value as a
//! whole.
//!
//! It stands between the bundled `deep-merge`, which merges to any depth, and `replace`, which replaces
//! whole blocks. It shows how layers are merged without knowing what their keys mean, and that a value
//! keeps the place it was written at.

use plimsoll_sdk::core::layer::LayerName;
use plimsoll_sdk::core::suggest::nearest;
use plimsoll_sdk::core::value::{Entry, Map, Node};
use plimsoll_sdk::prelude::*;

/// Overrides the keys of a block, and nothing below them.
struct Shallow;

impl Shallow {
    #[expect(clippy::unnecessary_wraps, reason = "a constructor may refuse")]
    fn new(_: NoOptions) -> Result<Self, String> {
        Ok(Self)
    }
}

impl OverrideResolver for Shallow {
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        let mut said = Diagnostics::about(Arc::clone(files));
        let mut merged = Map::new();
        let mut overridden = Vec::new();
        for layer in workload.layers.iter() {
            if matches!(layer.name, LayerName::Environment(_)) {
                continue;
            }
            for entry in layer.settings.as_map().into_iter().flatten() {
                put(&mut merged, entry);
            }
        }
        let name = environment.cloned().map(LayerName::Environment);
        let overriding = name.as_ref().and_then(|name| workload.layers.named(name));
        if let (Some(environment), None) = (environment, overriding) {
            said.push(not_overridden(workload, environment));
        }
        for key in workload.rules.overridable() {
            let block = overriding.and_then(|layer| layer.settings.as_map()?.entry(key));
            // A block that is null says nothing.
            if let Some(block) = block.filter(|block| !block.value.is_null()) {
                overridden.push((*key).to_owned());
                put(&mut merged, block);
            }
        }
        // The rules of the workload check what came of it, whoever merged it.
        Effective::checked(workload, environment, Node::from(merged), overridden, said)
    }
}

/// Puts a block over the one that is there: key by key where both are mappings.
fn put(merged: &mut Map, block: &Entry) {
    let below = block.key.as_str().and_then(|key| merged.get_mut(key));
    let Some(below) = below else {
        merged.insert(block.key.clone(), block.key_span, block.value.clone());
        return;
    };
    match (below.as_map_mut(), block.value.as_map()) {
        (Some(weaker), Some(stronger)) => {
            for entry in stronger {
                weaker.insert(entry.key.clone(), entry.key_span, entry.value.clone());
            }
        }
        _ => *below = block.value.clone(),
    }
}

/// Says that an environment has no overrides, and warns where its name looks misspelt.
fn not_overridden(workload: &Workload, environment: &Environment) -> Diagnostic {
    let message = format!("nothing is overridden in environment `{environment}`");
    let known = workload.layers.environments().map(Environment::name);
    match nearest(environment.name(), known) {
        Some(meant) => Diagnostic::warning("shallow::environment-misspelt", message)
            .hint(format!("did you mean `{meant}`?")),
        None => Diagnostic::note("shallow::not-overridden", message),
    }
}

plimsoll_sdk::plugin! {
    name: "shallow",
    resolvers: [("shallow", "An environment overrides a block key by key, and each value as a whole.", Shallow::new)],
}
