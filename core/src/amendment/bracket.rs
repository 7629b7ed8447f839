//! Entries between brackets, as YAML's flow collections and Python's calls have them.

use std::ops::Range;

use super::Edit;

/// What is known of the brackets that entries go into.
#[derive(Clone, Debug)]
pub struct Brackets {
    /// Where the last entry begins, and where it ends.
    pub last: Range<usize>,
    /// Where the comma behind it stands, if there is one.
    pub comma: Option<usize>,
    /// Where the closing bracket stands.
    pub close: usize,
}

/// Adds entries behind the last one, in its manner: on a line each where it begins one, and on the
/// same line where it does not. The entries are given for the indentation of such lines, or none.
pub fn behind_last(
    text: &str,
    brackets: &Brackets,
    entries: impl Fn(Option<&str>) -> Vec<String>,
) -> Vec<Edit> {
    let end = brackets.last.end;
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let line = part(0..brackets.last.start);
    let indent = line.rfind(['\n', '\r']).map(|found| &line[found + 1..]);
    let Some(indent) = indent.filter(|indent| indent.trim().is_empty()) else {
        return vec![Edit::insert(end, format!(", {}", entries(None).join(", ")))];
    };
    let mut entries = entries(Some(indent));
    let line_break = line_break(text);
    let tail = brackets.comma.map_or(end, |comma| comma + 1);
    let rest = part(tail..brackets.close);
    let Some(line_end) = rest.find(['\n', '\r']) else {
        let entry = |entry: &String| format!(",{line_break}{indent}{entry}");
        return vec![Edit::insert(
            end,
            entries.iter().map(entry).collect::<String>(),
        )];
    };
    let count = entries.len();
    for (position, entry) in entries.iter_mut().enumerate() {
        let is_followed = brackets.comma.is_some() || position + 1 < count;
        let comma = if is_followed { "," } else { "" };
        *entry = format!("{line_break}{indent}{entry}{comma}");
    }
    let mut edits = Vec::new();
    if brackets.comma.is_none() {
        edits.push(Edit::insert(end, ","));
    }
    edits.push(Edit::insert(tail + line_end, entries.concat()));
    edits
}

/// The line end of a text: that of its first line.
#[must_use]
pub fn line_break(text: &str) -> &'static str {
    let first = text.find(['\n', '\r']).and_then(|found| text.get(found..));
    match first {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}
