//! `Progress` across the border: what happens goes out, and whether to stop comes in.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll_abi::abi_stable::std_types::RSlice;
use plimsoll_abi::v1;
use plimsoll_core::deployer::{Event, Progress};
use tokio::sync::mpsc::Sender;

use super::guard::guard;
use super::owned::Owned;
use super::reply::{document, lent};
use super::state::{into_state, of, release};

/// Longest event that is taken, in bytes of its document.
const LONGEST: usize = 64 << 10;

/// Most events that wait to be shown.
pub(super) const MOST: usize = 4096;

/// What a host keeps of a task that is going on.
#[derive(Debug)]
pub(super) struct Relay {
    /// Where events go; they are shown by whoever waits for the task.
    pub(super) events: Sender<Event>,
    /// Whether the task is to stop.
    pub(super) stop: AtomicBool,
}

type Exported = Arc<Relay>;

/// Gives away what takes events.
pub(super) fn export_progress(relay: Arc<Relay>) -> v1::Progress {
    v1::Progress {
        state: into_state::<Exported>(relay),
        report,
        interrupted,
        release: release::<Exported>,
    }
}

unsafe extern "C" fn report(state: *mut c_void, event: RSlice<'_, u8>) {
    // SAFETY: the border's contract: the state is of `export_progress`.
    let relay = unsafe { of::<Exported>(state) };
    // An event that does not read is of a later version, and one that nobody waits for is lost.
    // What comes faster than it is shown is lost, too, and so is what nobody would read to its end.
    if event.len() <= LONGEST {
        let _ = guard(|| lent::<Event>(event).map(|event| relay.events.try_send(event)));
    }
}

unsafe extern "C" fn interrupted(state: *mut c_void) -> u32 {
    // SAFETY: as above.
    let relay = unsafe { of::<Exported>(state) };
    relay.stop.load(Ordering::Relaxed).into()
}

/// What takes events on the other side of the border.
#[derive(Debug)]
pub(super) struct ImportedProgress(Owned<v1::Progress>);

// SAFETY: events are reported from any number of threads at once (`Progress: Send + Sync`).
unsafe impl Send for ImportedProgress {}
// SAFETY: as above.
unsafe impl Sync for ImportedProgress {}

impl ImportedProgress {
    /// Takes over what takes events, which keeps to the contract of the border.
    pub(super) fn new(progress: v1::Progress) -> Self {
        Self(Owned::new(progress))
    }
}

impl Progress for ImportedProgress {
    fn report(&self, event: Event) {
        if let Ok(document) = document(&event) {
            // SAFETY: it is there, and the document lives until this returns.
            unsafe { (self.0.report)(self.0.state, document.as_slice().into()) }
        }
    }

    fn interrupted(&self) -> bool {
        // SAFETY: it is there.
        unsafe { (self.0.interrupted)(self.0.state) != 0 }
    }
}
