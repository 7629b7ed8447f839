//! How far long work is: a bar with the time that is left on a terminal, now and then a line
//! elsewhere.

use std::fmt;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use ratatui::crossterm::terminal::size;
use tokio::time::Instant;

/// Shows how far work is.
pub(crate) struct Working {
    label: &'static str,
    bar: ProgressBar,
    terminal: bool,
    begun: Instant,
    told: Instant,
}

/// How often a line is printed where there is no terminal.
const LINES: Duration = Duration::from_secs(10);

/// Columns of a terminal that has room for a bar beside what is said.
const ROOMY: u16 = 100;

/// One line, whatever is said: its end is left out where there is no room.
fn style(columns: u16) -> ProgressStyle {
    let template = match columns >= ROOMY {
        true => "  {prefix}  {bar:30} {percent:>3} %  {wide_msg}{left}",
        false => "  {prefix}  {percent:>3} %  {wide_msg}{left}",
    };
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let left = state.eta();
        if left >= Duration::from_secs(1) {
            let _ = write!(out, "  {:#} left", HumanDuration(left));
        }
    })
}

impl Working {
    /// Begins work of so many steps.
    pub(crate) fn begin(label: &'static str, total: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let columns = size().map_or(0, |(columns, _)| columns);
        let bar = ProgressBar::with_draw_target(Some(total), target)
            .with_style(style(columns))
            .with_prefix(label);
        let now = Instant::now();
        Self {
            label,
            bar,
            terminal,
            begun: now,
            told: now,
        }
    }

    /// Tells how many steps there are.
    pub(crate) fn of(&self, total: u64) {
        self.bar.set_length(total);
    }

    /// Tells how many steps are done, and what was done last.
    pub(crate) fn at(&mut self, done: u64, what: &str) {
        self.bar.set_position(done);
        if self.terminal {
            self.bar.set_message(what.to_owned());
            return;
        }
        let now = Instant::now();
        if now.duration_since(self.told) < LINES || done == 0 {
            return;
        }
        self.told = now;
        let total = self.bar.length().unwrap_or(done).max(done);
        let spent = now.duration_since(self.begun).as_secs_f64();
        let left = spent * (total - done) as f64 / done as f64;
        let percent = done * 100 / total.max(1);
        let left = match left >= 1.0 {
            true => format!(", about {} left", super::figures::time(left)),
            false => String::new(),
        };
        super::say(&format!("{}: {percent} %, {what}{left}", self.label));
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
