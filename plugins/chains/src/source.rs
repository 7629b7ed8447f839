//! The source `chain`.

use std::sync::Arc;

use plimsoll_core::amendment::{Amendment, Request};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::context::{BuildContext, Package};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
use plimsoll_core::source::{Confidence, ConfigSource};
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::Node;

use crate::amend::amend;
use crate::chain::Body;
use crate::codegen;
use crate::find::probe;
use crate::read::{read, read_with_rules};
use crate::subtree::folder;

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

    fn written(&self, tree: &Arc<dyn SourceTree>) -> Result<Option<BuildContext>, Diagnostics> {
        written(tree).map(Some)
    }

    fn amend(
        &self,
        tree: &Arc<dyn SourceTree>,
        manifest: &Manifest,
        workload: &str,
        environment: &Environment,
        settings: &AutoscalingSettings,
    ) -> Result<Amendment, Diagnostics> {
        let request = Request::new(manifest, workload, environment, settings)?;
        amend(tree, manifest, &request)
    }
}

/// The folder of the chain as it is written, and the external packages of its chainlets.
fn written(tree: &Arc<dyn SourceTree>) -> Result<BuildContext, Diagnostics> {
    let (chain, _) = read(tree)?;
    let root = chain
        .main_file
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let mut diagnostics = Diagnostics::about(Arc::clone(&chain.files));
    let mut external: Vec<String> = Vec::new();
    for layer in chain
        .chainlets
        .iter()
        .filter(|chainlet| !matches!(chainlet.body, Body::Truss { .. }))
        .flat_map(|chainlet| chainlet.layers.iter())
    {
        let folders = layer
            .settings
            .get("external_package_dirs")
            .and_then(Node::as_list);
        for folder in folders.into_iter().flatten().filter_map(Node::as_str) {
            let folder = if folder.starts_with('/') {
                folder.to_owned()
            } else {
                upward(root, folder)
            };
            if !external.contains(&folder) {
                external.push(folder);
            }
        }
    }
    let folder = match folder(tree, root) {
        Ok(folder) => folder,
        Err(error) => {
            let message = format!("cannot read {}: {error}", tree.display(root));
            diagnostics.push(Diagnostic::error("chain::unreadable", message));
            return Err(diagnostics);
        }
    };
    let (files, problems) = plimsoll_truss::gather(&folder, &external, "packages");
    diagnostics.absorb(problems);
    let files = codegen::without_generated(files, "");
    let context = BuildContext::new(files).unwrap_or_else(|error| {
        diagnostics.push(Diagnostic::error("chain::archive-path", error.to_string()));
        BuildContext::default()
    });
    diagnostics
        .unless_errors(context)
        .map(|(context, _)| context)
}

/// A path of the tree, seen from a folder of it.
fn upward(root: &str, path: &str) -> String {
    let up = "../".repeat(root.split('/').filter(|part| !part.is_empty()).count());
    format!("{up}{path}")
}
