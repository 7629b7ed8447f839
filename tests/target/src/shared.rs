use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mio::Waker;
use mio::net::TcpStream;

use crate::clock::Clock;
use crate::gate::{Gate, Ticket};
use crate::options::Options;
use crate::recorder::Recorder;

/// What the threads of a server and its owner share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) stop: AtomicBool,
    /// Until when nothing is read or answered.
    pub(crate) frozen: AtomicU64,
    /// A packed `Service`.
    pub(crate) service: AtomicU64,
    pub(crate) gate: Gate,
    pub(crate) connections: Peak,
    pub(crate) desks: Vec<Desk>,
}

/// Where one event loop is told things, and writes what it saw.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) waker: Waker,
    pub(crate) inbox: Mutex<Vec<Message>>,
    pub(crate) recorder: Mutex<Recorder>,
}

/// What one event loop tells another.
#[derive(Debug)]
pub(crate) enum Message {
    /// A connection for it to serve.
    Connection(TcpStream),
    /// A request of its own that has a place in service now.
    Admitted(Ticket),
}

impl Shared {
    /// Puts a message into an event loop's inbox.
    pub(crate) fn send(&self, engine: usize, message: Message) -> io::Result<()> {
        let desk = &self.desks[engine];
        lock(&desk.inbox).push(message);
        desk.waker.wake()
    }
}

/// A number that goes up and down, and the highest it was.
#[derive(Debug, Default)]
pub(crate) struct Peak {
    now: AtomicU64,
    highest: AtomicU64,
}

impl Peak {
    pub(crate) fn up(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.highest.fetch_max(now, Ordering::Relaxed);
    }

    pub(crate) fn down(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn highest(&self) -> u64 {
        self.highest.load(Ordering::Relaxed)
    }

    pub(crate) fn reset(&self) {
        self.highest
            .store(self.now.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// Nothing is left half-changed under these locks, so a thread that panicked harms no other.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
