//! `replace`: an environment replaces whole blocks.

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::Workload;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::span::SourceMap;

use crate::select::resolve;

/// An overridable key that the environment has replaces the whole value below it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replace;

impl OverrideResolver for Replace {
    fn resolve(
        &self,
        workload: &Workload,
        environment: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Result<Effective, Diagnostics> {
        resolve(workload, environment, files, |weaker, stronger| {
            *weaker = stronger.clone();
        })
    }
}
