//! The binary, end to end: what a user types, and what comes of it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test runs on real time and folders"
)]

mod codes;
mod diagnostics;
mod flow;
mod help;
mod proxy;
mod secrets;
mod support;
