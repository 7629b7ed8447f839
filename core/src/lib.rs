//! Plimsoll's core: the five traits, the domain types they speak, and the registry of what
//! implements them.
//!
//! Configuration flows one way: bytes → [`SourceTree`](tree::SourceTree) → manifest → effective
//! settings → release → plan → outcome.

pub mod diagnostic;
pub mod digest;
pub mod pointer;
pub mod span;
pub mod suggest;
pub mod value;
pub mod yaml;
