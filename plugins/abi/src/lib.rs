//! The border between Plimsoll and plugins that are loaded from dynamic libraries.
//!
//! It is frozen: what stands in [`v1`] never changes, as plugins that were built years ago are laid
//! out by it. What is to change becomes a `v2` beside it, and a host that knows both loads both. The
//! golden dump of every layout (`tests/snapshots/v1.snap`) is compared in each test run.
//!
//! What crosses is flat: `repr(C)` structs, integers for what is an enum elsewhere, bytes for text,
//! and objects that are a pointer and functions that take it. Nothing here allocates but `RVec`, which
//! is freed by whoever made it.

pub mod handshake;
pub mod metadata;
pub mod v1;

#[doc(hidden)]
pub use abi_stable;
