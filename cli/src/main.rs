//! The `plimsoll` command line: arguments in, exit code out. Everything else is in the library.

mod args;
mod commands;
mod error;
mod experiment;
mod fetch;
mod file;
mod interrupt;
mod logging;
mod plugins;
mod render;
mod settings;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};
use crate::error::CliError;

fn main() -> ExitCode {
    let translated = match args::older::translate(std::env::args_os()) {
        Ok(translated) => translated,
        Err(error) => {
            error.print();
            return ExitCode::from(error.code());
        }
    };
    for note in &translated.notes {
        render::say(&format!("note: {note}"));
    }
    let args = Args::parse_from(translated.arguments);
    let for_machines = args.command.wants_json();
    let outcome = logging::start(&args.global).and_then(|()| run(args));
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    error.print();
    if let Some(json) = error.json().filter(|_| for_machines) {
        render::tell(&format!("{json:#}\n"));
    }
    ExitCode::from(error.code())
}

fn run(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::Validate(command) => commands::validate::run(&args.global, &command),
        Command::Resolve(command) => commands::resolve::run(&args.global, &command),
        Command::Plan(command) => commands::plan::run(&args.global, &command),
        Command::Push(command) => commands::push::run(&args.global, &command),
        Command::Codegen(command) => commands::codegen::run(&args.global, &command),
        Command::Serve(command) => commands::serve::run(&args.global, &command),
        Command::Run(command) => commands::run::run(&args.global, &command),
        Command::Compare(command) => commands::compare::run(&command),
        Command::Simulate(command) => commands::simulate::run(&args.global, &command),
        Command::Bench(command) => commands::bench::run(&args.global, &command),
        Command::Tune(command) => commands::tune::run(&args.global, &command),
        Command::Migrate(command) => commands::migrate::run(&command),
        Command::Plugins(command) => commands::plugins::run(&args.global, &command),
        Command::Schema(command) => commands::schema::run(&args.global, &command),
        Command::Completions(command) => commands::completions::run(&command),
    }
}
