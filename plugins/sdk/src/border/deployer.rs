//! `Deployer` across the border.

#![expect(unsafe_code, reason = "the border passes objects as pointers")]

use core::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use plimsoll_abi::abi_stable::std_types::{RSlice, RVec};
use plimsoll_abi::v1::{self, Reply, With};
use plimsoll_core::deployer::{DeployError, DeployErrorKind, Deployer, Event, Outcome, Progress};
use plimsoll_core::plan::Plan;
use plimsoll_core::release::Release;
use plimsoll_core::tree::SourceTree;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, sleep};

use super::contexts::ContextTree;
use super::document::{DeployFailure, ReleaseDocument};
use super::owned::Owned;
use super::progress::{ImportedProgress, MOST, Relay, export_progress};
use super::reply::{
    Fault, answer_with, document, done, failed, lent, read, read_failure, read_with,
};
use super::rules::{ImportedRules, export_all};
use super::state::{into_state, of, release};
use super::task::{self, ImportedTask, spawn};
use super::tree::{ImportedTree, export_tree};

type Exported = Arc<dyn Deployer>;

/// Gives a deployer away.
#[must_use]
pub fn export_deployer(deployer: Box<dyn Deployer>) -> v1::Deployer {
    v1::Deployer {
        state: into_state::<Exported>(Arc::from(deployer)),
        ..none()
    }
}

/// One that is none.
pub(super) fn none() -> v1::Deployer {
    v1::Deployer {
        state: core::ptr::null_mut(),
        plan,
        apply,
        wait,
        release: release::<Exported>,
    }
}

fn hosts_release(
    document: RSlice<'_, u8>,
    rules: Vec<Owned<v1::Rules>>,
    files: Owned<v1::Tree>,
) -> Result<Release, String> {
    let tree = ImportedTree::new(files).map_err(|fault| format!("a tree that {fault}"))?;
    let tree: Arc<dyn SourceTree> = Arc::new(tree);
    let rules = ImportedRules::all(rules, "the host");
    let rules = rules.map_err(|fault| format!("rules of which it {fault}"))?;
    lent::<ReleaseDocument>(document)?.read(rules, &tree)
}

fn said<T: Serialize>(outcome: Result<T, DeployError>) -> Reply {
    match outcome {
        Ok(value) => done(&value),
        Err(error) => failed(&DeployFailure::of(&error)),
    }
}

unsafe extern "C" fn plan(
    state: *mut c_void,
    release: RSlice<'_, u8>,
    rules: RVec<v1::Rules>,
    files: v1::Tree,
    progress: v1::Progress,
) -> With<v1::Task> {
    // SAFETY: the border's contract: the state is of `export_deployer`.
    let deployer = Arc::clone(unsafe { of::<Exported>(state) });
    let progress = ImportedProgress::new(progress);
    let (rules, files) = (Owned::all(rules), Owned::new(files));
    answer_with(task::none, || {
        let release = hosts_release(release, rules, files)?;
        let task = spawn(async move { said(deployer.plan(&release, &progress).await) })?;
        Ok((done(&()), Some(task)))
    })
}

unsafe extern "C" fn apply(
    state: *mut c_void,
    release: RSlice<'_, u8>,
    plan: RSlice<'_, u8>,
    rules: RVec<v1::Rules>,
    files: v1::Tree,
    progress: v1::Progress,
) -> With<v1::Task> {
    // SAFETY: as above.
    let deployer = Arc::clone(unsafe { of::<Exported>(state) });
    let progress = ImportedProgress::new(progress);
    let (rules, files) = (Owned::all(rules), Owned::new(files));
    answer_with(task::none, || {
        let release = hosts_release(release, rules, files)?;
        let plan: Plan = lent(plan)?;
        let task = spawn(async move { said(deployer.apply(&release, &plan, &progress).await) })?;
        Ok((done(&()), Some(task)))
    })
}

unsafe extern "C" fn wait(
    state: *mut c_void,
    outcome: RSlice<'_, u8>,
    progress: v1::Progress,
) -> With<v1::Task> {
    // SAFETY: as above.
    let deployer = Arc::clone(unsafe { of::<Exported>(state) });
    let progress = ImportedProgress::new(progress);
    answer_with(task::none, || {
        let outcome: Outcome = lent(outcome)?;
        let task = spawn(async move { said(deployer.wait(outcome, &progress).await) })?;
        Ok((done(&()), Some(task)))
    })
}

/// How long a deployer that was loaded may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may go on without a sign of life: an event that it reports.
    pub silence: Duration,
    /// How long it may take to stop, once it is told to. Then it is given up.
    pub grace: Duration,
}

impl Default for Limits {
    /// Ten minutes of silence, ten seconds to stop.
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(600),
            grace: Duration::from_secs(10),
        }
    }
}

/// How often it is looked whether the user wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A deployer that came across the border. One that hangs is told to stop, and then given up. It is asked
/// within a tokio runtime that has time.
#[derive(Debug)]
pub struct ImportedDeployer {
    deployer: Owned<v1::Deployer>,
    name: Box<str>,
    limits: Limits,
}

// SAFETY: a deployer is asked from any number of threads at once (`Deployer: Send + Sync`).
unsafe impl Send for ImportedDeployer {}
// SAFETY: as above.
unsafe impl Sync for ImportedDeployer {}

/// A task that goes on.
struct Begun {
    call: &'static str,
    task: ImportedTask,
    happened: Receiver<Event>,
    relay: Arc<Relay>,
}

/// Why a task was told to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    ByUser,
    Silent,
}

impl ImportedDeployer {
    /// Takes a deployer over. Its name is for what there is to say of it.
    ///
    /// # Safety
    /// The deployer keeps to the contract of the border.
    #[must_use]
    pub unsafe fn new(deployer: v1::Deployer, name: &str, limits: Limits) -> Self {
        Self::of(Owned::new(deployer), name, limits)
    }

    /// As [`new`](Self::new), of one that is owned already.
    pub(super) fn of(deployer: Owned<v1::Deployer>, name: &str, limits: Limits) -> Self {
        Self {
            deployer,
            name: name.into(),
            limits,
        }
    }

    /// What is said where a call came to nothing: what the deployer says, or that it did not do its
    /// part.
    fn said(&self, call: &str, fault: Fault) -> DeployError {
        let fault = match fault {
            Fault::Failed(body) => match read_failure::<DeployFailure>(&body) {
                Ok(failure) => return failure.read(),
                Err(fault) => fault,
            },
            other => other,
        };
        let message = format!("the deployer `{}` {fault}, in `{call}`", self.name);
        self.unknown(
            call,
            DeployError::new(DeployErrorKind::Unavailable, message),
        )
    }

    /// An error after which nobody knows how far the deployer came.
    fn unknown(&self, call: &str, error: DeployError) -> DeployError {
        match call {
            "apply" => error.left_behind(format!(
                "what `{}` had done by then, of which it says nothing",
                self.name
            )),
            _ => error,
        }
    }

    fn nonsense(&self, call: &str) -> impl Fn(String) -> DeployError {
        move |what| self.said(call, Fault::Nonsense(what))
    }

    /// Begins a task.
    fn begin(
        &self,
        call: &'static str,
        begin: impl FnOnce(v1::Progress) -> With<v1::Task>,
    ) -> Result<Begun, DeployError> {
        let (events, happened) = channel(MOST);
        let relay = Arc::new(Relay {
            events,
            stop: AtomicBool::new(false),
        });
        let begun = read_with(begin(export_progress(Arc::clone(&relay))));
        let ((), task) = begun.map_err(|fault| self.said(call, fault))?;
        Ok(Begun {
            call,
            task: ImportedTask::new(task),
            happened,
            relay,
        })
    }

    /// Sees a task through: shows what happens, and stops it when the user wants to, or when it is
    /// silent for too long.
    async fn drive<T: DeserializeOwned>(
        &self,
        begun: Begun,
        progress: &dyn Progress,
    ) -> Result<T, DeployError> {
        let Begun {
            call,
            mut task,
            mut happened,
            relay,
        } = begun;
        let mut last_sign = Instant::now();
        let mut told: Option<(Told, Instant)> = None;
        let reply = loop {
            tokio::select! {
                biased;
                Some(event) = happened.recv() => {
                    last_sign = Instant::now();
                    progress.report(event);
                }
                reply = &mut task => break reply,
                () = sleep(LOOK_EVERY) => {}
            }
            match told {
                None if progress.interrupted() => told = Some((Told::ByUser, Instant::now())),
                None if last_sign.elapsed() >= self.limits.silence => {
                    told = Some((Told::Silent, Instant::now()));
                }
                Some((why, since)) if since.elapsed() >= self.limits.grace => {
                    return Err(self.given_up(call, why));
                }
                _ => {}
            }
            relay.stop.store(told.is_some(), Ordering::Relaxed);
        };
        while let Ok(event) = happened.try_recv() {
            progress.report(event);
        }
        let outcome = read(reply).map_err(|fault| self.said(call, fault));
        match told {
            Some((Told::Silent, _)) => outcome.map_err(|error| self.too_slow(call, error)),
            _ => outcome,
        }
    }

    /// It was told to stop after a long silence, and did.
    fn too_slow(&self, call: &str, stopped: DeployError) -> DeployError {
        let seconds = self.limits.silence.as_secs_f64();
        let message = format!(
            "the deployer `{}` was stopped after {seconds} s without a sign of life, in `{call}`",
            self.name
        );
        let mut error = DeployError::new(DeployErrorKind::Unavailable, message);
        error.left_behind.clone_from(&stopped.left_behind);
        error.caused_by(stopped)
    }

    /// It was told to stop, and did not.
    fn given_up(&self, call: &str, why: Told) -> DeployError {
        let grace = self.limits.grace.as_secs_f64();
        let (kind, after) = match why {
            Told::ByUser => (DeployErrorKind::Interrupted, String::new()),
            Told::Silent => {
                let seconds = self.limits.silence.as_secs_f64();
                let after = format!("gave no sign of life for {seconds} s, and ");
                (DeployErrorKind::Unavailable, after)
            }
        };
        let message = format!(
            "the deployer `{}` {after}did not stop within {grace} s of being told to, in `{call}`",
            self.name
        );
        self.unknown(call, DeployError::new(kind, message))
    }
}

/// What a release crosses as.
fn parts(release: &Release) -> Result<(Vec<u8>, RVec<v1::Rules>, v1::Tree), String> {
    let asked = document(&ReleaseDocument::of(release))?;
    let workloads = release.workloads.iter();
    let rules = workloads.clone().map(|one| one.effective.workload().rules);
    let contexts = workloads.map(|one| one.context.clone());
    // There are always several, so that each is in the folder of its number.
    let source = release.source.clone().unwrap_or_default();
    let files = ContextTree::new(contexts.chain([source]).collect());
    Ok((asked, export_all(rules), export_tree(Arc::new(files))))
}

impl ImportedDeployer {
    fn begin_plan(&self, release: &Release) -> Result<Begun, DeployError> {
        let (asked, rules, files) = parts(release).map_err(self.nonsense("plan"))?;
        let deployer = &self.deployer;
        self.begin("plan", |progress| {
            // SAFETY: the deployer is there, and the document lives until this returns.
            unsafe {
                (deployer.plan)(
                    deployer.state,
                    asked.as_slice().into(),
                    rules,
                    files,
                    progress,
                )
            }
        })
    }

    fn begin_apply(&self, release: &Release, plan: &Plan) -> Result<Begun, DeployError> {
        let (asked, rules, files) = parts(release).map_err(self.nonsense("apply"))?;
        let plan = document(plan).map_err(self.nonsense("apply"))?;
        let deployer = &self.deployer;
        self.begin("apply", |progress| {
            // SAFETY: the deployer is there, and the documents live until this returns.
            unsafe {
                (deployer.apply)(
                    deployer.state,
                    asked.as_slice().into(),
                    plan.as_slice().into(),
                    rules,
                    files,
                    progress,
                )
            }
        })
    }

    fn begin_wait(&self, outcome: &Outcome) -> Result<Begun, DeployError> {
        let asked = document(outcome).map_err(self.nonsense("wait"))?;
        let deployer = &self.deployer;
        self.begin("wait", |progress| {
            // SAFETY: the deployer is there, and the document lives until this returns.
            unsafe { (deployer.wait)(deployer.state, asked.as_slice().into(), progress) }
        })
    }
}

#[async_trait]
impl Deployer for ImportedDeployer {
    async fn plan(&self, release: &Release, progress: &dyn Progress) -> Result<Plan, DeployError> {
        let begun = self.begin_plan(release)?;
        self.drive(begun, progress).await
    }

    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        let begun = self.begin_apply(release, plan)?;
        self.drive(begun, progress).await
    }

    async fn wait(
        &self,
        outcome: Outcome,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError> {
        let begun = self.begin_wait(&outcome)?;
        self.drive(begun, progress).await
    }
}
