//! Manifests: what a source yields.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostics;
use crate::layer::Layers;
use crate::rules::WorkloadRules;
use crate::span::{FileId, SourceMap};

/// What kind of thing a manifest describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ManifestKind {
    /// One model, packaged as a Truss.
    Truss,
    /// Several chainlets that call one another.
    Chain,
    /// A load test of several endpoints.
    LoadTest,
}

impl fmt::Display for ManifestKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Truss => "truss",
            Self::Chain => "chain",
            Self::LoadTest => "load-test",
        })
    }
}

/// What a source yields: kind, name, workloads, files.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// What it describes.
    pub kind: ManifestKind,
    /// Its name, where the source gives one.
    pub name: Option<String>,
    /// The things it scales, in the order written, but a chain's entrypoint first; at least one.
    pub workloads: Vec<Workload>,
    /// The files that the spans point into.
    pub files: Arc<SourceMap>,
    /// The file to name when the whole manifest is meant.
    pub main_file: Option<FileId>,
    /// What there is to say about the input that does not refuse it.
    pub diagnostics: Diagnostics,
}

/// One thing that is scaled: a model, a chainlet, an endpoint.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name, unique in its manifest.
    pub name: String,
    /// Its sets of settings, weakest first.
    pub layers: Layers,
    /// What its kind knows about settings.
    pub rules: Arc<dyn WorkloadRules>,
}
