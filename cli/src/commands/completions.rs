//! `plimsoll completions`.

use clap::CommandFactory as _;

use crate::args::{Args, Completions};

/// Prints a completion script.
pub(crate) fn run(command: &Completions) {
    clap_complete::generate(
        command.shell,
        &mut Args::command(),
        "plimsoll",
        &mut std::io::stdout(),
    );
}
