//! The configuration tree that every source yields: values that know where they were written.
//!
//! The value space is that of PyYAML's SafeLoader, which is what the real Truss reads with, so a
//! tree loses nothing of a `config.yaml`. JSON, TOML and Python sources fit inside it.

mod float;
mod json;
mod key;
mod map;
mod node;

pub use float::python_float;
pub use key::Key;
pub use map::{Entry, Map};
pub use node::{LayerId, Node, Origin, Value};
