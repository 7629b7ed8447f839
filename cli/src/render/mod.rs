//! How things look on a terminal.

pub(crate) mod chart;
pub(crate) mod diagnostics;
pub(crate) mod explain;
pub(crate) mod figures;
pub(crate) mod leaderboard;
pub(crate) mod live;
pub(crate) mod load;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod sarif;
pub(crate) mod simulation;
pub(crate) mod tuning;
mod watching;
pub(crate) mod working;

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{CliError, exit};

static COLOUR: AtomicBool = AtomicBool::new(false);
static COLOUR_OUT: AtomicBool = AtomicBool::new(false);

/// Says whether to colour what is printed to stderr, and to stdout.
pub(crate) fn set_colour(stderr: bool, stdout: bool) {
    COLOUR.store(stderr, Ordering::Relaxed);
    COLOUR_OUT.store(stdout, Ordering::Relaxed);
}

/// Whether to colour what is printed to stderr.
pub(crate) fn colour() -> bool {
    COLOUR.load(Ordering::Relaxed)
}

/// A text for stderr in a colour, where colours are shown there.
pub(crate) fn painted(style: &str, text: &str) -> String {
    paint(colour(), style, text)
}

/// A text for stdout in a colour, where colours are shown there.
pub(crate) fn painted_out(style: &str, text: &str) -> String {
    paint(COLOUR_OUT.load(Ordering::Relaxed), style, text)
}

fn paint(colour: bool, style: &str, text: &str) -> String {
    if colour {
        format!("\u{1b}[{style}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// Prints a line to stderr, once the whole screen is not taken. Where nobody reads it, it is lost, and
/// nothing else is.
pub(crate) fn say(text: &str) {
    if !live::Live::keep(text) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
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

/// Prints to stdout what goes with work that is done whether anybody reads it or not.
pub(crate) fn tell(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// Prints to stdout the result of work that is done: that nobody reads it changes nothing.
pub(crate) fn result(text: &str) -> Result<(), CliError> {
    match out(text) {
        Err(CliError::Closed) => Ok(()),
        printed => printed,
    }
}

/// As [`result`], in JSON.
pub(crate) fn result_json(json: &impl serde::Serialize) -> Result<(), CliError> {
    result(&pretty(json)?)
}

/// Prints JSON to stdout.
pub(crate) fn out_json(json: &impl serde::Serialize) -> Result<(), CliError> {
    out(&pretty(json)?)
}

fn pretty(json: &impl serde::Serialize) -> Result<String, CliError> {
    let text = serde_json::to_string_pretty(json)
        .map_err(|error| CliError::new(exit::INVALID, format!("this cannot be JSON: {error}")))?;
    Ok(format!("{text}\n"))
}

/// Prints an error that points into no file.
pub(crate) fn error(message: &str, hints: &[String]) {
    titled(&painted("1;31", "error"), message, hints);
}

/// Prints a warning that points into no file.
pub(crate) fn warning(message: &str, hints: &[String]) {
    titled(&painted("1;33", "warning"), message, hints);
}

fn titled(title: &str, message: &str, hints: &[String]) {
    say(&format!("{title}: {message}"));
    for hint in hints {
        say(&format!("  {}: {hint}", painted("1;36", "hint")));
    }
}
