//! What is asked of a source: settings of one environment, checked before anything is edited.

use std::sync::Arc;

use crate::autoscaling::AutoscalingSettings;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::environment::Environment;
use crate::layer::{Layer, LayerName};
use crate::manifest::{Manifest, Workload};
use crate::span::Span;
use crate::value::{Map, Node};
use crate::yaml::{Style, write_with};

/// The key of a layer that is to change.
const SETTINGS: &str = "autoscaling_settings";

/// Settings to write for a workload in an environment, and what is written there now.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The workload, as it was read.
    pub workload: &'a Workload,
    /// The environment, which may have no overrides yet.
    pub environment: &'a Environment,
    /// The settings to write.
    pub settings: AutoscalingSettings,
    /// What the overrides of the environment say now.
    pub current: AutoscalingSettings,
}

impl<'a> Request<'a> {
    /// Checks what is asked for.
    ///
    /// # Errors
    /// `amend::no-workload` where the manifest has none of this name; `amend::settings` where a
    /// setting is out of its range, or what would be effective contradicts itself.
    pub fn new(
        manifest: &'a Manifest,
        workload: &str,
        environment: &'a Environment,
        settings: &AutoscalingSettings,
    ) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::about(Arc::clone(&manifest.files));
        let Some(workload) = manifest
            .workloads
            .iter()
            .find(|known| known.name == workload)
        else {
            let message = format!("there is no workload `{workload}` to write settings for");
            let names: Vec<_> = manifest
                .workloads
                .iter()
                .map(|known| &*known.name)
                .collect();
            let problem = Diagnostic::error("amend::no-workload", message);
            problems.push(problem.expected(format!("one of {}", names.join(", "))));
            return Err(problems);
        };
        let written = |name: &LayerName| {
            let layer = workload.layers.named(name)?;
            layer
                .settings
                .get(SETTINGS)
                .map(AutoscalingSettings::from_node)
        };
        let layer = LayerName::Environment(environment.clone());
        let request = Self {
            workload,
            environment,
            settings: *settings,
            current: written(&layer).unwrap_or_default(),
        };
        let base = written(&LayerName::Base).unwrap_or_default();
        request.check(&base, &mut problems);
        problems.unless_errors(request).map(|(request, _)| request)
    }

    /// What the overrides of the environment are to say: what they say now, and what is asked for.
    #[must_use]
    pub fn whole(&self) -> AutoscalingSettings {
        self.current.overlaid(&self.settings)
    }

    /// The settings whose lines change, in the order in which they are shown.
    #[must_use]
    pub fn changes(&self) -> AutoscalingSettings {
        let mut changes = self.settings;
        for (field, value) in self.current.written() {
            if self.settings.get(field.name) == Some(value) {
                changes.set(field.name, None);
            }
        }
        changes
    }

    /// Where the overrides of the environment are written, or else what they override.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        let layers = &self.workload.layers;
        let environment = layers.named(&LayerName::Environment(self.environment.clone()));
        let layer = environment.or_else(|| layers.named(&LayerName::Base));
        layer.and_then(|layer| layer.span)
    }

    fn check(&self, base: &AutoscalingSettings, problems: &mut Diagnostics) {
        for (field, value) in self.settings.written() {
            let (low, high) = field.range;
            if !(low..=high).contains(&value) {
                let message = format!("{} cannot be {value}", field.name);
                let problem = Diagnostic::error("amend::settings", message);
                problems.push(problem.expected(match field.range {
                    (low, u32::MAX) => format!("at least {low}"),
                    (low, high) => format!("{low} to {high}"),
                }));
            }
        }
        let effective = base.overlaid(&self.whole());
        if let (Some(min), Some(max)) = (effective.min_replicas, effective.max_replicas)
            && min > max
        {
            let environment = self.environment;
            let message = format!(
                "in environment `{environment}` max_replicas would be {max}, and min_replicas {min}"
            );
            let problem = Diagnostic::error("amend::settings", message);
            problems.push(problem.hint("write both of them"));
        }
    }

    /// Whether a workload is what was read with just these settings in it: the environment's
    /// overrides say what they are to say, and nothing else says anything else.
    #[must_use]
    pub fn is_met_by(&self, after: &Workload) -> bool {
        let environment = LayerName::Environment(self.environment.clone());
        let Some(changed) = after.layers.named(&environment) else {
            return false;
        };
        let settings = changed.settings.get(SETTINGS);
        let is_whole = settings.map(AutoscalingSettings::from_node) == Some(self.whole());
        let [was, is] = [self.workload, after].map(|workload| self.others(workload, &environment));
        is_whole && after.name == self.workload.name && was == is
    }

    /// Whether a manifest is what was read, with just these settings in it.
    #[must_use]
    pub fn is_met_in(&self, before: &Manifest, after: &Manifest) -> bool {
        let pairs = before.workloads.iter().zip(&after.workloads);
        let mut same = pairs.map(|(before, after)| {
            if before.name == self.workload.name {
                return self.is_met_by(after);
            }
            let [was, is] = [before, after].map(|workload| -> Vec<String> {
                let layers = workload.layers.iter();
                layers
                    .map(|layer| written(&layer.name, &layer.settings))
                    .collect()
            });
            before.name == after.name && was == is
        });
        before.workloads.len() == after.workloads.len()
            && before.name == after.name
            && same.all(|same| same)
    }

    /// What all layers say that must not change.
    fn others(&self, workload: &Workload, environment: &LayerName) -> Vec<String> {
        let layers = workload.layers.iter();
        let mut said: Vec<_> = layers
            .map(|layer| self.rest(workload, layer, environment))
            .collect();
        if workload.layers.named(environment).is_none() {
            said.push(written(environment, &Node::from(Map::new())));
        }
        // A new environment may stand anywhere among the others.
        said.sort();
        said
    }

    /// What a layer says that must not change.
    fn rest(&self, workload: &Workload, layer: &Layer, environment: &LayerName) -> String {
        let mut settings = layer.settings.clone();
        if let Some(map) = settings.as_map_mut() {
            if layer.name == *environment {
                map.remove(SETTINGS);
            } else if layer.name == LayerName::Base
                && let Some(key) = workload.rules.overrides_key()
            {
                map.remove(key);
            }
        }
        written(&layer.name, &settings)
    }
}

/// Written, because a float that is no number is not equal to itself.
fn written(name: &LayerName, settings: &Node) -> String {
    let settings = write_with(settings, Style { sort_keys: true });
    format!("{name}:\n{settings}")
}
