//! Trees of files across the border, either way: a source reads its host's, a host reads a package's.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::fmt;
use std::io;
use std::sync::Arc;

use plimsoll_abi::abi_stable::std_types::RSlice;
use plimsoll_abi::v1::{self, Reply, With};
use plimsoll_core::tree::{DirEntry, EntryKind, SourceTree};

use super::document::{Entry, IoFailure};
use super::owned::Owned;
use super::reader::{self, ImportedReader, export_reader, io_error};
use super::reply::{
    Fault, answer, answer_with, done, done_text, failed, lent_text, read, read_text, read_with,
};
use super::state::{into_state, of, release};

/// A tree that is given away, with whoever keeps it there.
struct Exported {
    tree: *const dyn SourceTree,
    _owner: Option<Arc<dyn SourceTree>>,
}

impl Exported {
    fn tree(&self) -> &dyn SourceTree {
        // SAFETY: its owner keeps it; where there is none, whoever lent it does, until the call that it
        // was lent to returns.
        unsafe { &*self.tree }
    }
}

/// Gives a tree away.
pub(super) fn export_tree(tree: Arc<dyn SourceTree>) -> v1::Tree {
    let exported = Exported {
        tree: Arc::as_ptr(&tree),
        _owner: Some(tree),
    };
    v1::Tree {
        state: into_state(exported),
        ..none()
    }
}

/// Lends a tree.
///
/// # Safety
/// Nothing may use what is returned, nor anything made of it, after the tree is gone.
pub(super) unsafe fn lend_tree(tree: &dyn SourceTree) -> v1::Tree {
    // SAFETY: only the lifetime is dropped, for which the caller answers.
    let tree: &'static dyn SourceTree = unsafe { std::mem::transmute(tree) };
    let exported = Exported { tree, _owner: None };
    v1::Tree {
        state: into_state(exported),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Tree {
    v1::Tree {
        state: core::ptr::null_mut(),
        focus,
        display,
        entry,
        list,
        open,
        outside,
        release: release::<Exported>,
    }
}

/// Answers a call about a path of a tree.
///
/// # Safety
/// The state is of [`export_tree`] or [`lend_tree`].
unsafe fn at(
    state: *mut c_void,
    path: RSlice<'_, u8>,
    call: impl FnOnce(&dyn SourceTree, &str) -> io::Result<Reply>,
) -> Reply {
    // SAFETY: as the caller promises.
    let exported = unsafe { of::<Exported>(state) };
    answer(|| match call(exported.tree(), &lent_text(path)?) {
        Ok(reply) => Ok(reply),
        Err(error) => Ok(failed(&IoFailure::of(&error))),
    })
}

unsafe extern "C" fn focus(state: *mut c_void) -> Reply {
    // SAFETY: the border's contract: the state is of this file.
    let exported = unsafe { of::<Exported>(state) };
    answer(|| Ok(done(&exported.tree().focus())))
}

unsafe extern "C" fn display(state: *mut c_void, path: RSlice<'_, u8>) -> Reply {
    // SAFETY: as above.
    unsafe { at(state, path, |tree, path| Ok(done_text(&tree.display(path)))) }
}

unsafe extern "C" fn entry(state: *mut c_void, path: RSlice<'_, u8>) -> Reply {
    let call = |tree: &dyn SourceTree, path: &str| {
        let kind = tree.entry(path)?;
        Ok(done(&kind.map(|kind| written(String::new(), kind))))
    };
    // SAFETY: as above.
    unsafe { at(state, path, call) }
}

unsafe extern "C" fn list(state: *mut c_void, path: RSlice<'_, u8>) -> Reply {
    let call = |tree: &dyn SourceTree, path: &str| {
        let entries = tree.list(path)?.into_iter();
        let entries = entries.map(|entry| written(entry.name, entry.kind));
        Ok(done(&entries.collect::<Vec<_>>()))
    };
    // SAFETY: as above.
    unsafe { at(state, path, call) }
}

unsafe extern "C" fn open(state: *mut c_void, path: RSlice<'_, u8>) -> With<v1::Reader> {
    // SAFETY: as above.
    let exported = unsafe { of::<Exported>(state) };
    answer_with(reader::none, || {
        Ok(match exported.tree().open(&lent_text(path)?) {
            Ok(reader) => (done(&()), Some(export_reader(reader))),
            Err(error) => (failed(&IoFailure::of(&error)), None),
        })
    })
}

unsafe extern "C" fn outside(state: *mut c_void, path: RSlice<'_, u8>) -> With<v1::Tree> {
    // SAFETY: as above.
    let exported = unsafe { of::<Exported>(state) };
    answer_with(none, || {
        Ok(match exported.tree().outside(&lent_text(path)?) {
            Ok(tree) => (done(&()), Some(export_tree(tree))),
            Err(error) => (failed(&IoFailure::of(&error)), None),
        })
    })
}

fn written(name: String, kind: EntryKind) -> Entry {
    let (kind, len, executable) = match kind {
        EntryKind::File { len, executable } => ("file", len, executable),
        EntryKind::Directory => ("directory", 0, false),
        EntryKind::Symlink => ("symlink", 0, false),
        EntryKind::Other => ("other", 0, false),
    };
    Entry {
        name,
        kind: kind.to_owned(),
        len,
        executable,
    }
}

fn kind_of(entry: &Entry) -> EntryKind {
    match entry.kind.as_str() {
        "file" => EntryKind::File {
            len: entry.len,
            executable: entry.executable,
        },
        "directory" => EntryKind::Directory,
        "symlink" => EntryKind::Symlink,
        _ => EntryKind::Other,
    }
}

/// A tree that came across the border.
pub(super) struct ImportedTree {
    tree: Owned<v1::Tree>,
    focus: Option<String>,
}

// SAFETY: a tree is read from any number of threads at once (`SourceTree: Send + Sync`).
unsafe impl Send for ImportedTree {}
// SAFETY: as above.
unsafe impl Sync for ImportedTree {}

impl ImportedTree {
    /// Takes a tree over, which keeps to the contract of the border.
    ///
    /// # Errors
    /// When it does not say which file the user named.
    pub(super) fn new(tree: Owned<v1::Tree>) -> Result<Self, Fault> {
        let mut imported = Self { tree, focus: None };
        // SAFETY: the tree is there.
        imported.focus = read(unsafe { (imported.tree.focus)(imported.tree.state) })?;
        Ok(imported)
    }
}

impl fmt::Debug for ImportedTree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("ImportedTree")
            .field(&self.display(""))
            .finish()
    }
}

impl SourceTree for ImportedTree {
    fn display(&self, path: &str) -> String {
        // SAFETY: the tree is there, and the path lives until this returns.
        let reply = unsafe { (self.tree.display)(self.tree.state, path.as_bytes().into()) };
        read_text(reply).unwrap_or_else(|_| path.to_owned())
    }

    fn focus(&self) -> Option<&str> {
        self.focus.as_deref()
    }

    fn entry(&self, path: &str) -> io::Result<Option<EntryKind>> {
        // SAFETY: as above.
        let reply = unsafe { (self.tree.entry)(self.tree.state, path.as_bytes().into()) };
        let entry: Option<Entry> = read(reply).map_err(io_error)?;
        Ok(entry.as_ref().map(kind_of))
    }

    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        // SAFETY: as above.
        let reply = unsafe { (self.tree.list)(self.tree.state, path.as_bytes().into()) };
        let entries: Vec<Entry> = read(reply).map_err(io_error)?;
        let entries = entries.into_iter().map(|entry| DirEntry {
            kind: kind_of(&entry),
            name: entry.name,
        });
        Ok(entries.collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn io::Read + Send>> {
        // SAFETY: as above.
        let opened = unsafe { (self.tree.open)(self.tree.state, path.as_bytes().into()) };
        let ((), reader) = read_with(opened).map_err(io_error)?;
        Ok(Box::new(ImportedReader::new(reader)))
    }

    fn outside(&self, path: &str) -> io::Result<Arc<dyn SourceTree>> {
        // SAFETY: as above.
        let found = unsafe { (self.tree.outside)(self.tree.state, path.as_bytes().into()) };
        let ((), tree) = read_with(found).map_err(io_error)?;
        Ok(Arc::new(Self::new(tree).map_err(io_error)?))
    }
}
