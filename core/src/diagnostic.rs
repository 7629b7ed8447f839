//! What is wrong with an input, as data: a code, a place, what was expected, hints.
//!
//! Libraries return [`Diagnostics`]; only the command line renders them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::span::{SourceMap, Span};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// For the reader to know; nothing is wrong.
    Note,
    /// Probably not what the author meant; the input is taken all the same.
    Warning,
    /// The input is refused.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A place in a file, with a word on what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
}

/// One thing to say about an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name, `domain::what`, such as `truss::unknown-key`.
    pub code: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The place it is about.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// What would have been right there.
    pub expected: Option<String>,
    /// Ways out.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic with a code and a message, and no place yet.
    #[must_use]
    pub fn new(
        severity: Severity,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            severity,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            expected: None,
            hints: Vec::new(),
        }
    }

    /// An error.
    #[must_use]
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A note.
    #[must_use]
    pub fn note(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Says where, when that is known.
    #[must_use]
    pub fn at(self, span: Option<Span>) -> Self {
        self.labelled(span, "")
    }

    /// Says where, with a word on what is there.
    #[must_use]
    pub fn labelled(mut self, span: Option<Span>, text: impl Into<String>) -> Self {
        if let Some(span) = span {
            self.primary = Some(Label {
                span,
                text: text.into(),
            });
        }
        self
    }

    /// Adds another place that explains this one.
    #[must_use]
    pub fn also(mut self, span: Option<Span>, text: impl Into<String>) -> Self {
        if let Some(span) = span {
            self.secondary.push(Label {
                span,
                text: text.into(),
            });
        }
        self
    }

    /// Says what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a way out, if there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }
}

/// Everything there is to say about an input, and the files it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// The files that the places point into.
    pub files: Arc<SourceMap>,
    /// In the order found.
    pub items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// No diagnostics yet, about these files.
    #[must_use]
    pub fn about(files: Arc<SourceMap>) -> Self {
        Self {
            files,
            items: Vec::new(),
        }
    }

    /// One diagnostic that points into no file.
    #[must_use]
    pub fn of(diagnostic: Diagnostic) -> Self {
        Self {
            files: Arc::default(),
            items: vec![diagnostic],
        }
    }

    /// Adds a diagnostic. Its places must be of `self.files`.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Takes over what others say that is not said yet. They must be about the same files.
    pub fn absorb(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        for item in others {
            if !self.items.contains(&item) {
                self.items.push(item);
            }
        }
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether any of them refuses the input.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items
            .iter()
            .any(|item| item.severity == Severity::Error)
    }

    /// The diagnostics that refuse the input.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items
            .iter()
            .filter(|item| item.severity == Severity::Error)
    }

    /// `Ok(value)` when nothing refuses the input; otherwise everything there is to say.
    ///
    /// # Errors
    /// `self`, when it has errors.
    pub fn unless_errors<T>(self, value: T) -> Result<(T, Self), Self> {
        if self.has_errors() {
            Err(self)
        } else {
            Ok((value, self))
        }
    }
}

/// One line a diagnostic: `file:line:column: severity[code]: message`.
impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, item) in self.items.iter().enumerate() {
            if position > 0 {
                formatter.write_str("\n")?;
            }
            if let Some(Label { span, .. }) = item.primary {
                let file = self.files.name(span.file);
                write!(formatter, "{file}:{}:{}: ", span.line, span.column)?;
            }
            write!(
                formatter,
                "{}[{}]: {}",
                item.severity, item.code, item.message
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
