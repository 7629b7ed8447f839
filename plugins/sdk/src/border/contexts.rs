//! Build contexts as a tree, which is how their files cross the border.

use std::io;
use std::sync::Arc;

use plimsoll_core::context::{BuildContext, ContextFile};
use plimsoll_core::tree::{DirEntry, EntryKind, MemoryTree, SourceTree};

/// The files of build contexts: of one context as they are, of several each in the folder of its number.
#[derive(Debug)]
pub(super) struct ContextTree {
    contexts: Vec<BuildContext>,
    /// The names alone, for folders.
    names: MemoryTree,
}

impl ContextTree {
    /// A tree of these contexts.
    pub(super) fn new(contexts: Vec<BuildContext>) -> Self {
        let mut names = MemoryTree::new();
        for (number, context) in contexts.iter().enumerate() {
            for file in context.files() {
                let path = match contexts.len() {
                    1 => file.path.clone(),
                    _ => format!("{number}/{}", file.path),
                };
                names = names.with(&path, Vec::new());
            }
        }
        Self { contexts, names }
    }

    fn file(&self, path: &str) -> Option<&ContextFile> {
        match self.contexts.as_slice() {
            [one] => one.file(path),
            several => {
                let (folder, path) = path.split_once('/')?;
                several.get(folder.parse::<usize>().ok()?)?.file(path)
            }
        }
    }

    /// What is at a path, as the context has it.
    fn kind(&self, path: &str, named: EntryKind) -> EntryKind {
        self.file(path).map_or(named, |file| EntryKind::File {
            len: file.len,
            executable: file.executable,
        })
    }
}

impl SourceTree for ContextTree {
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }

    fn focus(&self) -> Option<&str> {
        None
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        let named = self.names.entry(path)?;
        Ok(named.map(|named| self.kind(path, named)))
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        let mut entries = self.names.list(path)?;
        for entry in &mut entries {
            let below = match path {
                "" => entry.name.clone(),
                folder => format!("{folder}/{}", entry.name),
            };
            entry.kind = self.kind(&below, entry.kind);
        }
        Ok(entries)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        let missing =
            || io::Error::new(io::ErrorKind::NotFound, format!("there is no file {path}"));
        self.file(path).ok_or_else(missing)?.open()
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        self.names.outside(path)
    }
}
