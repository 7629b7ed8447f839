//! Objects that are spoken to by documents: trees of files, rules, sources, resolvers, deployers.

use core::ffi::c_void;

use abi_stable::StableAbi;
use abi_stable::std_types::{RSlice, RVec};

use super::{Progress, Reply, Task, With};

/// How many bytes were read.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Read {
    /// How it went; a failure is a document of an I/O error.
    pub reply: Reply,
    /// How many bytes were put into the buffer; 0 at the end.
    pub count: usize,
}

/// The bytes of an open file.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Reader {
    /// The file.
    pub state: *mut c_void,
    /// Reads up to `len` bytes into a buffer, which is lent and holds bytes of any value.
    pub read: unsafe extern "C" fn(state: *mut c_void, buffer: *mut u8, len: usize) -> Read,
    /// Closes it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// A read-only view of files. Failures are documents of I/O errors.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Tree {
    /// The tree.
    pub state: *mut c_void,
    /// The file that the user named, as a document: a text or null.
    pub focus: unsafe extern "C" fn(state: *mut c_void) -> Reply,
    /// The name of a path as the user would write it, as text.
    pub display: unsafe extern "C" fn(state: *mut c_void, path: RSlice<'_, u8>) -> Reply,
    /// What is at a path, as a document.
    pub entry: unsafe extern "C" fn(state: *mut c_void, path: RSlice<'_, u8>) -> Reply,
    /// The entries of a folder, as a document.
    pub list: unsafe extern "C" fn(state: *mut c_void, path: RSlice<'_, u8>) -> Reply,
    /// Opens a file.
    pub open: unsafe extern "C" fn(state: *mut c_void, path: RSlice<'_, u8>) -> With<Reader>,
    /// The folder at a path that leads out of the tree.
    pub outside: unsafe extern "C" fn(state: *mut c_void, path: RSlice<'_, u8>) -> With<Tree>,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// What a kind of workload knows about its settings.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Rules {
    /// The rules.
    pub state: *mut c_void,
    /// The keys that layers decide, as a document.
    pub keys: unsafe extern "C" fn(state: *mut c_void) -> Reply,
    /// Checks a merged whole and brings it into its final shape, by documents.
    pub finish: unsafe extern "C" fn(state: *mut c_void, merged: RSlice<'_, u8>) -> Reply,
    /// A finished whole with its defaults, by documents.
    pub with_defaults: unsafe extern "C" fn(state: *mut c_void, finished: RSlice<'_, u8>) -> Reply,
    /// A finished whole in its usual written form, by documents.
    pub compact: unsafe extern "C" fn(state: *mut c_void, finished: RSlice<'_, u8>) -> Reply,
    /// Ends them.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// A configuration source.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Source {
    /// The source.
    pub state: *mut c_void,
    /// How sure it is of a tree, as a document. The tree may not be kept.
    pub probe: unsafe extern "C" fn(state: *mut c_void, tree: Tree) -> Reply,
    /// Reads a tree: a document of the manifest, and the rules of each workload in its order.
    pub load: unsafe extern "C" fn(state: *mut c_void, tree: Tree) -> With<RVec<Rules>>,
    /// The JSON Schema of what it reads, or null, as a document.
    pub schema: unsafe extern "C" fn(state: *mut c_void) -> Reply,
    /// Gathers what a platform is sent of settings, which come as a document and rules: a document of
    /// it, and a tree of the files.
    pub package: unsafe extern "C" fn(
        state: *mut c_void,
        tree: Tree,
        effective: RSlice<'_, u8>,
        rules: Rules,
    ) -> With<Tree>,
    /// The files as they are written: a document of them or of null, and their tree.
    pub written: unsafe extern "C" fn(state: *mut c_void, tree: Tree) -> With<Tree>,
    /// Puts settings into the user's text, by documents; with the rules of each workload.
    pub amend: unsafe extern "C" fn(
        state: *mut c_void,
        tree: Tree,
        asked: RSlice<'_, u8>,
        rules: RVec<Rules>,
    ) -> Reply,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// An override resolver.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Resolver {
    /// The resolver.
    pub state: *mut c_void,
    /// Merges the layers of a workload, by documents. The host checks the merged whole by the rules.
    pub resolve:
        unsafe extern "C" fn(state: *mut c_void, asked: RSlice<'_, u8>, rules: Rules) -> Reply,
    /// What there is to say of other environments, by documents.
    pub other_environments:
        unsafe extern "C" fn(state: *mut c_void, asked: RSlice<'_, u8>, rules: Rules) -> Reply,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// A deployer. Each call begins a task.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Deployer {
    /// The deployer.
    pub state: *mut c_void,
    /// Says what it would take to make the platform hold a release: the document of the release, the
    /// rules of its workloads, and a tree with the files of each in a folder of its number.
    pub plan: unsafe extern "C" fn(
        state: *mut c_void,
        release: RSlice<'_, u8>,
        rules: RVec<Rules>,
        files: Tree,
        progress: Progress,
    ) -> With<Task>,
    /// Does what a plan says, whose document comes with the release's.
    pub apply: unsafe extern "C" fn(
        state: *mut c_void,
        release: RSlice<'_, u8>,
        plan: RSlice<'_, u8>,
        rules: RVec<Rules>,
        files: Tree,
        progress: Progress,
    ) -> With<Task>,
    /// Follows what was applied, whose document it is given.
    pub wait: unsafe extern "C" fn(
        state: *mut c_void,
        outcome: RSlice<'_, u8>,
        progress: Progress,
    ) -> With<Task>,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}
