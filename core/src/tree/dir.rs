//! A tree on this machine's file system: the one place where the core reads files.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{DirEntry, EntryKind, SourceTree, checked};

/// A folder on this machine, or one file of it.
#[derive(Clone, Debug)]
pub struct DirTree {
    root: PathBuf,
    shown: String,
    focus: Option<String>,
}

impl DirTree {
    /// The tree at `path`: a folder, or a file, which is then the one the user named.
    ///
    /// # Errors
    /// When nothing is at `path`, or its name is not UTF-8.
    pub fn open(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            let shown = path.to_string_lossy().trim_end_matches('/').to_owned();
            let shown = if shown == "." { String::new() } else { shown };
            return Ok(Self {
                root: path.to_path_buf(),
                shown,
                focus: None,
            });
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_str().ok_or_else(|| not_utf8(name))?;
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        Ok(Self {
            root: parent.unwrap_or(Path::new(".")).to_path_buf(),
            shown: parent
                .map(|parent| parent.to_string_lossy().into_owned())
                .unwrap_or_default(),
            focus: Some(name.to_owned()),
        })
    }

    fn full(&self, path: &str) -> io::Result<PathBuf> {
        let path = checked(path)?;
        Ok(if path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        })
    }
}

impl SourceTree for DirTree {
    fn display(&self, path: &str) -> String {
        match (self.shown.as_str(), path) {
            ("", "") => ".".to_owned(),
            ("", path) => path.to_owned(),
            (shown, "") => shown.to_owned(),
            (shown, path) => format!("{shown}/{path}"),
        }
    }

    fn focus(&self) -> Option<&str> {
        self.focus.as_deref()
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        match fs::symlink_metadata(self.full(path)?) {
            Ok(metadata) => Ok(Some(kind_of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.full(path)?)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.into_string().map_err(|name| not_utf8(&name))?;
            entries.push(DirEntry {
                name,
                kind: kind_of(&entry.metadata()?),
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        Ok(Box::new(fs::File::open(self.full(path)?)?))
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        let tree = Self::open(&self.root.join(path))?;
        if tree.focus.is_some() {
            let message = format!("`{path}` is a file and not a folder");
            return Err(io::Error::new(io::ErrorKind::NotADirectory, message));
        }
        Ok(Arc::new(tree))
    }
}

fn kind_of(metadata: &fs::Metadata) -> EntryKind {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        EntryKind::Symlink
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_file() {
        EntryKind::File {
            len: metadata.len(),
            executable: executable(metadata),
        }
    } else {
        EntryKind::Other
    }
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    false
}

fn not_utf8(name: &OsStr) -> io::Error {
    let message = format!("the file name `{}` is not UTF-8", name.to_string_lossy());
    io::Error::new(io::ErrorKind::InvalidData, message)
}
