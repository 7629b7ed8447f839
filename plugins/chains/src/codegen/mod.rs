//! Code generation: a chainlet as a Truss of its own.
//!
//! The Truss of a chainlet with code is its `config.yaml`, `model/model.py`, which runs it under the
//! Truss server with the runtime of `truss_chains`, `packages/` with the folder of the chain, and what
//! Python installs. The same source gives the same bytes.
//!
//! What only settings are is left out of the packaged sources (`plain`), so that a change of it builds
//! nothing.
//!
//! Not as the real generation: there is no `packages/_model_dbg.py`, a second copy of the model for
//! debuggers; what is left out of `packages/` is what a Truss's `.truss_ignore`, or else the built-in
//! list, leaves out of the archive.

mod config;
mod model;
mod module;
mod plain;
mod requirements;
mod workspace;

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_core::context::{BuildContext, ContextFile, Package};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::digest::CONFIG_PATH;
use plimsoll_core::effective::Effective;
use plimsoll_core::tree::SourceTree;

use crate::chain::{Body, Chain, Chainlet, Code};
use crate::subtree::folder;

pub use workspace::MARKER_FILE;
pub(crate) use workspace::without_generated;

/// What a platform is sent of the chainlet at a position of a chain.
///
/// # Errors
/// When its files cannot be gathered, or cannot be what Python imports.
pub(crate) fn package(
    tree: &Arc<dyn SourceTree>,
    chain: &Chain,
    chainlet: usize,
    effective: &Effective,
) -> Result<Package, Diagnostics> {
    let Some(chainlet) = chain.chainlets.get(chainlet) else {
        let message = format!("the chain has no chainlet {chainlet}");
        return Err(Diagnostics::of(Diagnostic::error(
            "chain::no-chainlet",
            message,
        )));
    };
    let raw_config = Some(config::written(chainlet, effective).into());
    let named = Some(chainlet.class.clone());
    if let Body::Truss { dir } = &chainlet.body {
        let truss = folder(tree, dir).map_err(|error| {
            let message = format!("the Truss of `{}`, {dir:?}: {error}", chainlet.class);
            let problem = Diagnostic::error("chain::unreadable", message);
            Diagnostics {
                files: Arc::clone(&chain.files),
                items: vec![problem.at(Some(chainlet.span))],
            }
        })?;
        let package = plimsoll_truss::package(&truss, effective)?;
        return Ok(Package {
            config: config::sent(chainlet, &config::packaged(effective)),
            raw_config,
            folder: named,
            ..package
        });
    }
    let mut said = Vec::new();
    let mut files = match &chainlet.body {
        Body::Code(code) => code_files(tree, chain, chainlet, code, effective, &mut said),
        Body::Engine | Body::Truss { .. } => Vec::new(),
    };
    let config = config::packaged(effective);
    let text = config::archived(chainlet, effective, &config);
    files.push(ContextFile::of_bytes(CONFIG_PATH, text.into_bytes()));
    let context = BuildContext::new(files).unwrap_or_else(|error| {
        said.push(Diagnostic::error("chain::archive-path", error.to_string()));
        BuildContext::default()
    });
    let mut diagnostics = Diagnostics::about(Arc::clone(&chain.files));
    diagnostics.absorb(said);
    let (config, diagnostics) = diagnostics.unless_errors(config::sent(chainlet, &config))?;
    Ok(Package {
        config,
        raw_config,
        context,
        folder: named,
        diagnostics,
    })
}

/// The files of a chainlet with code, less its configuration.
fn code_files(
    tree: &Arc<dyn SourceTree>,
    chain: &Chain,
    chainlet: &Chainlet,
    code: &Code,
    effective: &Effective,
    said: &mut Vec<Diagnostic>,
) -> Vec<ContextFile> {
    let mut files = workspace::files(tree, chain, chainlet, code, effective, said);
    match requirements::files(tree, chainlet, &code.image) {
        Ok(more) => files.extend(more),
        Err(problem) => said.push(*problem),
    }
    files.push(ContextFile::of_bytes("model/__init__.py", *b""));
    if let Some(modules) = modules(chain, chainlet, code, said) {
        for index in modules.keys() {
            if let Some(imported) = chain.chainlets.get(*index) {
                workspace::check_packaged(chain, imported, &files, said);
            }
        }
        let model = model::text(chain, chainlet, code, &modules);
        files.push(ContextFile::of_bytes("model/model.py", model.into_bytes()));
    }
    files
}

/// The module of every chainlet that the model of one imports, by its position: its own, and those
/// of the ones it calls that have a signature. `None` when one cannot be imported.
fn modules(
    chain: &Chain,
    chainlet: &Chainlet,
    code: &Code,
    said: &mut Vec<Diagnostic>,
) -> Option<BTreeMap<usize, String>> {
    let mut modules = BTreeMap::new();
    let mut sound = true;
    let is_own = |other: &Chainlet| std::ptr::eq(other, chainlet);
    let called: Vec<usize> = model::called(code).collect();
    for (index, other) in chain.chainlets.iter().enumerate() {
        let has_signature = !matches!(other.body, Body::Truss { .. });
        if !(is_own(other) || called.contains(&index) && has_signature) {
            continue;
        }
        match module::of_chainlet(chain, other) {
            Ok(module) => {
                modules.insert(index, module);
            }
            Err(problem) => {
                said.push(*problem);
                sound = false;
            }
        }
    }
    sound.then_some(modules)
}

#[cfg(test)]
mod tests;
