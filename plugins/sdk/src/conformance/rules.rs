//! The rules of the workloads that the kit makes.

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::layer::Layers;
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::value::Node;

/// The key below which environments are written.
pub(super) const OVERRIDES: &str = "environment_overrides";

/// The code of what these rules refuse.
pub(super) const MIN_ABOVE_MAX: &str = "kit::min-above-max";

/// Rules that take everything as it is, and refuse a minimum of replicas above their maximum.
#[derive(Clone, Copy, Debug)]
pub(super) struct KitRules;

impl WorkloadRules for KitRules {
    fn overridable(&self) -> &'static [&'static str] {
        &["resources", "autoscaling_settings"]
    }

    fn overrides_key(&self) -> Option<&'static str> {
        Some(OVERRIDES)
    }

    fn finish(&self, merged: Node, _: &Layers, diagnostics: &mut Diagnostics) -> Node {
        let setting = |name: &str| merged.get("autoscaling_settings")?.get(name);
        let (min, max) = (setting("min_replicas"), setting("max_replicas"));
        if let (Some(min), Some(max)) = (min, max)
            && min.as_i64() > max.as_i64()
        {
            let message = "min_replicas is above max_replicas";
            let problem = Diagnostic::error(MIN_ABOVE_MAX, message);
            diagnostics.push(problem.at(min.span()).also(max.span(), "the maximum"));
        }
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }

    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}
