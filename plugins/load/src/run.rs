//! A load test that runs, and who watches it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use plimsoll_core::registry::FactoryContext;

use crate::control::{Control, Snapshot};
use crate::error::LoadError;
use crate::options::RunOptions;
use crate::plan::LoadTest;
use crate::results::Results;
use crate::setup::Setup;

/// A load test that runs.
pub struct Run {
    shared: Arc<Shared>,
    control: JoinHandle<Result<Results, LoadError>>,
}

/// What the controller and who watches it share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) stop: AtomicBool,
    pub(crate) watched: AtomicBool,
    pub(crate) snapshot: Mutex<Arc<Snapshot>>,
}

impl Shared {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.watched.store(true, Ordering::Relaxed);
        let snapshot = self.snapshot.lock();
        Arc::clone(&snapshot.unwrap_or_else(PoisonError::into_inner))
    }
}

/// Somebody who watches a run.
#[derive(Clone, Debug)]
pub struct Watcher(Arc<Shared>);

impl Watcher {
    /// As [`Run::snapshot`]; after its end, how it ended.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot()
    }
}

impl Run {
    /// Begins to run a test. The limit of open files of this process is raised where the test may need it.
    ///
    /// # Errors
    /// When a host has no address, a policy does not fit, there are no threads to be had, or there can be
    /// no connections for as many requests as are to be in flight.
    pub fn start(
        test: LoadTest,
        context: &FactoryContext,
        options: &RunOptions,
    ) -> Result<Self, LoadError> {
        let policies = test.policies(context)?;
        let setup = Setup::of(test, options)?;
        let shared = Arc::new(Shared::default());
        let watched = Arc::clone(&shared);
        let options = options.clone();
        let control = move || {
            let started = setup.start(&options)?;
            let receive = started.receive;
            Control::new(
                started.test,
                policies,
                started.links,
                started.clock,
                watched,
            )
            .run(&receive)
        };
        let control = std::thread::Builder::new()
            .name("load-control".to_owned())
            .spawn(control)
            .map_err(LoadError::system("no thread can be started"))?;
        Ok(Self { shared, control })
    }

    /// How it stands; brought up to date several times a second while somebody asks.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot()
    }

    /// Somebody who watches it, and may do so longer than it runs.
    #[must_use]
    pub fn watcher(&self) -> Watcher {
        Watcher(Arc::clone(&self.shared))
    }

    /// Ends it before its time: nothing more is sent, and what is in flight has a second. The results
    /// are whole all the same.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the results are there.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.control.is_finished()
    }

    /// Waits for the results.
    ///
    /// # Errors
    /// When an event loop failed, or a policy or strategy did.
    pub fn finish(self) -> Result<Results, LoadError> {
        match self.control.join() {
            Ok(results) => results,
            Err(_) => Err(LoadError::Engine("the controller panicked".to_owned())),
        }
    }
}
