//! Diagnostics: for people on stderr, for machines as JSON.

use std::collections::BTreeMap;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use plimsoll::diagnostic::{Diagnostic, Diagnostics, Label, Severity};
use plimsoll::span::FileId;
use serde_json::{Value as Json, json};

/// Prints them to stderr, and how many there are.
pub(crate) fn print(diagnostics: &Diagnostics) {
    for item in in_order(diagnostics) {
        super::say(&format!("{}\n", text(diagnostics, item, super::colour())));
    }
    let count = |severity| {
        diagnostics
            .items
            .iter()
            .filter(|item| item.severity == severity)
            .count()
    };
    let plural = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let summary = match (errors, warnings) {
        (0, 0) => return,
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => {
            format!(
                "{}, {}",
                plural(errors, "error"),
                plural(warnings, "warning")
            )
        }
    };
    super::say(&summary);
}

/// By their places; what has none comes first.
fn in_order(diagnostics: &Diagnostics) -> Vec<&Diagnostic> {
    let mut items: Vec<&Diagnostic> = diagnostics.items.iter().collect();
    items.sort_by_key(|item| item.primary.as_ref().map(|label| label.span));
    items
}

/// One diagnostic as people read it.
pub(crate) fn text(diagnostics: &Diagnostics, item: &Diagnostic, colour: bool) -> String {
    let level = match item.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(item.message.as_str()).id(&*item.code);
    let mut labels: BTreeMap<FileId, Vec<(AnnotationKind, &Label)>> = BTreeMap::new();
    if let Some(label) = &item.primary {
        labels
            .entry(label.span.file)
            .or_default()
            .push((AnnotationKind::Primary, label));
    }
    for label in &item.secondary {
        labels
            .entry(label.span.file)
            .or_default()
            .push((AnnotationKind::Context, label));
    }
    let mut group = Group::with_title(title);
    for (file, labels) in labels {
        let Some(file) = diagnostics.files.get(file) else {
            continue;
        };
        let annotations = labels.into_iter().map(|(kind, label)| {
            let range = in_text(&file.text, label.span.start, label.span.end);
            kind.span(range)
                .label((!label.text.is_empty()).then_some(label.text.as_str()))
        });
        let snippet = Snippet::source(&*file.text).path(file.name.as_str());
        group = group.element(snippet.annotations(annotations));
    }
    if let Some(expected) = &item.expected {
        group = group.element(Level::NOTE.with_name("expected").message(expected.as_str()));
    }
    for hint in &item.hints {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

/// A range that lies in the text, at character boundaries, and is not empty where it can be so.
fn in_text(text: &str, start: u32, end: u32) -> std::ops::Range<usize> {
    let floor = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(start), floor(end));
    // The first line of a block is enough to show where it is.
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    start..end.clamp(start, line_end.max(start))
}

/// Diagnostics as JSON: code, severity, message, place, what was expected, hints.
pub(crate) fn json(diagnostics: &Diagnostics) -> Json {
    let place = |label: &Label| {
        json!({
            "file": diagnostics.files.name(label.span.file),
            "line": label.span.line,
            "column": label.span.column,
            "text": label.text,
        })
    };
    let items = in_order(diagnostics).into_iter().map(|item| {
        let span = item.primary.as_ref().map(|label| label.span);
        json!({
            "code": item.code,
            "severity": item.severity.to_string(),
            "message": item.message,
            "file": span.map(|span| diagnostics.files.name(span.file)),
            "line": span.map(|span| span.line),
            "column": span.map(|span| span.column),
            "expected": item.expected,
            "hints": item.hints,
            "related": item.secondary.iter().map(place).collect::<Vec<_>>(),
        })
    });
    Json::Array(items.collect())
}
