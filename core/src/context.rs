//! Build contexts: the files an image is built from.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostics;
use crate::digest::{BuildDigest, BuildDigester};
use crate::tree::{SourceTree, is_sound};

/// Where the bytes of a context file are.
#[derive(Clone)]
pub enum Content {
    /// In a tree, at this path.
    Tree(Arc<dyn SourceTree>, String),
    /// Here.
    Bytes(Arc<[u8]>),
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tree(tree, path) => write!(formatter, "Tree({})", tree.display(path)),
            Self::Bytes(bytes) => write!(formatter, "Bytes({})", bytes.len()),
        }
    }
}

/// One file of a build context.
#[derive(Clone, Debug)]
pub struct ContextFile {
    /// Its path in the archive: relative, `/`-separated, without `.` and `..`.
    pub path: String,
    /// Its length in bytes when the context was gathered.
    pub len: u64,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Its bytes.
    pub content: Content,
}

impl ContextFile {
    /// A file of these bytes.
    #[must_use]
    pub fn of_bytes(path: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let len = bytes.len() as u64;
        Self {
            path: path.to_owned(),
            len,
            executable: false,
            content: Content::Bytes(bytes),
        }
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn io::Read + Send>> {
        match &self.content {
            Content::Tree(tree, path) => tree.open(path),
            Content::Bytes(bytes) => Ok(Box::new(io::Cursor::new(Arc::<[u8]>::clone(bytes)))),
        }
    }
}

/// Why files make no build context.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// A path that is empty or absolute, or leads out of the archive, or has parts that say nothing.
    #[error("`{0}` is no path within an archive")]
    Path(String),
    /// A path that is one file's own, and a folder of another.
    #[error("`{0}` would be both a file and a folder of the archive")]
    FileAndFolder(String),
}

/// The files an image is built from, in byte order of their archive paths, each path once. No path
/// leaves the archive, and none is both a file and a folder.
#[derive(Clone, Debug, Default)]
pub struct BuildContext {
    files: Vec<ContextFile>,
}

impl BuildContext {
    /// A context of these files. Of two with the same path the later one counts.
    ///
    /// # Errors
    /// The first path that cannot be one of an archive.
    pub fn new(mut files: Vec<ContextFile>) -> Result<Self, ContextError> {
        // The sort is stable, so of equal paths the one that was given later stands later.
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|later, earlier| {
            let same = later.path == earlier.path;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        let context = Self { files };
        for ContextFile { path, .. } in &context.files {
            if path.is_empty() || !is_sound(path) {
                return Err(ContextError::Path(path.clone()));
            }
            let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            if let Some(folder) = folders.find(|folder| context.file(folder).is_some()) {
                return Err(ContextError::FileAndFolder(folder.to_owned()));
            }
        }
        Ok(context)
    }

    /// The files, in byte order of their archive paths.
    #[must_use]
    pub fn files(&self) -> &[ContextFile] {
        &self.files
    }

    /// The file at an archive path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&ContextFile> {
        let position = self
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()?;
        Some(&self.files[position])
    }

    /// The length of all files together, in bytes.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.len).sum()
    }

    /// Reads every file and computes the [build digest](crate::digest) of them and of the
    /// configuration that is sent. `progress` is told of every piece that is read, in bytes.
    ///
    /// # Errors
    /// When a file cannot be read; the message names it.
    pub fn digest(&self, config: &Json, progress: &mut dyn FnMut(u64)) -> io::Result<BuildDigest> {
        let mut digester = BuildDigester::new();
        let mut buffer = vec![0; 64 * 1024];
        for file in &self.files {
            let named = |error: io::Error| {
                io::Error::new(error.kind(), format!("cannot read {}: {error}", file.path))
            };
            let mut reader = file.open().map_err(named)?;
            let mut hasher = Sha256::new();
            loop {
                let count = reader.read(&mut buffer).map_err(named)?;
                if count == 0 {
                    break;
                }
                hasher.update(&buffer[..count]);
                progress(count as u64);
            }
            digester.file(&file.path, file.executable, hasher.finalize().into());
        }
        Ok(digester.finish(config))
    }
}

/// What a platform is sent of one workload.
#[derive(Clone, Debug)]
pub struct Package {
    /// The configuration: effective, fully defaulted, without keys that are Plimsoll's own.
    pub config: Json,
    /// The configuration as the user wrote it, or as it was generated where nobody writes one.
    pub raw_config: Option<Arc<str>>,
    /// The files an image is built from.
    pub context: BuildContext,
    /// The name of the folder that code generation gives it; `None` where nothing is generated.
    pub folder: Option<String>,
    /// What there is to say that does not stop it.
    pub diagnostics: Diagnostics,
}

#[cfg(test)]
mod tests {
    use super::{BuildContext, ContextError, ContextFile};

    fn context(paths: &[&str]) -> Result<BuildContext, ContextError> {
        let files = paths.iter().map(|path| ContextFile::of_bytes(path, *b""));
        BuildContext::new(files.collect())
    }

    #[test]
    fn files_are_sorted_and_the_later_of_two_counts() {
        let context = BuildContext::new(vec![
            ContextFile::of_bytes("b", *b"1"),
            ContextFile::of_bytes("a", *b"22"),
            ContextFile::of_bytes("b", *b"333"),
            ContextFile::of_bytes("b", *b"4444"),
        ])
        .unwrap();
        let lengths: Vec<_> = context
            .files()
            .iter()
            .map(|file| (file.path.as_str(), file.len))
            .collect();
        assert_eq!(lengths, [("a", 2), ("b", 4)]);
        assert_eq!(context.file("b").map(|file| file.len), Some(4));
    }

    #[test]
    fn no_path_leaves_the_archive() {
        for path in [
            "", "/a", "..", "../a", "a/../b", "a/..", "./a", "a/.", "a//b", "a/", "a\\b", "a\0",
        ] {
            let error = ContextError::Path(path.to_owned());
            assert_eq!(context(&["ok", path]).err(), Some(error), "{path}");
        }
        assert!(context(&["a", "..a", "a.b/...", "b/c"]).is_ok());
    }

    #[test]
    fn no_path_is_both_a_file_and_a_folder() {
        // `a.txt` and `a-b` stand between `a` and `a/b` in byte order.
        for (paths, both) in [
            (&["a", "a-b", "a.txt", "a/b"][..], "a"),
            (&["a/b", "a/b/c/d", "z"], "a/b"),
        ] {
            let error = ContextError::FileAndFolder(both.to_owned());
            assert_eq!(context(paths).err(), Some(error));
        }
        assert!(context(&["a/b", "a/c", "ab", "a.b/c"]).is_ok());
    }
}
