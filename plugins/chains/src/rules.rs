//! What a chainlet knows about its own settings.

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::layer::Layers;
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::value::{Node, Origin, Value};
use plimsoll_truss::TrussRules;

use crate::config::lowered;

/// The rules of a chainlet: what is overridden is `compute` as it is written, and what is effective
/// is the Truss that it comes to.
#[derive(Clone, Debug)]
pub(crate) struct ChainletRules {
    /// What the code generation writes where nothing is written, by the keys of a Truss.
    generated: Arc<Vec<(&'static str, Value)>>,
    /// The version of Python where no image is named.
    image: Option<&'static str>,
}

impl WorkloadRules for ChainletRules {
    fn overridable(&self) -> &'static [&'static str] {
        &["compute", "autoscaling_settings"]
    }

    fn settings_keys(&self) -> &'static [&'static str] {
        &["resources", "runtime", "autoscaling_settings"]
    }

    fn finish(&self, mut merged: Node, layers: &Layers, diagnostics: &mut Diagnostics) -> Node {
        let mut found = Vec::new();
        if let Some(map) = merged.as_map_mut() {
            lowered(map, &mut found);
            let image = self.image.filter(|_| !map.contains("base_image"));
            let image = image.map(|version| ("python_version", Value::Str(version.into())));
            for (key, value) in self.generated.iter().cloned().chain(image) {
                if !map.contains(key) {
                    map.set(key, Node::with_origin(value, Origin::default()));
                }
            }
        }
        diagnostics.absorb(found);
        TrussRules.finish(merged, layers, diagnostics)
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        TrussRules.with_defaults(finished)
    }

    fn compact(&self, finished: &Node) -> Node {
        TrussRules.compact(finished)
    }
}

/// What the code generation writes into the Truss of a chainlet with code.
pub(crate) fn code(requirements: &str) -> ChainletRules {
    let text = |text: &str| Value::Str(text.into());
    ChainletRules {
        generated: Arc::new(vec![
            ("model_class_filename", text("model.py")),
            ("model_class_name", text("TrussChainletModel")),
            ("external_data", Value::List(Vec::new())),
            ("requirements_file", text(requirements)),
        ]),
        image: Some("py311"),
    }
}

/// An engine has no code, and nothing is written for it.
pub(crate) fn engine() -> ChainletRules {
    ChainletRules {
        generated: Arc::default(),
        image: None,
    }
}
