//! `ConfigSource`: where configuration comes from.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::amendment::Amendment;
use crate::autoscaling::AutoscalingSettings;
use crate::context::{BuildContext, Package};
use crate::diagnostic::Diagnostics;
use crate::effective::Effective;
use crate::environment::Environment;
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

    /// Puts autoscaling settings of a workload into the overrides that an environment has in the
    /// user's own file, as data: nothing is written. A setting that is `None` stays as it is.
    ///
    /// What comes of it has been read again: in the environment the settings are what is asked for,
    /// everything else says what it said, and no line is touched but those that hold the settings.
    /// Where the file says all of it already, the amendment is empty. The manifest must be what was
    /// loaded from this tree.
    ///
    /// # Errors
    /// When the settings contradict themselves or the base, and when they cannot be written without
    /// a change of anything else; a hint then has the lines to write by hand. The default is a
    /// source that cannot write settings.
    fn amend(
        &self,
        _tree: &Arc<dyn SourceTree>,
        manifest: &Manifest,
        _workload: &str,
        _environment: &Environment,
        _settings: &AutoscalingSettings,
    ) -> Result<Amendment, Diagnostics> {
        Err(Amendment::unsupported(manifest.kind))
    }
}
