//! Manifests as documents. The rules of workloads cross beside them, as objects.

use std::sync::Arc;

use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{Layer, LayerName, Layers};
use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::span::{FileId, SourceMap};
use serde::{Deserialize, Serialize};

use super::{Files, NodeDocument, Said};

/// One set of settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerDocument {
    name: Name,
    settings: NodeDocument,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    Defaults,
    Global,
    Base,
    Environment(Environment),
    Flags,
}

impl LayerDocument {
    /// Writes a workload's layers.
    #[must_use]
    pub fn of(layers: &Layers) -> Vec<Self> {
        let layer = |layer: &Layer| Self {
            name: match &layer.name {
                LayerName::Defaults => Name::Defaults,
                LayerName::Global => Name::Global,
                LayerName::Base => Name::Base,
                LayerName::Environment(environment) => Name::Environment(environment.clone()),
                LayerName::Flags => Name::Flags,
            },
            settings: NodeDocument::of(&layer.settings),
        };
        // The first is the built-in one, with which every stack begins.
        layers.iter().skip(1).map(layer).collect()
    }

    /// Reads a workload's layers, whose places are in these files.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(layers: Vec<Self>, files: &SourceMap) -> Result<Layers, String> {
        let mut stack = Layers::new();
        for layer in layers {
            let name = match layer.name {
                Name::Defaults => LayerName::Defaults,
                Name::Global => LayerName::Global,
                Name::Base => LayerName::Base,
                Name::Environment(environment) => LayerName::Environment(environment),
                Name::Flags => LayerName::Flags,
            };
            stack.push(name, layer.settings.read(files)?);
        }
        Ok(stack)
    }
}

/// One workload, without its rules.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WorkloadDocument {
    name: String,
    layers: Vec<LayerDocument>,
}

impl WorkloadDocument {
    /// Writes a workload.
    #[must_use]
    pub fn of(workload: &Workload) -> Self {
        Self {
            name: workload.name.clone(),
            layers: LayerDocument::of(&workload.layers),
        }
    }

    /// Reads a workload, whose places are in these files.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(
        self,
        rules: Arc<dyn WorkloadRules>,
        files: &SourceMap,
    ) -> Result<Workload, String> {
        Ok(Workload {
            name: self.name,
            layers: LayerDocument::read(self.layers, files)?,
            rules,
        })
    }
}

/// A manifest, without the rules of its workloads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManifestDocument {
    kind: ManifestKind,
    name: Option<String>,
    workloads: Vec<WorkloadDocument>,
    files: Files,
    main_file: Option<u32>,
    diagnostics: Vec<Said>,
}

impl ManifestDocument {
    /// Writes a manifest.
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        Self {
            kind: manifest.kind,
            name: manifest.name.clone(),
            workloads: manifest
                .workloads
                .iter()
                .map(WorkloadDocument::of)
                .collect(),
            files: Files::of(&manifest.files),
            main_file: manifest.main_file.map(FileId::index),
            diagnostics: Said::of(&manifest.diagnostics.items),
        }
    }

    /// Reads a manifest, with the rules of its workloads in their order.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(self, rules: Vec<Arc<dyn WorkloadRules>>) -> Result<Manifest, String> {
        let files = self.files.read();
        let (workloads, ruled) = (self.workloads.len(), rules.len());
        if workloads == 0 {
            return Err("a manifest of no workload".to_owned());
        }
        if workloads != ruled {
            return Err(format!("{workloads} workloads with {ruled} sets of rules"));
        }
        let pairs = self.workloads.into_iter().zip(rules);
        let workloads = pairs.map(|(workload, rules)| workload.read(rules, &files));
        let main_file = self.main_file.and_then(FileId::from_index);
        Ok(Manifest {
            kind: self.kind,
            name: self.name,
            workloads: workloads.collect::<Result<_, _>>()?,
            main_file: main_file.filter(|file| files.get(*file).is_some()),
            diagnostics: Said::read(self.diagnostics, &files)?,
            files,
        })
    }
}
