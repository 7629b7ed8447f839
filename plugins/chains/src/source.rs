//! The source `chain`.

use std::sync::Arc;

use plimsoll_core::context::Package;
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::tree::SourceTree;

use crate::codegen;
use crate::find::probe;
use crate::read::{read, read_with_rules};

/// Reads chains from their Python source.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChainSource;

impl ConfigSource for ChainSource {
    fn probe(&self, tree: &dyn SourceTree) -> Confidence {
        probe(tree)
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        let (reading, diagnostics) = read_with_rules(tree)?;
        let chain = reading.chain;
        let main_file = chain.chainlets.first().map(|chainlet| chainlet.span.file);
        let workloads = chain.chainlets.into_iter().zip(reading.rules);
        Ok(Manifest {
            kind: ManifestKind::Chain,
            name: Some(chain.name),
            workloads: workloads
                .map(|(chainlet, rules)| Workload {
                    name: chainlet.display_name,
                    layers: chainlet.layers,
                    rules,
                })
                .collect(),
            files: chain.files,
            main_file,
            diagnostics,
        })
    }

    fn schema(&self) -> Option<serde_json::Value> {
        Some(crate::schema::config_schema())
    }

    fn package(
        &self,
        tree: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics> {
        let (chain, _) = read(tree)?;
        let named = |chainlet: &crate::chain::Chainlet| chainlet.display_name == effective.workload;
        let Some(chainlet) = chain.chainlets.iter().position(named) else {
            let message = format!("the chain has no chainlet `{}`", effective.workload);
            return Err(Diagnostics::of(Diagnostic::error(
                "chain::no-chainlet",
                message,
            )));
        };
        codegen::package(tree, &chain, chainlet, effective)
    }
}
