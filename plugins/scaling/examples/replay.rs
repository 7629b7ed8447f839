//! Replays a file of an original's recorded decisions through ours.
//!
//!     cargo run --release -p plimsoll-scaling --example replay -- FILE.jsonl[.gz]
//!
//! Prints `N rows, M mismatches`, the first of them on stderr, and exits with 1 when there is one; with
//! 2, and the line, when a row cannot be read.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stderr,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a program: it prints, and it shares modules with the tests"
)]

#[path = "../tests/replay/mod.rs"]
mod replay;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// How many mismatches there are.
fn run() -> Result<usize> {
    let path = std::env::args_os()
        .nth(1)
        .context("say which file: replay FILE.jsonl.gz")?;
    let bytes = read(Path::new(&path))
        .with_context(|| format!("cannot read {}", path.to_string_lossy()))?;
    let report = replay::replay(&bytes)?;
    for mismatch in &report.examples {
        eprintln!("{mismatch}");
    }
    println!("{} rows, {} mismatches", report.rows, report.mismatches);
    Ok(report.mismatches)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?;
    if path.extension().is_some_and(|extension| extension == "gz") {
        MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
    } else {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
