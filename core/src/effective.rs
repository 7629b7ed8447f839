//! Effective settings: what is left when the layers are resolved.

use std::sync::Arc;

use crate::autoscaling::AutoscalingSettings;
use crate::diagnostic::{Diagnostics, Severity};
use crate::environment::Environment;
use crate::layer::{Layers, Provenance};
use crate::manifest::Workload;
use crate::pointer::Pointer;
use crate::rules::WorkloadRules;
use crate::span::SourceMap;
use crate::value::{Map, Node, Origin, Value};

/// The effective settings of one workload in one environment. Every value knows its layer and its
/// place.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The workload's name.
    pub workload: String,
    /// The environment it was resolved for; `None` for the base.
    pub environment: Option<Environment>,
    /// The effective configuration: what is written, merged, checked, in its final types.
    pub config: Node,
    /// The top-level keys that a layer of the environment sets.
    pub overridden: Vec<String>,
    /// What there is to say that does not refuse the input.
    pub diagnostics: Diagnostics,
    layers: Layers,
    rules: Arc<dyn WorkloadRules>,
    files: Arc<SourceMap>,
}

/// What [`Effective::passed_on`] takes.
#[derive(Clone, Debug)]
pub struct EffectiveParts {
    /// The workload that the settings are of.
    pub workload: Workload,
    /// The environment they were resolved for; `None` for the base.
    pub environment: Option<Environment>,
    /// The effective configuration.
    pub config: Node,
    /// The top-level keys that a layer of the environment sets.
    pub overridden: Vec<String>,
    /// What there is to say, about the files that the places are in.
    pub diagnostics: Diagnostics,
}

impl Effective {
    /// Checks a merged whole by the rules of its workload, and makes it the effective settings.
    ///
    /// Resolvers end in this call: it is what makes sure that what they merged is valid.
    ///
    /// # Errors
    /// Everything that is wrong with the whole.
    pub fn checked(
        workload: &Workload,
        environment: Option<&Environment>,
        mut merged: Node,
        overridden: Vec<String>,
        mut diagnostics: Diagnostics,
    ) -> Result<Self, Diagnostics> {
        let said_before = diagnostics.items.len();
        let rules = Arc::clone(&workload.rules);
        if environment.is_some()
            && let Some(key) = rules.overrides_key()
            && let Some(map) = merged.as_map_mut()
        {
            map.remove(key);
        }
        let config = rules.finish(merged, &workload.layers, &mut diagnostics);
        if let Some(environment) = environment {
            for item in &mut diagnostics.items[said_before..] {
                if item.severity == Severity::Error {
                    item.hints
                        .push(format!("this is so in environment `{environment}`"));
                }
            }
        }
        let (config, diagnostics) = diagnostics.unless_errors(config)?;
        Ok(Self {
            workload: workload.name.clone(),
            environment: environment.cloned(),
            config,
            overridden,
            files: Arc::clone(&diagnostics.files),
            diagnostics,
            layers: workload.layers.clone(),
            rules,
        })
    }

    /// Effective settings that were checked elsewhere and are passed on: what a loaded plugin is shown
    /// of those that its host has. Nothing is checked here.
    #[must_use]
    pub fn passed_on(parts: EffectiveParts) -> Self {
        let EffectiveParts {
            workload,
            environment,
            config,
            overridden,
            diagnostics,
        } = parts;
        Self {
            workload: workload.name,
            environment,
            config,
            overridden,
            files: Arc::clone(&diagnostics.files),
            diagnostics,
            layers: workload.layers,
            rules: workload.rules,
        }
    }

    /// The workload that they are of, with its layers and rules.
    #[must_use]
    pub fn workload(&self) -> Workload {
        Workload {
            name: self.workload.clone(),
            layers: self.layers.clone(),
            rules: Arc::clone(&self.rules),
        }
    }

    /// The configuration with every default filled in.
    #[must_use]
    pub fn with_defaults(&self) -> Node {
        self.rules.with_defaults(&self.config)
    }

    /// The configuration in its usual written form.
    #[must_use]
    pub fn compact(&self) -> Node {
        self.rules.compact(&self.config)
    }

    /// The effective settings proper: the keys that layers decide, with their defaults; null where
    /// there is none.
    #[must_use]
    pub fn settings(&self) -> Node {
        let whole = self.with_defaults();
        let mut settings = Map::new();
        for key in self.rules.settings_keys() {
            let unset = || Node::with_origin(Value::Null, Origin::default());
            settings.set(key, whole.get(key).cloned().unwrap_or_else(unset));
        }
        Node::from(settings)
    }

    /// The autoscaling settings that are written; `None` when there is no such block.
    #[must_use]
    pub fn autoscaling(&self) -> Option<AutoscalingSettings> {
        let block = self.config.get("autoscaling_settings")?;
        block
            .as_map()
            .map(|_| AutoscalingSettings::from_node(block))
    }

    /// Whether a layer of the environment sets this top-level key.
    #[must_use]
    pub fn overrides(&self, key: &str) -> bool {
        self.overridden.iter().any(|overridden| overridden == key)
    }

    /// Where every value of `tree`, which must come from these settings, comes from.
    #[must_use]
    pub fn provenance(&self, tree: &Node) -> Vec<(Pointer, Provenance)> {
        let mut places = Vec::new();
        tree.for_each_leaf(&mut |pointer, node| {
            places.push((
                pointer.clone(),
                self.layers.provenance(node.origin, &self.files),
            ));
        });
        places
    }

    /// The files that the places are in.
    #[must_use]
    pub fn files(&self) -> &Arc<SourceMap> {
        &self.files
    }
}
