//! `packages/` and `data/`: the folders that come with a chainlet.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;

use plimsoll_core::context::ContextFile;
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::effective::Effective;
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::Node;
use plimsoll_truss::Gatherer;

use super::module;
use super::plain::without_settings;
use crate::chain::{Chain, Chainlet, Code};
use crate::python::load::MAX_SOURCE_BYTES;
use crate::subtree::folder;

/// The file at the top of a folder that code generation wrote. Such a folder is no part of a
/// workspace, or every run would package what the last one wrote.
pub const MARKER_FILE: &str = ".plimsoll-codegen";

/// Where the server finds what the model imports.
const PACKAGES: &str = "packages";

/// Where the server finds data.
const DATA: &str = "data";

/// The workspace as `packages/`, with external packages in it, and `data/`.
pub(super) fn files(
    tree: &Arc<dyn SourceTree>,
    chain: &Chain,
    chainlet: &Chainlet,
    code: &Code,
    effective: &Effective,
    said: &mut Vec<Diagnostic>,
) -> Vec<ContextFile> {
    let root = module::workspace(chain);
    let mut gatherer = Gatherer::new(&**tree, root);
    gatherer.add_folder(tree, root, PACKAGES);
    let external = effective.config.get("external_package_dirs");
    for folder in external.and_then(Node::as_list).into_iter().flatten() {
        if let Some(folder) = folder.as_str() {
            gatherer.add_external(tree, folder, PACKAGES);
        }
    }
    if let Some(data) = &code.image.data_dir {
        match folder(tree, data) {
            Ok(data) => gatherer.add_folder(&data, "", DATA),
            Err(error) => {
                let message = format!("the data folder {data:?}: {error}");
                let problem = Diagnostic::error("chain::unreadable", message);
                said.push(problem.at(Some(chainlet.span)));
            }
        }
    }
    let (files, problems) = gatherer.into_parts();
    said.extend(problems);
    let files = without_generated(files, "packages/");
    let files: Vec<ContextFile> = files.into_iter().map(plain).collect();
    let packaged = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("packages/"));
    module::check_names(packaged, said);
    files
}

/// A source without what only settings are; any other file as it is.
fn plain(file: ContextFile) -> ContextFile {
    let is_source = file.path.starts_with(PACKAGES) && file.path.ends_with(".py");
    if !is_source || file.len > MAX_SOURCE_BYTES {
        return file;
    }
    let mut text = String::new();
    // One that cannot be read is said to be so by whoever reads them all.
    let read = file
        .open()
        .and_then(|mut source| source.read_to_string(&mut text));
    match read.ok().and_then(|_| without_settings(&text)) {
        Some(text) => ContextFile {
            executable: file.executable,
            ..ContextFile::of_bytes(&file.path, text.into_bytes())
        },
        None => file,
    }
}

/// Without the folders that code generation wrote below `root`, which ends with a `/` or is empty.
pub(crate) fn without_generated(mut files: Vec<ContextFile>, root: &str) -> Vec<ContextFile> {
    let generated: BTreeSet<String> = files
        .iter()
        .filter_map(|file| {
            let folder = file.path.strip_suffix(MARKER_FILE)?;
            (folder.ends_with('/') && folder.len() > root.len()).then(|| folder.to_owned())
        })
        .collect();
    files.retain(|file| !generated.iter().any(|folder| file.path.starts_with(folder)));
    files
}

/// Refuses to leave out the file of a chainlet that is imported.
pub(super) fn check_packaged(
    chain: &Chain,
    imported: &Chainlet,
    files: &[ContextFile],
    said: &mut Vec<Diagnostic>,
) {
    let file = &imported.file;
    let path = module::in_workspace(chain, file).map(|path| format!("{PACKAGES}/{path}"));
    let is_there = |path: String| files.iter().any(|file| file.path == path);
    if !path.is_some_and(is_there) {
        let message = format!("{file:?} is left out of what is packaged");
        said.push(
            Diagnostic::error("chain::left-out", message)
                .at(Some(imported.span))
                .hint("move it, or say in a .truss_ignore beside the chain what is left out"),
        );
    }
}
