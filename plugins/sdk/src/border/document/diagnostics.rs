//! Places, files and diagnostics as documents.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use plimsoll_core::span::{FileId, SourceMap, Span};
use serde::{Deserialize, Serialize};

/// A place: the number of its file, the bytes it begins and ends at, its line and its column.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SpanDocument(u32, u32, u32, u32, u32);

impl SpanDocument {
    /// Writes a place.
    #[must_use]
    pub fn of(span: Span) -> Self {
        let file = span.file.index();
        Self(file, span.start, span.end, span.line, span.column)
    }

    /// Reads a place, where there is one.
    ///
    /// # Errors
    /// When it is not within these files.
    pub fn read(span: Option<Self>, files: &SourceMap) -> Result<Option<Span>, String> {
        let Some(document) = span else {
            return Ok(None);
        };
        let Self(file, start, end, line, column) = document;
        match document.as_is() {
            Some(span) if files.text(span).is_some() && line > 0 && column > 0 => Ok(Some(span)),
            _ => Err(format!(
                "a place ({line}:{column}, bytes {start} to {end} of file {file}) outside of its files"
            )),
        }
    }

    /// The place as it stands, whatever it is of.
    pub(super) fn as_is(self) -> Option<Span> {
        let Self(file, start, end, line, column) = self;
        FileId::from_index(file).map(|file| Span {
            file,
            start,
            end,
            line,
            column,
        })
    }
}

/// Files: their names and texts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Files(Vec<(String, Arc<str>)>);

impl Files {
    /// Writes files.
    #[must_use]
    pub fn of(files: &SourceMap) -> Self {
        let files = files.files().iter();
        Self(
            files
                .map(|file| (file.name.clone(), Arc::clone(&file.text)))
                .collect(),
        )
    }

    /// Reads files.
    #[must_use]
    pub fn read(self) -> Arc<SourceMap> {
        let mut files = SourceMap::default();
        for (name, text) in self.0 {
            files.add(name, text);
        }
        Arc::new(files)
    }
}

/// One thing that is said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    code: String,
    severity: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<(SpanDocument, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<(SpanDocument, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
}

impl Said {
    /// Writes what is said.
    #[must_use]
    pub fn of(items: &[Diagnostic]) -> Vec<Self> {
        let label = |label: &Label| (SpanDocument::of(label.span), label.text.clone());
        let said = |item: &Diagnostic| Self {
            code: item.code.to_string(),
            severity: item.severity.to_string(),
            message: item.message.clone(),
            place: item.primary.as_ref().map(label),
            also: item.secondary.iter().map(label).collect(),
            expected: item.expected.clone(),
            hints: item.hints.clone(),
        };
        items.iter().map(said).collect()
    }

    /// Reads what is said about these files.
    ///
    /// # Errors
    /// When a place is outside of them, or a severity is none.
    pub fn read(said: Vec<Self>, files: &Arc<SourceMap>) -> Result<Diagnostics, String> {
        let mut diagnostics = Diagnostics::about(Arc::clone(files));
        for one in said {
            let severity = match one.severity.as_str() {
                "note" => Severity::Note,
                "warning" => Severity::Warning,
                "error" => Severity::Error,
                other => return Err(format!("`{other}` as a severity")),
            };
            let mut diagnostic = Diagnostic::new(severity, one.code, one.message);
            if let Some((span, text)) = one.place {
                diagnostic = diagnostic.labelled(SpanDocument::read(Some(span), files)?, text);
            }
            for (span, text) in one.also {
                diagnostic = diagnostic.also(SpanDocument::read(Some(span), files)?, text);
            }
            diagnostic.expected = one.expected;
            diagnostic.hints = one.hints;
            diagnostics.push(diagnostic);
        }
        Ok(diagnostics)
    }
}
