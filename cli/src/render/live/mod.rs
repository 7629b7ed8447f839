//! A load test while it runs: the whole screen on a terminal, a line elsewhere.

mod detail;
mod head;
mod paint;
mod quiet;
mod rows;
mod screen;
mod state;
#[cfg(test)]
mod tests;
mod totals;
mod view;
mod words;

use std::io::{self, BufWriter, Stderr};
use std::time::Duration;

use plimsoll::load::Snapshot;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event};

pub(crate) use self::quiet::line;
use self::screen::Screen;
use self::state::State;

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// Nothing, or something about the view alone.
    Nothing,
    /// That the test stop. To ask again changes nothing.
    Stop,
    /// What the signal of Ctrl-C asks.
    Interrupt,
}

/// The whole screen, until it is dropped. It is on stderr, so that stdout is free for results.
pub(crate) struct Live {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
    state: State,
    // Dropped last: what the terminal writes when it is dropped belongs to the other screen.
    screen: Screen,
}

impl Live {
    /// Takes the terminal. Nothing else may print until the view is dropped.
    ///
    /// # Errors
    /// When there is no terminal, or it cannot be taken; it is then as it was.
    pub(crate) fn begin(colour: bool) -> io::Result<Self> {
        let screen = Screen::take()?;
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::new(io::stderr())))?;
        Ok(Self {
            terminal,
            state: State::new(colour),
            screen,
        })
    }

    /// Shows the name of the test.
    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.state.name);
        self
    }

    /// Gives the terminal back where it is taken. For who ends the process without destructors.
    pub(crate) fn restore() {
        screen::restore();
    }

    /// Keeps a line until the terminal is given back. False where it is not taken.
    pub(crate) fn keep(line: &str) -> bool {
        screen::keep(line)
    }

    /// Draws how a run stands.
    pub(crate) fn draw(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        if self.screen.is_taken() {
            self.terminal
                .draw(|frame| view::view(frame, snapshot, &mut self.state))?;
        }
        Ok(())
    }

    /// Takes what was typed since, without waiting, and says what weighs most of it. What it changes of
    /// the view shows when that is drawn.
    pub(crate) fn keys(&mut self) -> io::Result<Asked> {
        let mut asked = Asked::Nothing;
        while self.screen.is_taken() && event::poll(Duration::ZERO)? {
            if let Event::Key(key) = event::read()? {
                asked = asked.max(self.state.key(key));
            }
        }
        Ok(asked)
    }
}
