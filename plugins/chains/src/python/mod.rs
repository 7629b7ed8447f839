//! What a Python program makes of its constants, found out without running it.
//!
//! Modules are gone through from top to bottom, as Python does, with values where they are known
//! and a reason where they are not. What a function, a loop, a branch or the environment decides is
//! not known, and neither is what may have been changed in place. Nothing is refused here: who needs
//! a value finds the reason in it.

mod blocks;
mod call;
mod class;
pub(crate) mod depth;
mod eval;
mod import;
pub(crate) mod known;
pub(crate) mod load;
mod ops;
mod paths;
mod run;
pub(crate) mod scope;
mod text;
pub(crate) mod value;

pub(crate) use class::{Ancestor, Found};
pub(crate) use load::{Program, load};
pub(crate) use paths::below;
pub(crate) use run::Interpreter;
