//! How things look on a terminal.

pub(crate) mod diagnostics;
pub(crate) mod explain;
pub(crate) mod plan;
pub(crate) mod progress;

use std::sync::atomic::{AtomicBool, Ordering};

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

/// Prints an error that points into no file.
pub(crate) fn error(message: &str, hints: &[String]) {
    eprintln!("{}: {message}", painted("1;31", "error"));
    for hint in hints {
        eprintln!("  {}: {hint}", painted("1;36", "hint"));
    }
}
