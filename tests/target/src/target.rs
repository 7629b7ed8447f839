use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mio::net::TcpListener;
use mio::{Poll, Waker};

use crate::clock::Clock;
use crate::engine::{Engine, WAKER};
use crate::gate::Gate;
use crate::options::Options;
use crate::recorder::Recorder;
use crate::service::{Service, nanoseconds};
use crate::shared::{Desk, Peak, Shared, lock};
use crate::stats::Stats;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Target {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Target {
    /// Starts a server; it listens when this returns.
    ///
    /// # Errors
    /// When an option is out of its range, or the system gives no socket, poll, timer or thread.
    pub fn start(options: Options) -> io::Result<Self> {
        options.check()?;
        let listener = TcpListener::bind(options.listen)?;
        let address = listener.local_addr()?;
        let (mut polls, mut desks) = (Vec::new(), Vec::new());
        for _ in 0..options.threads {
            let poll = Poll::new()?;
            desks.push(Desk {
                waker: Waker::new(poll.registry(), WAKER)?,
                inbox: Mutex::default(),
                recorder: Mutex::default(),
            });
            polls.push(poll);
        }
        let shared = Arc::new(Shared {
            clock: Clock::start(),
            stop: AtomicBool::new(false),
            frozen: AtomicU64::new(0),
            service: AtomicU64::new(options.service.packed()),
            gate: Gate::new(options.concurrency),
            connections: Peak::default(),
            desks,
            options,
        });
        let mut target = Self {
            address,
            shared: Arc::clone(&shared),
            threads: Vec::new(),
        };
        let mut listener = Some(listener);
        for (index, poll) in polls.into_iter().enumerate() {
            let engine = Engine::new(index, Arc::clone(&shared), poll, listener.take())?;
            let thread = thread::Builder::new().name(format!("target-{index}"));
            target.threads.push(thread.spawn(move || engine.run())?);
        }
        Ok(target)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path, which begins with `/` and may have a query.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on nothing is accepted, read or answered for so long; connections stay, and what clients
    /// send meanwhile waits in their sockets. Returns at once.
    pub fn freeze(&self, time: Duration) {
        let until = self.shared.clock.now().saturating_add(nanoseconds(time));
        self.shared.frozen.fetch_max(until, Ordering::SeqCst);
        self.wake();
    }

    /// How long requests take that come into service from now on; at most a day.
    pub fn set_service(&self, service: Service) {
        self.shared
            .service
            .store(service.packed(), Ordering::SeqCst);
    }

    /// What arrived so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            connections: self.shared.connections.highest(),
            in_service: self.shared.gate.highest(),
            ..Stats::default()
        };
        let mut arrivals = Vec::new();
        for desk in &self.shared.desks {
            let seen = lock(&desk.recorder);
            stats.add(&seen);
            arrivals.extend_from_slice(&seen.arrivals);
        }
        arrivals.sort_unstable();
        stats.describe(&arrivals);
        stats
    }

    /// Forgets what arrived; the highest numbers begin with what is open and in service now.
    pub fn reset(&self) {
        for desk in &self.shared.desks {
            *lock(&desk.recorder) = Recorder::default();
        }
        self.shared.connections.reset();
        self.shared.gate.reset();
    }

    fn wake(&self) {
        for desk in &self.shared.desks {
            // It fails if the thread is gone, which then needs no waking.
            let _ = desk.waker.wake();
        }
    }
}

impl Drop for Target {
    /// Stops the threads and closes every connection.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.wake();
        for thread in self.threads.drain(..) {
            // A frozen thread is parked.
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
