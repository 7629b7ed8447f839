//! Source trees: read-only views of the files a source reads.

mod dir;
mod memory;
mod overlay;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use dir::DirTree;
pub use memory::MemoryTree;
pub use overlay::OverlayTree;

/// What is at a path of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Its length in bytes.
        len: u64,
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A folder.
    Directory,
    /// A symbolic link. Trees do not walk into links.
    Symlink,
    /// A socket, a device, a pipe.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The last part of its path.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// A read-only view of files: a folder, one file, bytes fetched from a URL, an in-memory tree.
///
/// A source does no I/O of its own, so that it can be tested in memory and embedded anywhere.
///
/// # Contract
/// - Paths are relative to the root, `/`-separated, without `.` or `..` parts; the root is `""`.
///   Anything else is an error of kind [`io::ErrorKind::InvalidInput`].
/// - Links are reported and never followed, but by [`open`](Self::open), at the path it is given.
/// - Nothing is changed, and nothing that is read is executed.
pub trait SourceTree: Send + Sync + fmt::Debug {
    /// The name of a path as the user would write it, for messages.
    fn display(&self, path: &str) -> String;

    /// The file that the user named, when it was a file and not a folder.
    fn focus(&self) -> Option<&str>;

    /// What is at `path`; `None` when nothing is.
    ///
    /// # Errors
    /// When the tree cannot be read there.
    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>>;

    /// The entries of the folder at `path`, in byte order of their names.
    ///
    /// # Errors
    /// When there is no folder at `path`, it cannot be read, or a name in it is not UTF-8.
    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>>;

    /// Opens the file at `path`, or the one that a link there leads to.
    ///
    /// # Errors
    /// When there is no file at `path` or it cannot be read.
    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>>;

    /// The folder at a path that the configuration names itself, which may be absolute or lead out
    /// of this tree (`../shared`).
    ///
    /// # Errors
    /// When there is no such folder, or this kind of tree has nothing outside.
    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>>;

    /// Reads the whole file at `path`, unless it is longer than `limit` bytes.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`io::ErrorKind::FileTooLarge`] beyond the limit.
    fn read(&self, path: &str, limit: u64) -> io::Result<Vec<u8>> {
        use io::Read as _;
        let mut bytes = Vec::new();
        self.open(path)?
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            let message = format!("{} is larger than {limit} bytes", self.display(path));
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(bytes)
    }
}

/// Checks a path against the contract of [`SourceTree`].
///
/// # Errors
/// When it is absolute, or has an empty, `.` or `..` part.
fn checked(path: &str) -> io::Result<&str> {
    if path.is_empty() || is_sound(path) {
        Ok(path)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{path}` leaves its tree"),
        ))
    }
}

/// Whether a path has only parts that name something below it.
pub(crate) fn is_sound(path: &str) -> bool {
    let names = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\0', '\\']);
    path.split('/').all(names)
}
