//! `plimsoll completions`.

use clap::CommandFactory as _;

use crate::args::{Args, Completions};
use crate::error::CliError;
use crate::render;

/// Prints a completion script.
pub(crate) fn run(command: &Completions) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Args::command(), "plimsoll", &mut script);
    render::out(&String::from_utf8_lossy(&script))
}
