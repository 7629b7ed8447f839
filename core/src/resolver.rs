//! `OverrideResolver`: what is effective in an environment.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::effective::Effective;
use crate::environment::Environment;
use crate::manifest::Workload;
use crate::span::SourceMap;

/// Resolves the layers of a workload for an environment.
///
/// # Contract
/// - Pure: the same workload and environment give the same settings.
/// - Merges raw layers, in which what is not written is absent, and checks the merged whole by
///   ending in [`Effective::checked`]. A value that equals a default still overrides.
/// - Keeps the origin of every value that it carries over.
/// - No environment means the base. An environment that the workload does not override is the base
///   too, and a note says so; a warning names the nearest one when it looks misspelt.
/// - Resolving what is resolved changes nothing.
pub trait OverrideResolver: Send + Sync {
    /// Resolves. `files` are those that the places of the workload point into.
    ///
    /// # Errors
    /// Everything that is wrong with the merged whole.
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics>;

    /// Warns of environments, other than the one asked for, that would not resolve. It looks at the
    /// keys that environments override alone, so that many environments cost little each; whoever
    /// resolves every environment has no use for it. The default says nothing.
    fn other_environments(
        &self,
        workload: &Workload,
        asked_for: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Vec<Diagnostic> {
        let _ = (workload, asked_for, files);
        Vec::new()
    }
}
