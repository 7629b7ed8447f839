//! The one YAML reader and the one YAML writer.
//!
//! [`read`] gives what PyYAML 6's `safe_load` gives, which is what the real Truss reads with: the
//! scanner, the grammar, the scalar types of YAML 1.1 and the merge rules are PyYAML's, checked
//! against its recorded answers. [`write()`] gives text that PyYAML reads back as the same tree.
//! [`set_integers`] changes numbers in the text itself, and nothing else in it.
//! [`surprises`] lists what YAML 1.1 makes of scalars that look like something else.
//!
//! The stages, each in its module: bytes → text (`decode`) → tokens (`scan`) → a graph of nodes
//! with shared aliases (`compose`) → the tree (`construct`).

mod compose;
mod construct;
mod cursor;
mod decode;
mod edit;
mod graph;
mod limits;
mod read;
mod resolve;
mod scan;
mod surprise;
mod token;
mod write;

pub use edit::{Refusal, RefusalKind, Target, set_integers, snippet};
pub use limits::Limits;
pub use read::{Reading, read};
pub use surprise::surprises;
pub(crate) use write::bytes_of_key;
pub use write::{Style, write, write_with};
