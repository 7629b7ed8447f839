//! Why a text is no threshold.

use std::fmt;
use std::ops::Range;

/// Why a text is no threshold, or no objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdError {
    /// What is wrong, as a sentence.
    pub message: String,
    /// The bytes of the text that are wrong; an empty range where something is missing.
    pub at: Range<usize>,
    /// What would be right there.
    pub expected: String,
    /// A way out, where there is one to name: `did you mean …?`.
    pub hint: Option<String>,
}

/// All of it, in one line.
impl fmt::Display for ThresholdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; expected {}", self.message, self.expected)?;
        match &self.hint {
            Some(hint) => write!(formatter, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ThresholdError {}

impl ThresholdError {
    pub(super) fn new(
        at: Range<usize>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            at,
            expected: expected.into(),
            hint: None,
        }
    }

    /// Adds a way out, if there is one.
    pub(super) fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    /// Adds what was probably meant.
    pub(super) fn meant(self, meant: impl fmt::Display) -> Self {
        self.maybe_hint(Some(format!("did you mean `{meant}`?")))
    }
}
