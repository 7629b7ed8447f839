//! Load tests against a real server, through the source and the resolver that everything goes through.

#![allow(
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and makes what it gives where it gives it"
)]

mod answers;
mod connections;
mod control;
mod deployer;
mod ends;
mod h2;
mod many;
mod server;
mod support;
mod tls;
