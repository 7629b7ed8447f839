//! Where a path of a source leads to: into its tree, or out of it.

use std::io;
use std::sync::Arc;

use plimsoll_core::tree::SourceTree;

/// A path in a tree.
pub(super) struct Place {
    pub(super) tree: Arc<dyn SourceTree>,
    pub(super) path: String,
}

impl Place {
    /// The file that a path names which is relative to the root of a tree, and may lead out of it.
    ///
    /// # Errors
    /// When it leads out of the tree to where there is no folder.
    pub(super) fn of(tree: &Arc<dyn SourceTree>, path: &str) -> io::Result<Self> {
        if stays(tree, path) {
            return Ok(Self {
                tree: Arc::clone(tree),
                path: path.to_owned(),
            });
        }
        let (folder, name) = match path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some((folder, name)) => (folder, name),
            None => (".", path),
        };
        Ok(Self {
            tree: tree.outside(folder)?,
            path: name.to_owned(),
        })
    }

    /// As [`of`](Self::of), for a folder.
    ///
    /// # Errors
    /// When it leads out of the tree to where there is no folder.
    pub(super) fn of_folder(tree: &Arc<dyn SourceTree>, path: &str) -> io::Result<Self> {
        if stays(tree, path) {
            return Self::of(tree, path);
        }
        Ok(Self {
            tree: tree.outside(path)?,
            path: String::new(),
        })
    }
}

/// Whether a path is one of the tree: any other is no valid argument to it.
fn stays(tree: &Arc<dyn SourceTree>, path: &str) -> bool {
    !matches!(tree.entry(path), Err(error) if error.kind() == io::ErrorKind::InvalidInput)
}
