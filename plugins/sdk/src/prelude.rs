//! What most plugins use: `use plimsoll_sdk::prelude::*;`.

pub use std::sync::Arc;

pub use async_trait::async_trait;
pub use plimsoll_core::context::{BuildContext, Package};
pub use plimsoll_core::deployer::{
    DeployError, DeployErrorKind, Deployed, Deployer, Event, Outcome, Progress,
};
pub use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
pub use plimsoll_core::distribution::{
    Demand, DistributionError, DistributionStrategy, Priority, check,
};
pub use plimsoll_core::effective::Effective;
pub use plimsoll_core::environment::Environment;
pub use plimsoll_core::manifest::{Manifest, ManifestKind, Workload};
pub use plimsoll_core::plan::{Plan, Step, StepKind};
pub use plimsoll_core::policy::{
    Decision, Observation, Reason, ReplicaMetric, ReplicaObservation, ReplicaState, Sample,
    ScalingPolicy,
};
pub use plimsoll_core::release::Release;
pub use plimsoll_core::resolver::OverrideResolver;
pub use plimsoll_core::source::{Confidence, ConfigSource};
pub use plimsoll_core::span::SourceMap;
pub use plimsoll_core::tree::SourceTree;
pub use schemars::JsonSchema;
pub use serde::{Deserialize, Serialize};

pub use crate::options::NoOptions;
