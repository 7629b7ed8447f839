//! Version 1 of the border.
//!
//! # Contract
//! - Functions that take a `state` take the one that stands beside them, and are called from one
//!   thread at a time where they belong to a [`Policy`], a [`Reader`] or a [`Task`], from any number at once
//!   elsewhere. `release` is called once, last.
//! - What is lent (`RSlice`, a raw pointer) is valid until the call returns. What is returned, or
//!   passed by value, is its receiver's from then on, also where the call fails.
//! - No call unwinds. What panics is caught where it panics, and said with [`Status::PANICKED`].
//! - Text is UTF-8, and whoever receives it checks that. Documents are JSON, described where they are
//!   written and read (`plimsoll-sdk`, `border/document`); a reader passes over members that it does
//!   not know.

mod future;
mod hot;
mod module;
mod object;
mod reply;

pub use future::{Progress, Task, Waker};
pub use hot::{Decision, Demand, Observation, Policy, Replica, Sample, Shared, Strategy};
pub use module::{Plugin, PluginRef};
pub use object::{Deployer, Read, Reader, Resolver, Rules, Source, Tree};
pub use reply::{Reply, Status, With};
