//! Plimsoll's core: the five traits, the domain types they speak, and the registry of what
//! implements them.
//!
//! Configuration flows one way: bytes → [`SourceTree`](tree::SourceTree) →
//! [`Manifest`](manifest::Manifest) → [`Effective`](effective::Effective) per workload →
//! [`Release`](release::Release) → [`Plan`](plan::Plan) → [`Outcome`](deployer::Outcome).

pub mod amendment;
pub mod autoscaling;
pub mod clock;
pub mod context;
pub mod control;
pub mod deployer;
pub mod diagnostic;
pub mod digest;
pub mod distribution;
pub mod effective;
pub mod environment;
pub mod histogram;
pub mod layer;
pub mod manifest;
pub mod plan;
pub mod pointer;
pub mod policy;
pub mod registry;
pub mod release;
pub mod resolver;
pub mod rules;
pub mod schema;
pub mod source;
pub mod span;
pub mod suggest;
pub mod threshold;
pub mod tree;
pub mod value;
pub mod yaml;

#[doc(hidden)]
pub use inventory;
