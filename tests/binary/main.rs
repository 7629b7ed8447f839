//! The binary, end to end: what a user types, and what comes of it.
#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test runs on real time and folders, and fails by panicking"
)]

mod chains;
mod codegen;
mod codes;
mod diagnostics;
mod experiments;
mod flow;
mod help;
mod kill;
mod load_runs;
mod load_tests;
mod local;
mod overheard;
mod page;
mod plugins;
mod proxy;
mod secrets;
mod support;
mod truss;
