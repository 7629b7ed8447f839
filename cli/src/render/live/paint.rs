//! Styles, where colours are shown and where they are not.

use ratatui::style::{Color, Style};

/// Whether colours are shown. Weight is shown in any case; no state is told by either alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    /// What is right.
    pub(super) fn good(self) -> Style {
        self.of(Color::Green)
    }

    /// What is to be looked at.
    pub(super) fn doubtful(self) -> Style {
        self.of(Color::Yellow)
    }

    /// What is wrong.
    pub(super) fn bad(self) -> Style {
        self.of(Color::Red)
    }

    /// Where one is, and what one may do.
    pub(super) fn mark(self) -> Style {
        self.of(Color::Cyan)
    }

    /// What was measured, as a picture.
    pub(super) fn measured(self) -> Style {
        self.of(Color::Blue)
    }

    fn of(self, colour: Color) -> Style {
        match self.0 {
            true => Style::new().fg(colour),
            false => Style::new(),
        }
    }
}

/// What matters most in its line.
pub(super) fn strong() -> Style {
    Style::new().bold()
}

/// What only names or parts other things.
pub(super) fn faint() -> Style {
    Style::new().dim()
}
