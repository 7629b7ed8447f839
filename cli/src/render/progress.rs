//! Progress of a push: bars and tables on a terminal, lines elsewhere.

use std::io::IsTerminal as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use plimsoll::deployer::{Event, Progress};

use super::watching::Watching;
use crate::interrupt::Interrupt;

/// Shows what happens while a deployer works.
pub(crate) struct Shown {
    interrupt: Interrupt,
    bar: Mutex<Option<ProgressBar>>,
    watching: Mutex<Option<Watching>>,
    terminal: bool,
}

impl Shown {
    pub(crate) fn new(interrupt: Interrupt) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self {
            interrupt,
            bar: Mutex::new(None),
            watching: Mutex::new(None),
            terminal,
        }
    }

    fn line(&self, text: &str) {
        if let Some(watching) = &*lock(&self.watching) {
            return watching.line(text);
        }
        match &*lock(&self.bar) {
            Some(bar) => bar.println(text),
            None => super::say(text),
        }
    }

    fn status(&self, deployment_id: &str, status: &str) {
        let line = match &*lock(&self.watching) {
            Some(watching) if watching.has(deployment_id) => watching.status(deployment_id, status),
            _ => Some(format!("  {deployment_id:<18} {status}")),
        };
        if let Some(line) = line {
            self.line(&line);
        }
    }

    fn uploaded(&self, bytes: u64, total: u64) {
        if !self.terminal {
            return;
        }
        let mut slot = lock(&self.bar);
        let bar = slot.get_or_insert_with(|| {
            let template = "  upload  {bar:40} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(total).with_style(style)
        });
        bar.set_length(total);
        bar.set_position(bytes);
        if bytes >= total {
            bar.finish_and_clear();
            *slot = None;
        }
    }
}

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows how far the reading of a build context is, where that takes long enough to notice.
pub(crate) struct Hashing(Option<ProgressBar>);

impl Hashing {
    /// Contexts below this are read in less time than it takes to look, in bytes.
    const NOTICEABLE: u64 = 256 << 20;

    pub(crate) fn of(total: u64) -> Self {
        let shown = total >= Self::NOTICEABLE && std::io::stderr().is_terminal();
        Self(shown.then(|| {
            let template = "  read    {bar:40} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
            let style = ProgressStyle::with_template(template);
            ProgressBar::new(total)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }))
    }

    /// Takes how many bytes more have been read.
    pub(crate) fn read(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn report(&self, event: Event) {
        match event {
            Event::StepFinished { kind, detail, .. } => {
                self.line(&format!("  {:<18} {detail}", kind.to_string()));
            }
            Event::Uploaded { bytes, total } => self.uploaded(bytes, total),
            Event::Status {
                deployment_id,
                status,
            } => self.status(&deployment_id, &status),
            Event::Watching { deployments } => {
                let watching = Watching::begin(deployments, self.terminal);
                *lock(&self.watching) = Some(watching);
            }
            Event::Log { message } => self.line(&format!("    {message}")),
            Event::Retry { message, after_ms } => {
                self.line(&format!("  {message}; trying again in {after_ms} ms"));
            }
            _ => {}
        }
    }

    fn interrupted(&self) -> bool {
        self.interrupt.asked()
    }
}
