//! A tree with another text in the place of one file.

use std::io;
use std::sync::Arc;

use super::{DirEntry, EntryKind, SourceTree, checked};

/// A tree in which one file that is there reads as something else: to see what a change would come to.
#[derive(Clone, Debug)]
pub struct OverlayTree {
    tree: Arc<dyn SourceTree>,
    path: String,
    text: Arc<str>,
}

impl OverlayTree {
    /// The tree with this text at a path.
    #[must_use]
    pub fn new(tree: Arc<dyn SourceTree>, path: &str, text: Arc<str>) -> Self {
        Self {
            tree,
            path: path.to_owned(),
            text,
        }
    }
}

impl SourceTree for OverlayTree {
    fn display(&self, path: &str) -> String {
        self.tree.display(path)
    }

    fn focus(&self) -> Option<&str> {
        self.tree.focus()
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        let entry = self.tree.entry(path)?;
        Ok(match entry {
            Some(EntryKind::File { executable, .. }) if path == self.path => {
                Some(EntryKind::File {
                    len: self.text.len() as u64,
                    executable,
                })
            }
            other => other,
        })
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        self.tree.list(path)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        if checked(path)? == self.path {
            let bytes = self.text.as_bytes().to_vec();
            return Ok(Box::new(io::Cursor::new(bytes)));
        }
        self.tree.open(path)
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        self.tree.outside(path)
    }
}
