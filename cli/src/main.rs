//! The `plimsoll` command line: arguments in, exit code out. Everything else is in the library.
#![expect(clippy::print_stderr, reason = "a command line prints")]

mod args;
mod commands;
mod error;
mod interrupt;
mod logging;
mod render;
mod settings;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::error::CliError;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = logging::start(&args.global).and_then(|()| run(args));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            ExitCode::from(error.code())
        }
    }
}

fn run(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::Validate(command) => commands::validate::run(&args.global, &command),
        Command::Resolve(command) => commands::resolve::run(&args.global, &command),
        Command::Plan(command) => commands::plan::run(&args.global, &command),
        Command::Push(command) => commands::push::run(&args.global, &command),
        Command::Serve(command) => commands::serve::run(&args.global, &command),
        Command::Completions(command) => {
            commands::completions::run(&command);
            Ok(())
        }
    }
}
