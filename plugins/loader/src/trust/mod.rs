//! Trust: which bytes may be loaded, and that they are what is loaded.
//!
//! A library runs code as soon as it is loaded, so its bytes are known before: their SHA-256 stands in
//! a lock file, put there by the user. This says where code comes from; it is no sandbox.

mod cache;
mod file;
mod lock;
mod signature;

pub use lock::{Entry, Lock, LockError, Standing};
pub use signature::SignatureError;

pub(crate) use cache::Cache;
pub(crate) use file::{FileError, Whole};
pub(crate) use signature::{Key, signature_of};
