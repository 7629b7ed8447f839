//! A tree that is held in memory: for tests, and for bytes fetched from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use super::{DirEntry, EntryKind, SourceTree, checked};

/// Files held in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Arc<[u8]>>,
    focus: Option<String>,
    shown: Option<String>,
}

impl MemoryTree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    #[must_use]
    pub fn with(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), Arc::from(bytes.into()));
        self
    }

    /// Makes the file at `path` the one that the user named.
    #[must_use]
    pub fn focused(mut self, path: &str) -> Self {
        self.focus = Some(path.to_owned());
        self
    }

    /// Shows the file that the user named as this, such as the address that it was fetched from.
    #[must_use]
    pub fn shown_as(mut self, name: &str) -> Self {
        self.shown = Some(name.to_owned());
        self
    }
}

/// What a read takes from: shared bytes and a position.
struct Reader(io::Cursor<Arc<[u8]>>);

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl SourceTree for MemoryTree {
    fn display(&self, path: &str) -> String {
        match &self.shown {
            Some(shown) if self.focus() == Some(path) => shown.clone(),
            _ => path.to_owned(),
        }
    }

    fn focus(&self) -> Option<&str> {
        self.focus.as_deref()
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        let path = checked(path)?;
        if let Some(bytes) = self.files.get(path) {
            return Ok(Some(EntryKind::File {
                len: bytes.len() as u64,
                executable: false,
            }));
        }
        let prefix = format!("{path}/");
        let is_folder = path.is_empty() || self.files.keys().any(|file| file.starts_with(&prefix));
        Ok(is_folder.then_some(EntryKind::Directory))
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        let path = checked(path)?;
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let names: BTreeSet<&str> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(&prefix))
            .filter_map(|rest| rest.split('/').next())
            .collect();
        let entry = |name: &str| {
            let kind = self
                .entry(&format!("{prefix}{name}"))?
                .unwrap_or(EntryKind::Other);
            Ok(DirEntry {
                name: name.to_owned(),
                kind,
            })
        };
        names.into_iter().map(entry).collect()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        let bytes = self.files.get(checked(path)?).ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, format!("there is no file {path}"))
        })?;
        Ok(Box::new(Reader(io::Cursor::new(Arc::clone(bytes)))))
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        let message = format!("`{path}` is outside of a tree that is held in memory");
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }
}
