//! `replace`: an environment replaces whole blocks.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::Workload;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::Node;

use crate::select::{other_environments, resolve};

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
        resolve(workload, environment, files, replace)
    }

    fn other_environments(
        &self,
        workload: &Workload,
        asked_for: Option<&Environment>,
        files: &Arc<SourceMap>,
    ) -> Vec<Diagnostic> {
        other_environments(workload, asked_for, files, replace)
    }
}

/// Puts a stronger value in the place of a weaker one.
fn replace(weaker: &mut Node, stronger: &Node) {
    *weaker = stronger.clone();
}
