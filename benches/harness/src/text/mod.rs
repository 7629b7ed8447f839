//! The text form of what a scenario is made of: `poisson(rate=50, duration=1h)`.
//!
//! An expression is one call, or several joined by `+`. A call is a name with settings in
//! parentheses, each `name=value`, or a bare value where a call takes a list. A value is a word
//! (a number, a time, a rate, a path), a text in double quotes, or a call again.

mod parse;
mod settings;

use std::fmt;

pub(crate) use parse::parse;
pub(crate) use settings::{Settings, number, span};

use plimsoll_core::suggest::did_you_mean;

/// A call and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Call<'t> {
    pub(crate) name: Word<'t>,
    pub(crate) arguments: Vec<(Option<Word<'t>>, Value<'t>)>,
}

/// A word and where it stands, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'t> {
    pub(crate) text: &'t str,
    pub(crate) at: usize,
}

/// What a setting is given.
#[derive(Clone, Debug)]
pub(crate) enum Value<'t> {
    Word(Word<'t>),
    Call(Call<'t>),
}

impl<'t> Value<'t> {
    /// The word that it is or begins with.
    pub(crate) fn head(&self) -> Word<'t> {
        match self {
            Self::Word(word) => *word,
            Self::Call(call) => call.name,
        }
    }
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// The whole text.
    pub text: String,
    /// Where it is wrong: the first byte and the number of bytes.
    pub place: (usize, usize),
    /// What is wrong, and what was expected.
    pub message: String,
}

impl SpecError {
    pub(crate) fn at(word: Word<'_>, message: impl Into<String>) -> Self {
        Self {
            text: String::new(),
            place: (word.at, word.text.len()),
            message: message.into(),
        }
    }

    /// A name that is not known, with those that are.
    pub(crate) fn unknown(word: Word<'_>, what: &str, known: &[&str]) -> Self {
        let hint = did_you_mean(word.text, known.iter().copied())
            .map_or_else(String::new, |hint| format!("; {hint}"));
        let known = known.join(", ");
        Self::at(
            word,
            format!(
                "there is no {what} `{}`; known are: {known}{hint}",
                word.text
            ),
        )
    }

    /// What is wrong with a text at a place: its first byte and the number of bytes.
    pub(crate) fn of_text(text: &str, place: (usize, usize), message: impl Into<String>) -> Self {
        Self {
            text: text.to_owned(),
            place,
            message: message.into(),
        }
    }

    pub(crate) fn in_text(mut self, text: &str) -> Self {
        if self.text.is_empty() {
            text.clone_into(&mut self.text);
        }
        self
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, length) = self.place;
        let before = self.text.get(..at).map_or(0, |text| text.chars().count());
        let marks = self
            .text
            .get(at..at + length)
            .map_or(1, |text| text.chars().count().max(1));
        writeln!(formatter, "{}", self.message)?;
        writeln!(formatter, "  {}", self.text)?;
        write!(formatter, "  {:before$}{:^<marks$}", "", "")
    }
}

impl std::error::Error for SpecError {}
