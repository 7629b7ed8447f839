//! Which file of a tree is the chain.

use std::io;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::source::Confidence;
use plimsoll_core::tree::{EntryKind, SourceTree};

use crate::python::load::MAX_SOURCE_BYTES;

/// Names that the file of a chain often has.
const USUAL: [&str; 3] = ["chain.py", "main.py", "app.py"];

/// How sure it is that a tree is a chain.
pub(crate) fn probe(tree: &dyn SourceTree) -> Confidence {
    if let Some(file) = tree.focus() {
        return match () {
            () if !file.ends_with(".py") => Confidence::No,
            () if text(tree, file).is_some_and(|text| text.contains("truss_chains")) => {
                Confidence::Certain
            }
            () => Confidence::Maybe,
        };
    }
    let sources = sources(tree).unwrap_or_default();
    let usual = USUAL
        .iter()
        .find(|name| sources.iter().any(|source| source == *name));
    let first = usual
        .map(|name| (*name).to_owned())
        .or_else(|| sources.first().cloned());
    match first.and_then(|file| text(tree, &file)) {
        Some(text) if marks_entrypoint(&text) => Confidence::Certain,
        Some(text) if text.contains("truss_chains") => Confidence::Likely,
        Some(_) if sources.len() > 1 => Confidence::Maybe,
        _ => Confidence::No,
    }
}

/// The file with the entrypoint: the one that the user named, or the one at the root that marks it.
///
/// # Errors
/// When there is none, or several.
pub(crate) fn main_file(tree: &dyn SourceTree) -> Result<String, Diagnostics> {
    if let Some(file) = tree.focus() {
        return Ok(file.to_owned());
    }
    let sources = sources(tree).map_err(|error| {
        let message = format!("cannot read {}: {error}", tree.display(""));
        Diagnostics::of(Diagnostic::error("chain::unreadable", message))
    })?;
    let marking: Vec<String> = sources
        .into_iter()
        .filter(|file| text(tree, file).is_some_and(|text| marks_entrypoint(&text)))
        .collect();
    let shown = tree.display("");
    match marking.as_slice() {
        [file] => Ok(file.clone()),
        [] => {
            let message = format!("no Python file in {shown} marks the entrypoint of a chain");
            let problem = Diagnostic::error("chain::no-file", message);
            Err(Diagnostics::of(
                problem.hint("name the file of the chain, or mark its entrypoint"),
            ))
        }
        several => {
            let message = format!(
                "several files in {shown} mark an entrypoint: {}",
                several.join(", ")
            );
            let problem = Diagnostic::error("chain::several-files", message);
            Err(Diagnostics::of(problem.hint(format!(
                "name one of them: {}",
                tree.display(&several[0])
            ))))
        }
    }
}

/// The Python files at the root.
fn sources(tree: &dyn SourceTree) -> io::Result<Vec<String>> {
    let entries = tree.list("")?.into_iter();
    let is_file = |kind| matches!(kind, EntryKind::File { .. } | EntryKind::Symlink);
    let sources = entries
        .filter(|entry| entry.name.ends_with(".py") && is_file(entry.kind))
        .map(|entry| entry.name)
        .collect();
    Ok(sources)
}

fn text(tree: &dyn SourceTree, file: &str) -> Option<String> {
    // To open a pipe is to wait for who writes to it.
    let kind = tree.entry(file).ok().flatten()?;
    if !matches!(kind, EntryKind::File { .. } | EntryKind::Symlink) {
        return None;
    }
    let bytes = tree.read(file, MAX_SOURCE_BYTES).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a line decorates something with `mark_entrypoint`, by whatever name of its module.
fn marks_entrypoint(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| {
        line.strip_prefix('@').is_some_and(|decorator| {
            let name = decorator.split(['(', '#', ' ']).next().unwrap_or_default();
            name.rsplit('.').next() == Some("mark_entrypoint")
        })
    })
}
