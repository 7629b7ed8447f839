//! Work that goes on: a task of the plugin's own runtime, and what goes back and forth meanwhile.

use core::ffi::c_void;

use abi_stable::StableAbi;
use abi_stable::std_types::RSlice;

use super::Reply;

/// Wakes whoever polls a task.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Waker {
    /// Whom to wake.
    pub state: *mut c_void,
    /// Wakes them. May be called any number of times, from any thread.
    pub wake: unsafe extern "C" fn(state: *mut c_void),
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// Work that a plugin does on a runtime of its own.
///
/// It goes on between polls. To release it before it is ready is to cancel it.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Task {
    /// The task.
    pub state: *mut c_void,
    /// Whether it is ready: 0 or 1. Where it is not, the waker, which it keeps, is woken when that may
    /// have changed; a later poll replaces the waker of an earlier one.
    pub poll: unsafe extern "C" fn(state: *mut c_void, waker: Waker) -> u32,
    /// What came of it, by a document. Called once, when it is ready.
    pub take: unsafe extern "C" fn(state: *mut c_void) -> Reply,
    /// Ends it, and cancels what is not ready.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}

/// Takes what happens while a task runs, and says whether it is to stop.
#[derive(Debug, StableAbi)]
#[repr(C)]
pub struct Progress {
    /// Who takes it.
    pub state: *mut c_void,
    /// Takes an event, as a document. Does not block.
    pub report: unsafe extern "C" fn(state: *mut c_void, event: RSlice<'_, u8>),
    /// Whether the task is to stop: 0 or 1.
    pub interrupted: unsafe extern "C" fn(state: *mut c_void) -> u32,
    /// Ends it.
    pub release: unsafe extern "C" fn(state: *mut c_void),
}
