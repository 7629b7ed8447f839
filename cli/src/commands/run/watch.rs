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
        // What cannot be had is known before anything is sent.
        let listener = super::export::listen(command)?;
        let run = Run::start(test, &loaded.context, options).map_err(refused)?;
        let watcher = run.watcher();
        let exporters = super::export::start(command, listener, &watcher)?;
        let full = !command.quiet && !command.json && std::io::stderr().is_terminal();
        if full && let Err(error) = in_full(&name, &run, &interrupt) {
            // The test goes on, whatever becomes of the screen.
            render::say(&format!("the terminal cannot be drawn to: {error}"));
        }
        in_a_line(command, &run, &interrupt, duration);
        let results = run.finish().map_err(refused);
        exporters.last(&watcher.snapshot());
        results
    })?
}

/// Over the whole screen.
fn in_full(name: &str, run: &Run, interrupt: &Interrupt) -> std::io::Result<()> {
    let mut live = Live::begin(render::colour())?.named(name);
    while !run.is_over() {
        match live.keys()? {
            Asked::Nothing => {}
            Asked::Stop => run.stop(),
            // The terminal hands Ctrl-C over as a key.
            Asked::Interrupt => interrupt.ask(),
        }
        if interrupt.asked() {
            run.stop();
        }
        live.draw(&run.snapshot())?;
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
