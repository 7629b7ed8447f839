//! Documents: what crosses the border as JSON, and the way from the core's types and back.
//!
//! What is read is checked: places are within their files, texts and trees within their bounds. A
//! reader passes over members that it does not know, so that documents may grow.

mod diagnostics;
mod effective;
mod failure;
mod manifest;
mod node;
mod release;
mod settings;

pub use diagnostics::{Files, Said, SpanDocument};
pub use effective::EffectiveDocument;
pub use failure::{DeployFailure, FactoryFailure, IoFailure};
pub use manifest::{LayerDocument, ManifestDocument, WorkloadDocument};
pub use node::NodeDocument;
pub use release::{FileDocument, PackageDocument, Refusal, ReleaseDocument, context, files};
pub use settings::{
    Amended, AmendmentAsked, Entry, Finished, Keys, Merged, Registered, ResolveAsked, Resolved,
};
