//! The smaller documents: rules, resolving, amending, what is registered.

use std::sync::Arc;

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::environment::Environment;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Files, LayerDocument, ManifestDocument, NodeDocument, Said, WorkloadDocument};

/// The keys that rules know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keys {
    /// Those that a stronger layer may set.
    pub overridable: Vec<String>,
    /// Those of the finished whole that show what layers decide.
    pub settings: Vec<String>,
    /// The one below which overrides are written.
    pub overrides: Option<String>,
}

/// A merged whole, for rules to finish.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merged {
    /// The merged whole.
    pub merged: NodeDocument,
    /// The layers it was merged of.
    pub layers: Vec<LayerDocument>,
    /// The files that places are in.
    pub files: Files,
}

/// What rules made of a merged whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finished {
    /// The finished whole.
    pub finished: NodeDocument,
    /// What there is to say of it.
    pub said: Vec<Said>,
}

/// A workload to resolve.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResolveAsked {
    /// The workload.
    pub workload: WorkloadDocument,
    /// The environment; `None` for the base.
    pub environment: Option<Environment>,
    /// The files that places are in.
    pub files: Files,
}

/// What a resolver merged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resolved {
    /// The merged whole.
    pub merged: NodeDocument,
    /// The top-level keys that a layer of the environment sets.
    pub overridden: Vec<String>,
    /// What there is to say of it.
    pub said: Vec<Said>,
}

/// Settings to put into a user's text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AmendmentAsked {
    /// What was loaded.
    pub manifest: ManifestDocument,
    /// The workload.
    pub workload: String,
    /// The environment.
    pub environment: Environment,
    /// The settings.
    pub settings: AutoscalingSettings,
}

/// What becomes of a text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Amended {
    /// The file.
    pub path: String,
    /// Its text as it was read.
    pub before: Arc<str>,
    /// What is replaced: from one byte to another, by a text.
    pub edits: Vec<(usize, usize, String)>,
}

/// Something that a library registers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Registered {
    /// The plugin that has it.
    pub plugin: String,
    /// That plugin's version.
    pub version: String,
    /// What kind of thing it is, as in the metadata: `scaling-policy`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// The JSON Schema of its options.
    pub options_schema: Json,
}

/// An entry of a folder, or what is at a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The last part of its path; empty for the path that was asked for.
    #[serde(default)]
    pub name: String,
    /// `file`, `directory`, `symlink` or `other`.
    pub kind: String,
    /// The length of a file, in bytes.
    #[serde(default)]
    pub len: u64,
    /// Whether the owner of a file may execute it.
    #[serde(default)]
    pub executable: bool,
}
