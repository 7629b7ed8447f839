//! How it is measured: for how long, how often, and on which cores.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// Which core a process is on.
#[derive(Clone, Copy)]
pub(crate) enum Core {
    Generator,
    Server,
}

pub(crate) struct Bench {
    /// Whether it is only seen whether it works.
    pub(crate) quick: bool,
    pinned: bool,
    this: PathBuf,
}

impl Bench {
    pub(crate) fn new(quick: bool) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            quick,
            pinned: cores > 1 && is_installed("taskset", "--version"),
            this: std::env::current_exe().context("the bench cannot find itself")?,
        })
    }

    /// So many seconds, or those that do where it is only seen whether it works.
    pub(crate) fn seconds(&self, full: f64, quick: f64) -> f64 {
        if self.quick { quick } else { full }
    }

    pub(crate) fn rounds(&self, full: usize) -> usize {
        if self.quick { 1 } else { full }
    }

    /// A command line on a core.
    pub(crate) fn on(&self, core: Core, words: &[&str]) -> Vec<String> {
        let pin: &[&str] = match (self.pinned, core) {
            (false, _) => &[],
            (true, Core::Generator) => &["taskset", "-c", "0"],
            (true, Core::Server) => &["taskset", "-c", "1"],
        };
        pin.iter()
            .chain(words)
            .map(|word| (*word).to_owned())
            .collect()
    }

    /// The command line of this program in another role, on a core.
    pub(crate) fn this(&self, core: Core, words: &[&str]) -> Vec<String> {
        let this = self.this.to_string_lossy();
        let mut all = vec![this.as_ref()];
        all.extend(words);
        self.on(core, &all)
    }

    /// What else there is to know of a measurement.
    pub(crate) fn conditions(&self) -> String {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load: Vec<&str> = load.split(' ').take(3).collect();
        let cores = match self.pinned {
            true => "generator on core 0, server on core 1",
            false => "not pinned to cores",
        };
        let quick = match self.quick {
            true => "; brief, so that figures say little",
            false => "",
        };
        format!("load average {}; {cores}{quick}", load.join(" "))
    }
}

/// Whether a program is there to be run. What it thinks of the argument does not matter.
pub(crate) fn is_installed(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdin(Stdio::null());
    command.output().is_ok()
}

/// A command line as a command.
pub(crate) fn command(line: &[String]) -> Command {
    let mut command = Command::new(line.first().map_or("", String::as_str));
    command.args(line.iter().skip(1));
    command
}

/// The middle one; the mean of the two where there is none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

pub(crate) fn met(met: bool) -> String {
    if met { "met" } else { "missed" }.to_owned()
}
