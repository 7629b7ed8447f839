//! A folder of a tree, as a tree of its own.

use std::io;
use std::sync::Arc;

use plimsoll_core::tree::{DirEntry, EntryKind, SourceTree};

/// A folder of a tree.
#[derive(Clone, Debug)]
struct SubTree {
    tree: Arc<dyn SourceTree>,
    /// The folder, with a slash at its end.
    prefix: String,
}

/// The folder at a path that the configuration names, which may lead out of the tree.
///
/// # Errors
/// When there is no folder.
pub(crate) fn folder(tree: &Arc<dyn SourceTree>, path: &str) -> io::Result<Arc<dyn SourceTree>> {
    if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        return tree.outside(path);
    }
    if path.is_empty() {
        return Ok(Arc::new(SubTree {
            tree: Arc::clone(tree),
            prefix: String::new(),
        }));
    }
    match tree.entry(path)? {
        Some(EntryKind::Directory) => Ok(Arc::new(SubTree {
            tree: Arc::clone(tree),
            prefix: format!("{path}/"),
        })),
        Some(_) => Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            format!("{path} is no folder"),
        )),
        None => Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("there is no folder {path}"),
        )),
    }
}

impl SubTree {
    fn full(&self, path: &str) -> String {
        if path.is_empty() {
            self.prefix.trim_end_matches('/').to_owned()
        } else {
            format!("{}{path}", self.prefix)
        }
    }
}

impl SourceTree for SubTree {
    fn display(&self, path: &str) -> String {
        self.tree.display(&self.full(path))
    }

    fn focus(&self) -> Option<&str> {
        None
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        self.tree.entry(&self.full(path))
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        self.tree.list(&self.full(path))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        self.tree.open(&self.full(path))
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        if path.starts_with('/') {
            return self.tree.outside(path);
        }
        folder(&self.tree, &crate::python::below(&self.prefix, path))
    }
}
