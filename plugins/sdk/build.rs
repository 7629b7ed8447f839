//! Tells the metadata of plugins what they were built with.

#![allow(
    clippy::disallowed_methods,
    reason = "a build script is told by its environment"
)]

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let version = version.unwrap_or_else(|_| "rustc".to_owned());
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=PLIMSOLL_RUSTC={version}");
    println!("cargo:rustc-env=PLIMSOLL_TARGET={target}");
}
