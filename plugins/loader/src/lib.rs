//! Finds, checks and loads plugins from dynamic libraries.
//!
//! Each step of the way can refuse, and says why in a line: [`discover`] finds files, [`metadata`] reads
//! what they say of themselves without loading them, [`trust`] knows whose bytes may be loaded,
//! [`library`] loads them, shakes hands and checks the layout of the border. [`Host`] goes the whole way
//! and registers what it finds. [`options`] checks the options of whatever is registered.

pub mod discover;
mod error;
mod host;
pub mod library;
pub mod metadata;
pub mod options;
pub mod trust;

pub use error::{LoadError, LoadErrorKind};
pub use host::{Candidate, Host, Loaded, LoadedPlugin, Places, State};
pub use plimsoll_sdk::border::Limits;
pub use plimsoll_sdk::border::import::Provided;
