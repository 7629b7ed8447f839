//! Both sides of the border of dynamic libraries, one trait a file.
//!
//! To *export* is to give an implementation away as flat functions of the border, behind which its
//! panics are caught; to *import* is to make an implementation of what came so. A plugin library
//! exports what it registers and imports what its host passes; a host does it the other way round. So
//! each trait's two halves stand together, and can be tried on each other without any library.
//!
//! Only this module, `plimsoll-abi` and the loader know how the border is made.

mod contexts;
mod deployer;
pub mod document;
#[cfg(feature = "dylib")]
#[doc(hidden)]
pub mod export;
mod guard;
pub mod import;
mod layout;
#[doc(hidden)]
pub mod metadata;
mod owned;
mod policy;
mod progress;
mod reader;
mod reply;
mod resolver;
mod rules;
mod source;
mod state;
mod strategy;
mod task;
#[cfg(test)]
mod tests;
mod tree;

pub use deployer::{ImportedDeployer, Limits, export_deployer};
pub use policy::{ImportedPolicy, export_policy};
pub use resolver::{ImportedResolver, export_resolver};
pub use source::{ImportedSource, export_source};
pub use strategy::{ImportedStrategy, export_strategy};
