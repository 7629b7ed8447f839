//! A small fast HTTP/1.1 server for load tests to send to.
//!
//! It answers at once, or takes as long as it is told to; it can be frozen, and knows when each request
//! came, so that a test can say of a load generator what really arrived. What a request wants to have
//! done to it stands in its query: [`docs`] lists the switches.

mod ask;
mod clock;
mod connection;
mod engine;
mod gate;
mod options;
mod random;
mod recorder;
mod reply;
mod request;
mod service;
mod shared;
mod stats;
mod target;
mod timers;

#[doc = include_str!("docs.md")]
pub mod docs {}

pub use crate::options::Options;
pub use crate::service::{NotATime, Service, duration};
pub use crate::stats::{Gaps, Stats};
pub use crate::target::Target;
