//! The embedded Baseten-compatible platform: a server that keeps models, deployments and
//! environments, and takes archives, without an account and without a network.
//!
//! It is the control plane only: it checks, builds and places what is pushed, and runs no replicas.
//! Everything it has acknowledged survives the loss of its process.

mod access_key;
mod archive;
mod build_check;
mod catalogue;
mod control;
mod deployer;
mod error;
mod graphql;
mod ids;
mod limits;
mod lock;
mod platform;
mod refusal;
mod resources;
mod rest;
mod s3;
mod serve;
mod session;
mod shared;
mod source_check;
mod store;
mod uploads;
mod work;

pub use access_key::ApiKey;
pub use build_check::{AcceptAll, BuildCheck};
pub use deployer::{LocalDeployer, NAME, register};
pub use error::PlatformError;
pub use ids::{IdSource, OsIds};
pub use limits::Limits;
pub use lock::{RunningServer, running};
pub use platform::{Platform, PlatformOptions};
pub use source_check::SourceCheck;

plimsoll_core::plugin!("local", register);
