//! How things look on a terminal.

pub(crate) mod diagnostics;
pub(crate) mod explain;
pub(crate) mod plan;
pub(crate) mod progress;

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{CliError, exit};

static COLOUR: AtomicBool = AtomicBool::new(false);

/// Says whether to colour what is printed to stderr.
pub(crate) fn set_colour(colour: bool) {
    COLOUR.store(colour, Ordering::Relaxed);
}

/// Whether to colour what is printed to stderr.
pub(crate) fn colour() -> bool {
    COLOUR.load(Ordering::Relaxed)
}

/// A text in a colour, where colours are shown.
pub(crate) fn painted(style: &str, text: &str) -> String {
    if colour() {
        format!("\u{1b}[{style}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// Prints to stdout. Whoever reads may stop reading: that ends the command, and is no failure.
pub(crate) fn out(text: &str) -> Result<(), CliError> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => CliError::Closed,
            _ => CliError::new(exit::UNAVAILABLE, format!("cannot print: {error}")),
        })
}

/// Prints JSON to stdout.
pub(crate) fn out_json(json: &serde_json::Value) -> Result<(), CliError> {
    out(&format!("{json:#}\n"))
}

/// Prints an error that points into no file.
pub(crate) fn error(message: &str, hints: &[String]) {
    eprintln!("{}: {message}", painted("1;31", "error"));
    for hint in hints {
        eprintln!("  {}: {hint}", painted("1;36", "hint"));
    }
}
