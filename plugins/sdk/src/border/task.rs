//! Futures across the border: a task of the plugin's own runtime, polled by the host.
//!
//! A plugin's copy of a runtime is not its host's: what sleeps or reads a socket in a plugin needs the
//! runtime that it was compiled with. So the work is spawned there, and what crosses is whether it is
//! ready.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake};

use plimsoll_abi::v1::{self, Reply};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinError, JoinHandle};

use super::guard::{WORKERS, guard};
use super::owned::Owned;
use super::reply::{self, answer, malformed};
use super::state::{into_state, of_mut, release};

/// The runtime of this library, or of this program where nothing was loaded.
fn runtime() -> Result<&'static Runtime, String> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(2).thread_name(WORKERS);
        let runtime = builder.enable_all().build();
        runtime.map_err(|error| format!("no runtime can be started: {error}"))
    });
    made.as_ref().map_err(Clone::clone)
}

/// Work whose panics are caught where they happen, with their place.
struct Guarded<F>(Pin<Box<F>>);

impl<F: Future<Output = Reply>> Future for Guarded<F> {
    type Output = Reply;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let work = self.0.as_mut();
        guard(|| work.poll(context)).unwrap_or_else(|said| Poll::Ready(reply::panicked(&said)))
    }
}

struct Running {
    handle: JoinHandle<Reply>,
    outcome: Option<Result<Reply, JoinError>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

/// Begins work on the runtime of this library, and gives it away.
pub(super) fn spawn(
    work: impl Future<Output = Reply> + Send + 'static,
) -> Result<v1::Task, String> {
    let handle = runtime()?.spawn(Guarded(Box::pin(work)));
    Ok(v1::Task {
        state: into_state(Running {
            handle,
            outcome: None,
        }),
        ..none()
    })
}

/// One that is none.
pub(super) fn none() -> v1::Task {
    v1::Task {
        state: core::ptr::null_mut(),
        poll,
        take,
        release: release::<Running>,
    }
}

/// A waker that came across the border.
struct ImportedWaker(Owned<v1::Waker>);

// SAFETY: a waker is woken from any thread.
unsafe impl Send for ImportedWaker {}
// SAFETY: as above.
unsafe impl Sync for ImportedWaker {}

impl Wake for ImportedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // SAFETY: the waker is there.
        unsafe { (self.0.wake)(self.0.state) }
    }
}

unsafe extern "C" fn poll(state: *mut c_void, waker: v1::Waker) -> u32 {
    // SAFETY: the border's contract: the state is of `spawn`, and a task is polled by one at a time.
    let running = unsafe { of_mut::<Running>(state) };
    let waker = Owned::new(waker);
    let ready = guard(|| {
        if running.outcome.is_some() {
            return true;
        }
        let waker = Arc::new(ImportedWaker(waker)).into();
        match Pin::new(&mut running.handle).poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => false,
            Poll::Ready(outcome) => {
                running.outcome = Some(outcome);
                true
            }
        }
    });
    ready.unwrap_or(true).into()
}

unsafe extern "C" fn take(state: *mut c_void) -> Reply {
    // SAFETY: as above.
    let running = unsafe { of_mut::<Running>(state) };
    answer(|| {
        Ok(match running.outcome.take() {
            None => malformed("the task is not ready, or was taken before"),
            Some(Ok(reply)) => reply,
            Some(Err(error)) => malformed(&format!("the task came to no end: {error}")),
        })
    })
}

/// A task that came across the border. To drop it before it is ready is to cancel it.
pub(super) struct ImportedTask(Owned<v1::Task>);

// SAFETY: a task may be moved between threads, and takes `&mut` to be polled.
unsafe impl Send for ImportedTask {}

impl ImportedTask {
    /// Takes a task over, which keeps to the contract of the border.
    pub(super) fn new(task: Owned<v1::Task>) -> Self {
        Self(task)
    }
}

type ExportedWaker = std::task::Waker;

unsafe extern "C" fn wake(state: *mut c_void) {
    // SAFETY: the border's contract: the state is of `ImportedTask::poll`.
    let waker = unsafe { super::state::of::<ExportedWaker>(state) };
    // Whoever panics when woken is not to end the plugin.
    let _ = guard(|| waker.wake_by_ref());
}

impl Future for ImportedTask {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        let waker = v1::Waker {
            state: into_state::<ExportedWaker>(context.waker().clone()),
            wake,
            release: release::<ExportedWaker>,
        };
        // SAFETY: the task is there, and `&mut self` means that no other call on it is going on.
        unsafe {
            if (self.0.poll)(self.0.state, waker) == 0 {
                return Poll::Pending;
            }
            Poll::Ready((self.0.take)(self.0.state))
        }
    }
}
