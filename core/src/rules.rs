//! What a kind of workload knows about its own settings, so that resolvers need not.

use std::fmt;

use crate::diagnostic::Diagnostics;
use crate::layer::Layers;
use crate::value::Node;

/// The knowledge of a kind of workload (a Truss, a chainlet, an endpoint) about its settings.
///
/// A source attaches it to every workload it yields. Resolvers merge without knowing what the keys
/// mean; the source brings layers into a shape in which merging is right (an accelerator's short form
/// into its long one), and these rules check what came out.
pub trait WorkloadRules: Send + Sync + fmt::Debug {
    /// The top-level keys that a stronger layer may set. Below each, layers merge.
    fn overridable(&self) -> &'static [&'static str];

    /// The top-level keys of the finished whole that show what layers decide: as the overridable
    /// ones, unless finishing brings those into another shape.
    fn settings_keys(&self) -> &'static [&'static str] {
        self.overridable()
    }

    /// The top-level key of the base below which the overrides of environments are written, where
    /// there is one. The base keeps it; what is resolved for an environment has it no more.
    fn overrides_key(&self) -> Option<&'static str> {
        None
    }

    /// Checks the merged whole, and brings it into its final shape: typed values, only what is
    /// written. Says what is wrong in `diagnostics`; the layers are there to name places.
    fn finish(&self, merged: Node, layers: &Layers, diagnostics: &mut Diagnostics) -> Node;

    /// The finished whole with every default filled in.
    fn with_defaults(&self, finished: &Node) -> Node;

    /// The finished whole in its usual written form: what differs from the defaults, and what is
    /// always shown.
    fn compact(&self, finished: &Node) -> Node;
}
