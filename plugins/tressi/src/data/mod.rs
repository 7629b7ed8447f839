//! `data`: the file whose rows fill the places of a request.
//!
//! Its columns are looked at when a load test is read and packaged; its rows are read by what runs
//! it, from the build context.

mod columns;

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::sync::Arc;

use plimsoll_core::context::{Content, ContextFile};
use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::tree::{EntryKind, SourceTree};
use plimsoll_core::value::Node;

use crate::template::{for_each_place, is_built_in};
use columns::{LONGEST, columns};

/// The ends of the names of files that are read: CSV, and JSON lines by both of their names.
pub(crate) const FORMATS: [&str; 3] = ["csv", "jsonl", "ndjson"];

/// A data file that is there, and has columns.
#[derive(Clone, Debug)]
pub(crate) struct DataFile {
    /// Its path in the tree.
    pub(crate) path: String,
    len: u64,
    columns: Vec<String>,
}

/// What is known of data files, so that what many endpoints share is looked at once.
type Known = BTreeMap<String, Result<DataFile, Fault>>;

/// Why a file is of no use. Boxed, as most are.
type Fault = Box<Diagnostic>;

/// Looks at data files of a tree.
pub(crate) struct DataFiles<'a> {
    tree: &'a Arc<dyn SourceTree>,
    known: Known,
}

impl<'a> DataFiles<'a> {
    pub(crate) fn of(tree: &'a Arc<dyn SourceTree>) -> Self {
        let known = Known::new();
        Self { tree, known }
    }

    /// The data file of an endpoint, given its layers, weakest first; `None` where it has none.
    ///
    /// # Errors
    /// Everything that is wrong with it, and with the places that it is to fill.
    pub(crate) fn find(&mut self, layers: &[&Node]) -> Result<Option<DataFile>, Vec<Diagnostic>> {
        let written = layers.iter().rev().find_map(|layer| layer.get("data"));
        let Some((written, path)) = written.and_then(|node| Some((node, node.as_str()?))) else {
            return Ok(None);
        };
        let tree = &**self.tree;
        let file = match self.known.get(path) {
            Some(known) => known.clone(),
            None => {
                let looked = look(tree, path);
                self.known.insert(path.to_owned(), looked.clone());
                looked
            }
        };
        let file = file.map_err(|problem| vec![problem.at(written.span())])?;
        let mut problems = Vec::new();
        for layer in layers {
            for_each_place(layer, &mut |text, name| {
                if !is_built_in(name) && !file.columns.iter().any(|column| column == name) {
                    problems.push(file.no_column(name, text, written));
                }
            });
        }
        problems.sort_by_key(|problem| problem.primary.as_ref().map(|label| label.span));
        match problems.is_empty() {
            true => Ok(Some(file)),
            false => Err(problems),
        }
    }
}

impl DataFile {
    /// The file for the build context of an endpoint.
    pub(crate) fn in_context(&self, tree: &Arc<dyn SourceTree>) -> ContextFile {
        ContextFile {
            path: self.path.clone(),
            len: self.len,
            executable: false,
            content: Content::Tree(Arc::clone(tree), self.path.clone()),
        }
    }

    fn no_column(&self, name: &str, text: &Node, written: &Node) -> Diagnostic {
        let message = format!("`{{{{{name}}}}}`: {} has no column `{name}`", self.path);
        let columns = self.columns.iter().map(String::as_str);
        Diagnostic::error("load-test::no-column", message)
            .at(text.span())
            .also(written.span(), "the data")
            .expected(format!("one of {}", self.columns.join(", ")))
            .maybe_hint(did_you_mean(name, columns))
    }
}

fn unreachable(message: String) -> Diagnostic {
    let expected = "a file in the folder of the load test, or below it";
    Diagnostic::error("load-test::data-file", message).expected(expected)
}

/// Looks at the file that a load test names, without saying where it names it.
fn look(tree: &dyn SourceTree, written: &str) -> Result<DataFile, Fault> {
    let Some(path) = below(tree, written) else {
        let message = format!("`data`: {written:?} leads out of the folder that is read");
        return Err(unreachable(message).into());
    };
    let shown = tree.display(&path);
    let cannot = |error: &io::Error| unreachable(format!("cannot read {shown}: {error}"));
    // A link may lead to what the author of the load test may not read, and whoever runs it may.
    let ends = path.match_indices('/').map(|(end, _)| end);
    for end in ends.chain([path.len()]) {
        let part = &path[..end];
        if let Ok(Some(EntryKind::Symlink)) = tree.entry(part) {
            let message = format!(
                "`data`: {} is a link, and is not followed",
                tree.display(part)
            );
            return Err(unreachable(message)
                .hint("put the file itself there")
                .into());
        }
    }
    let len = match tree.entry(&path) {
        Ok(Some(EntryKind::File { len, .. })) => len,
        Ok(Some(_)) => return Err(unreachable(format!("`data`: {shown} is no file")).into()),
        Ok(None) => return Err(missing(tree, &shown).into()),
        Err(error) => return Err(cannot(&error).into()),
    };
    let mut head = Vec::new();
    let read = tree
        .open(&path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut head));
    read.map_err(|error| cannot(&error))?;
    match columns(&path, &head) {
        Ok(columns) => Ok(DataFile { path, len, columns }),
        Err(problem) => {
            let message = format!("`data`: {shown} {}", problem.message);
            let diagnostic = Diagnostic::error("load-test::data-format", message);
            Err(diagnostic.expected(problem.expected).into())
        }
    }
}

fn missing(tree: &dyn SourceTree, shown: &str) -> Diagnostic {
    let address = tree.focus().map(|focus| tree.display(focus));
    match address.filter(|address| address.contains("://")) {
        Some(address) => {
            let message = format!("`data`: {shown} cannot be reached: {address} is fetched alone");
            unreachable(message).hint("save both files in one folder, and name the load test there")
        }
        None => unreachable(format!("`data`: there is no {shown}")),
    }
}

/// A path from the folder of the load test as one of the tree; `None` where it leads out of it.
fn below(tree: &dyn SourceTree, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = tree.focus().unwrap_or_default().split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
