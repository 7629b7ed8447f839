//! `Deployer`: carries a release to a platform and reports the outcome.

use std::borrow::Cow;
use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::plan::{Plan, StepKind};
use crate::release::Release;

/// Carries releases to one platform.
///
/// # Contract
/// - [`plan`](Self::plan) changes nothing anywhere.
/// - [`apply`](Self::apply) does just the steps of the plan, in order, and stops at the first that
///   fails; its error says what was left behind. Applied, then planned again, a plan is empty.
/// - A step that may have happened (a request that timed out) is looked up before it is tried again.
/// - Both stop soon after [`Progress::interrupted`] turns true, at a point where nothing is half-made.
/// - Secrets appear in no event, error or plan.
#[async_trait]
pub trait Deployer: Send + Sync {
    /// Says what it would take to make the platform hold this release.
    ///
    /// # Errors
    /// When the platform cannot be asked, or refuses the release.
    async fn plan(&self, release: &Release, progress: &dyn Progress) -> Result<Plan, DeployError>;

    /// Does what `plan`, which must be of this release, says.
    ///
    /// # Errors
    /// When a step fails.
    async fn apply(
        &self,
        release: &Release,
        plan: &Plan,
        progress: &dyn Progress,
    ) -> Result<Outcome, DeployError>;

    /// Follows what was applied until every deployment has come to an end of its way, good or bad.
    ///
    /// # Errors
    /// When a deployment failed ([`DeployErrorKind::DeploymentFailed`]) or the platform cannot be
    /// asked.
    async fn wait(&self, outcome: Outcome, progress: &dyn Progress)
    -> Result<Outcome, DeployError>;
}

/// What came of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was deployed, or holds the release already, in the release's order.
    pub deployments: Vec<Deployed>,
    /// The chain that they are the chainlets of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<DeployedChain>,
}

/// A chain on a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedChain {
    /// Its name.
    pub name: String,
    /// The platform's identity of the chain.
    pub chain_id: String,
    /// The platform's identity of the deployment of the whole.
    pub deployment_id: String,
}

/// One workload on a platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployed {
    /// The workload.
    pub workload: String,
    /// The platform's identity of the model.
    pub model_id: String,
    /// The platform's identity of the deployment.
    pub deployment_id: String,
    /// The environment it is for.
    pub environment: Option<Environment>,
    /// Its status, in the platform's word.
    pub status: String,
    /// Where it answers, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How long each phase took, in the order passed, as far as it was watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
}

/// One phase of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// The status during it, in the platform's word.
    pub status: String,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// What happens while a deployer works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A step begins.
    StepStarted {
        /// What it does.
        kind: StepKind,
        /// The workload it is about.
        workload: String,
    },
    /// Bytes of an upload have arrived.
    Uploaded {
        /// How many so far.
        bytes: u64,
        /// Of how many.
        total: u64,
    },
    /// A step is done.
    StepFinished {
        /// What it did.
        kind: StepKind,
        /// The workload it is about.
        workload: String,
        /// What came of it, in words.
        detail: String,
    },
    /// What is watched from now on, together.
    Watching {
        /// The deployments, in the order to show them in.
        deployments: Vec<Watched>,
    },
    /// A deployment has come to another status.
    Status {
        /// The deployment.
        deployment_id: String,
        /// Its status, in the platform's word.
        status: String,
    },
    /// A line of the platform's log.
    Log {
        /// The line.
        message: String,
    },
    /// Something failed that is tried again.
    Retry {
        /// What failed, and how.
        message: String,
        /// When it is tried again, in milliseconds.
        after_ms: u64,
    },
}

/// A deployment that is watched among others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Its identity, by which [`Event::Status`] names it.
    pub deployment_id: String,
    /// The workload.
    pub workload: String,
    /// What it is to the whole: `entrypoint`, `internal`.
    pub role: Cow<'static, str>,
    /// Its status, in the platform's word.
    pub status: String,
}

/// Takes what happens while a deployer works, and says when to stop.
pub trait Progress: Send + Sync {
    /// Takes an event. Must not block.
    fn report(&self, event: Event);

    /// Whether the user wants it to stop.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Takes nothing and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn report(&self, _: Event) {}
}

/// What kind of failure it is. Each has an exit code of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DeployErrorKind {
    /// The release cannot go to this platform as it is.
    Invalid,
    /// The key is missing, wrong, or may not do this.
    Unauthorised,
    /// Something that is named does not exist.
    NotFound,
    /// The platform refused.
    Refused,
    /// The platform failed or cannot be reached.
    Unavailable,
    /// The deployment failed.
    DeploymentFailed,
    /// The user stopped it.
    Interrupted,
}

/// Why a deployer could not do it.
#[derive(Debug)]
pub struct DeployError {
    /// What kind of failure it is.
    pub kind: DeployErrorKind,
    /// One sentence.
    pub message: String,
    /// Ways out.
    pub hints: Vec<String>,
    /// What exists now that did not before, in words.
    pub left_behind: Vec<String>,
    /// What caused it.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl DeployError {
    /// A failure of this kind.
    #[must_use]
    pub fn new(kind: DeployErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind,
            message,
            hints: Vec::new(),
            left_behind: Vec::new(),
            source: None,
        }
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Says what exists now that did not before.
    #[must_use]
    pub fn left_behind(mut self, what: impl Into<String>) -> Self {
        self.left_behind.push(what.into());
        self
    }

    /// Says what caused it.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for DeployError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DeployError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| {
            let source: &(dyn std::error::Error + 'static) = &**source;
            source
        })
    }
}
