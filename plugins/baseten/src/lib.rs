//! Plans and pushes to a Baseten-style platform: Trusses over REST, chains over GraphQL and REST.
//!
//! [`BasetenDeployer`] implements [`Deployer`](plimsoll_core::deployer::Deployer) under the name
//! `baseten`. A plan asks the platform what is live and what it takes, and changes nothing; applying
//! it does just its steps. Protocol: the platform's management API (`/v1`), whose messages
//! `plimsoll-baseten-api` types, and S3 for archives.
//!
#![doc = include_str!("../docs.md")]

mod apply;
mod archive;
mod chain;
mod client;
mod deployer;
mod error;
mod labels;
mod once;
mod options;
mod payload;
mod place;
mod plan;
mod retry;
mod session;
mod text;
mod tls;
mod upload;
mod wait;

pub use archive::{ArchiveError, length as archive_length, write as write_archive};
pub use deployer::{BasetenDeployer, register};
pub use error::{ApiError, OptionsError};
pub use labels::{ENVIRONMENT_LABEL, PRESERVE_LABEL, PUSH_ID_LABEL};
pub use options::{Options, Retries, Timeouts, is_loopback};
pub use tls::client as http_client;

plimsoll_core::plugin!("baseten", register);
