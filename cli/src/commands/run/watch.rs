//! Shows a run while it goes, and stops it where the user asks.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use plimsoll::load::{LoadTest, Results, Run, RunOptions, Snapshot};

use super::options::refused;
use crate::args;
use crate::commands::Loaded;
use crate::error::CliError;
use crate::experiment::interruptible;
use crate::interrupt::Interrupt;
use crate::render::live::{Asked, Live, line};
use crate::render::{self, working::Working};

/// How often the view is drawn anew.
const EVERY: Duration = Duration::from_millis(100);

/// Runs a test to its end.
pub(super) fn watched(
    command: &args::Run,
    test: LoadTest,
    loaded: &Loaded,
    options: &RunOptions,
) -> Result<Results, CliError> {
    let (name, duration) = (test.name.clone(), test.duration);
    interruptible(|interrupt| {
        let run = Run::start(test, &loaded.context, options).map_err(refused)?;
        let run = Arc::new(run);
        let exporters = super::export::start(command, &run)?;
        let full = !command.quiet && !command.json && std::io::stderr().is_terminal();
        match full {
            true => in_full(&name, &run, &interrupt)?,
            false => in_a_line(command, &run, &interrupt, duration),
        }
        exporters.last(&run.snapshot());
        drop(exporters);
        let run = Arc::into_inner(run);
        let run = run.ok_or_else(|| CliError::usage("the run is still watched"))?;
        run.finish().map_err(refused)
    })?
}

/// Over the whole screen.
fn in_full(name: &str, run: &Run, interrupt: &Interrupt) -> Result<(), CliError> {
    let screen = |error: std::io::Error| {
        CliError::usage(format!("the terminal cannot be drawn to: {error}"))
            .hint("--quiet shows a single line")
    };
    let mut live = Live::begin(render::colour()).map_err(screen)?.named(name);
    while !run.is_over() {
        if live.keys().map_err(screen)? == Asked::Stop || interrupt.asked() {
            run.stop();
        }
        live.draw(&run.snapshot()).map_err(screen)?;
        sleep(EVERY);
    }
    Ok(())
}

/// In one line, or where nobody looks, now and then.
fn in_a_line(command: &args::Run, run: &Run, interrupt: &Interrupt, duration: u64) {
    let shown = !command.json;
    let seconds = duration / 1_000_000_000;
    let mut working = shown.then(|| Working::begin("run", seconds));
    while !run.is_over() {
        if interrupt.asked() {
            run.stop();
        }
        let snapshot: Arc<Snapshot> = run.snapshot();
        if let Some(working) = &mut working {
            working.at(
                whole(snapshot.elapsed_seconds).min(seconds),
                &line(&snapshot),
            );
        }
        sleep(EVERY);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, which is what is wanted"
)]
fn whole(seconds: f64) -> u64 {
    seconds as u64
}
