//! `ConfigSource`: where configuration comes from.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::context::{BuildContext, Package};
use crate::diagnostic::Diagnostics;
use crate::effective::Effective;
use crate::manifest::Manifest;
use crate::tree::SourceTree;

/// How sure a source is that a tree is of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It is not.
    No,
    /// It could be read, but nothing marks it as of this kind.
    Maybe,
    /// It looks like one: a file name or a key that only this kind has.
    Likely,
    /// It is one.
    Certain,
}

/// Reads configuration of one kind.
///
/// # Contract
/// - Reading never executes what it reads, and does no I/O but through the tree.
/// - [`probe`](Self::probe) is cheap (at most one file is read) and never fails.
/// - [`load`](Self::load) reports everything that is wrong at once: every wrong value, and what is
///   wrong across those that are sound. A manifest that it yields has at least one workload, and
///   every layer of every workload is valid by itself.
/// - Everything that is written is carried, also what this kind does not know.
/// - The same bytes give the same manifest.
pub trait ConfigSource: Send + Sync {
    /// Says whether this tree is of this kind.
    fn probe(&self, tree: &dyn SourceTree) -> Confidence;

    /// Reads the tree.
    ///
    /// # Errors
    /// Everything that is wrong with the input.
    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics>;

    /// The JSON Schema (2020-12) of what this source reads, for editors; `None` where it has none.
    fn schema(&self) -> Option<Json> {
        None
    }

    /// Gathers what a platform is sent: the configuration, and the files an image is built from.
    ///
    /// # Errors
    /// When the files cannot be gathered, or the configuration is one that a platform refuses.
    fn package(
        &self,
        tree: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics>;

    /// The files as the user wrote them, where a platform keeps those beside what is built; `None`
    /// where the build contexts hold all there is.
    ///
    /// # Errors
    /// When the files cannot be gathered.
    fn written(&self, _tree: &Arc<dyn SourceTree>) -> Result<Option<BuildContext>, Diagnostics> {
        Ok(None)
    }
}
