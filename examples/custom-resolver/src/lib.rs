//! An override resolver of one's own: an environment may raise the base's numbers, and not lower them.
//!
//! It shows how layers are merged without knowing what their keys mean, and how a value keeps the place
//! it was written at.

use plimsoll_sdk::core::layer::LayerName;
use plimsoll_sdk::core::value::{Map, Node, Value};
use plimsoll_sdk::prelude::*;

/// Merges key by key. Where both the base and the environment have a number, the larger one holds.
struct Raise;

impl Raise {
    #[expect(clippy::unnecessary_wraps, reason = "a constructor may refuse")]
    fn new(_: NoOptions) -> Result<Self, String> {
        Ok(Self)
    }
}

impl OverrideResolver for Raise {
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        let mut said = Diagnostics::about(Arc::clone(files));
        let mut merged = Node::from(Map::new());
        let mut overridden = Vec::new();
        for layer in workload.layers.iter() {
            match &layer.name {
                LayerName::Environment(_) => {}
                _ => raise(&mut merged, &layer.settings),
            }
        }
        if let Some(environment) = environment {
            let name = LayerName::Environment(environment.clone());
            match workload.layers.named(&name) {
                None => said.push(Diagnostic::note(
                    "raise::not-overridden",
                    format!("nothing is raised in environment `{environment}`"),
                )),
                Some(layer) => {
                    for key in workload.rules.overridable() {
                        if let Some(block) =
                            layer.settings.get(key).filter(|block| !block.is_null())
                        {
                            overridden.push((*key).to_owned());
                            let mut settings = Map::new();
                            settings.set(key, block.clone());
                            raise(&mut merged, &Node::from(settings));
                        }
                    }
                }
            }
        }
        Effective::checked(workload, environment, merged, overridden, said)
    }
}

/// Puts what is above over what is below.
fn raise(below: &mut Node, above: &Node) {
    match (&mut below.value, &above.value) {
        (Value::Map(weaker), Value::Map(stronger)) => {
            for entry in stronger.iter() {
                match entry.key.as_str().and_then(|key| weaker.get_mut(key)) {
                    Some(value) => raise(value, &entry.value),
                    None => {
                        weaker.insert(entry.key.clone(), entry.key_span, entry.value.clone());
                    }
                }
            }
        }
        // The value that holds keeps its own place.
        (Value::Int(weaker), Value::Int(stronger)) if *weaker >= *stronger => {}
        _ => *below = above.clone(),
    }
}

plimsoll_sdk::plugin! {
    name: "raise",
    resolvers: [("raise", "An environment may raise the base's numbers, and not lower them.", Raise::new)],
}
