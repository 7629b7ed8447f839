//! Plans: what a deployer would do, as data.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::environment::Environment;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StepKind {
    /// Creates an environment.
    CreateEnvironment,
    /// Changes autoscaling settings, and nothing else.
    UpdateSettings,
    /// Sends the build context.
    Upload,
    /// Builds an image.
    Build,
    /// Creates a deployment.
    Deploy,
    /// Moves a deployment into an environment.
    Promote,
    /// Something of a deployer's own.
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for StepKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CreateEnvironment => "create-environment",
            Self::UpdateSettings => "update-settings",
            Self::Upload => "upload",
            Self::Build => "build",
            Self::Deploy => "deploy",
            Self::Promote => "promote",
            Self::Other(name) => name,
        })
    }
}

/// One thing a deployer would do, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The workload it is about.
    pub workload: String,
    /// Why, in one sentence.
    pub reason: String,
    /// What exactly, in the deployer's own terms.
    #[serde(flatten)]
    pub details: Map<String, Json>,
}

impl Step {
    /// A step without details.
    #[must_use]
    pub fn new(kind: StepKind, workload: &str, reason: impl Into<String>) -> Self {
        let workload = workload.to_owned();
        Self {
            kind,
            workload,
            reason: reason.into(),
            details: Map::new(),
        }
    }

    /// Adds one detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// Reads one detail back.
    ///
    /// # Errors
    /// When it is absent or of another type.
    pub fn detail<T: DeserializeOwned>(&self, key: &str) -> Result<T, serde_json::Error> {
        serde_json::from_value(self.details.get(key).cloned().unwrap_or(Json::Null))
    }
}

/// Something the user should know before a plan is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanWarning {
    /// Stable name, `plan::what`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// The way out, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What a deployer would do: printable, serialisable, comparable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Where it would do it: a remote's name, or `local`.
    pub target: String,
    /// The environment it is for.
    pub environment: Option<Environment>,
    /// What it would do, in order; nothing when all is as it should be.
    pub steps: Vec<Step>,
    /// What the user should know before.
    pub warnings: Vec<PlanWarning>,
    /// Why the plan is as it is, where a step does not say so: what is live, which rule decided.
    pub notes: Vec<String>,
}

impl Plan {
    /// A plan without steps.
    #[must_use]
    pub fn new(target: &str, environment: Option<&Environment>) -> Self {
        Self {
            target: target.to_owned(),
            environment: environment.cloned(),
            steps: Vec::new(),
            warnings: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds a warning.
    pub fn warn(&mut self, code: &str, message: impl Into<String>, hint: Option<&str>) {
        let hint = hint.map(str::to_owned);
        self.warnings.push(PlanWarning {
            code: code.to_owned(),
            message: message.into(),
            hint,
        });
    }
}
