//! Ctrl-C: the first asks to stop where nothing is half-made, the second stops at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::exit;
use crate::render;

/// Whether the user has asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    asked: Arc<AtomicBool>,
    /// Whether nothing is going on that a stop could leave half-made.
    idle: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens for Ctrl-C and for a request to terminate. Must run inside a runtime.
    pub(crate) fn listen() -> Self {
        let interrupt = Self::default();
        let flag = interrupt.clone();
        tokio::spawn(async move {
            loop {
                signalled().await;
                flag.ask();
                render::say("stopping where nothing is half-made; once more stops at once");
            }
        });
        interrupt
    }

    /// Asks to stop; a second time, or where nothing can be left half-made, at once.
    pub(crate) fn ask(&self) {
        let again = self.asked.swap(true, Ordering::Relaxed);
        if again || self.idle.load(Ordering::Relaxed) {
            stop_at_once();
        }
    }

    /// Whether the user has asked to stop.
    pub(crate) fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Does something that changes nothing, during which a request to stop stops at once.
    pub(crate) fn while_idle<T>(&self, work: impl FnOnce() -> T) -> T {
        self.idle.store(true, Ordering::Relaxed);
        let result = work();
        self.idle.store(false, Ordering::Relaxed);
        result
    }
}

#[expect(clippy::disallowed_methods, reason = "the user asked to stop now")]
fn stop_at_once() {
    render::live::Live::restore();
    std::process::exit(i32::from(exit::INTERRUPTED));
}

/// Resolves at the next Ctrl-C or request to terminate.
pub(crate) async fn signalled() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
