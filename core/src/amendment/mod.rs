//! Amendments: settings put back into the file that they were read from, as edits of its text.

mod bracket;
mod request;

use std::ops::Range;
use std::sync::Arc;

pub use bracket::{Brackets, behind_last, line_break};
pub use request::Request;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::manifest::ManifestKind;

/// Text that takes the place of a range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; empty to insert.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: String,
}

impl Edit {
    /// Puts text before a byte.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Puts text in the place of a range.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }
}

/// A change of one file, as data: whoever asked for it shows it, and writes the file.
///
/// The file must be the one that was read: write [`after`](Self::after) only where the file still
/// holds [`before`](Self::before), beside it and renamed into its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// The file, as a path of the tree.
    pub path: String,
    /// Its text as it was read, to the byte.
    pub before: Arc<str>,
    /// Its text with the settings.
    pub after: Arc<str>,
    edits: Vec<Edit>,
}

/// Lines that an amendment changes. They are shown without their line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The first line of `removed`, or the one that `added` comes before; counted from 1.
    pub line: usize,
    /// The lines as they were.
    pub removed: Vec<String>,
    /// The lines as they are to be.
    pub added: Vec<String>,
}

impl Amendment {
    /// A change of the file at `path`; `None` where the edits overlap or cut a character.
    #[must_use]
    pub fn new(path: &str, before: Arc<str>, mut edits: Vec<Edit>) -> Option<Self> {
        edits.retain(|edit| before.get(edit.range.clone()) != Some(&*edit.text));
        // Stable: of two that insert at one place, the first comes first.
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let after = splice(&before, 0..before.len(), &edits)?;
        Some(Self {
            path: path.to_owned(),
            before,
            after: after.into(),
            edits,
        })
    }

    /// What a source says that cannot write settings.
    #[must_use]
    pub fn unsupported(kind: ManifestKind) -> Diagnostics {
        let message = format!("settings cannot be written into a {kind}");
        let problem = Diagnostic::error("amend::unsupported", message);
        Diagnostics::of(problem.hint("write them by hand"))
    }

    /// Whether the file says all of it already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The edits, in the order of the text; none overlaps another.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The lines that change, in order.
    #[must_use]
    pub fn hunks(&self) -> Vec<Hunk> {
        let mut hunks = Vec::new();
        let mut rest = &*self.edits;
        while let Some(first) = rest.first() {
            let mut range = lines_around(&self.before, &first.range);
            let mut count = 1;
            while let Some(next) = rest.get(count)
                && let next = lines_around(&self.before, &next.range)
                && next.start <= range.end + 1
            {
                range.end = next.end;
                count += 1;
            }
            let (edits, others) = rest.split_at(count);
            rest = others;
            hunks.extend(self.hunk(range, edits));
        }
        hunks
    }

    /// What differs between whole lines and what becomes of them.
    fn hunk(&self, range: Range<usize>, edits: &[Edit]) -> Vec<Hunk> {
        let text = |range| self.before.get(range).unwrap_or_default();
        let before = lines(text(range.clone()));
        let after = splice(&self.before, range.clone(), edits).unwrap_or_default();
        let line = lines(text(0..range.start)).len() + 1;
        differences(line, &before, &lines(&after))
    }
}

/// The runs of lines that differ, where as many as can be stay. There are few of them, as each edit
/// is of a line or two.
fn differences(first: usize, before: &[String], after: &[String]) -> Vec<Hunk> {
    // How many lines can stay of what follows each pair of places.
    let mut stay = vec![vec![0_usize; after.len() + 1]; before.len() + 1];
    for (old, line) in before.iter().enumerate().rev() {
        for (new, other) in after.iter().enumerate().rev() {
            stay[old][new] = if line == other {
                stay[old + 1][new + 1] + 1
            } else {
                stay[old + 1][new].max(stay[old][new + 1])
            };
        }
    }
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut old, mut new, mut open) = (0, 0, false);
    while old < before.len() || new < after.len() {
        if before.get(old) == after.get(new) {
            (old, new, open) = (old + 1, new + 1, false);
            continue;
        }
        if !open {
            hunks.push(Hunk {
                line: first + old,
                removed: Vec::new(),
                added: Vec::new(),
            });
            open = true;
        }
        let Some(hunk) = hunks.last_mut() else { break };
        let is_gone =
            new == after.len() || (old < before.len() && stay[old + 1][new] >= stay[old][new + 1]);
        if is_gone {
            hunk.removed.push(before[old].clone());
            old += 1;
        } else {
            hunk.added.push(after[new].clone());
            new += 1;
        }
    }
    hunks
}

/// A range of the text with the edits made in it.
fn splice(text: &str, range: Range<usize>, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(range.len());
    let mut from = range.start;
    for edit in edits {
        out.push_str(text.get(from..edit.range.start)?);
        out.push_str(&edit.text);
        from = edit.range.end;
    }
    out.push_str(text.get(from..range.end)?);
    Some(out)
}

fn lines_around(text: &str, range: &Range<usize>) -> Range<usize> {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |found| found + 1);
    let end = after
        .find('\n')
        .map_or(text.len(), |found| range.end + found);
    start..end
}

fn lines(text: &str) -> Vec<String> {
    // The last line may have lost the second half of its line end.
    let bare = |line: &str| line.strip_suffix('\r').unwrap_or(line).to_owned();
    text.lines().map(bare).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Amendment, Edit};

    fn shown(before: &str, edits: Vec<Edit>) -> Option<String> {
        let amendment = Amendment::new("f", Arc::from(before), edits)?;
        let mut shown = String::new();
        for hunk in amendment.hunks() {
            shown.push_str(&format!("@{}", hunk.line));
            hunk.removed
                .iter()
                .for_each(|line| shown.push_str(&format!(" -{line}")));
            hunk.added
                .iter()
                .for_each(|line| shown.push_str(&format!(" +{line}")));
            shown.push(';');
        }
        Some(shown)
    }

    #[test]
    fn only_lines_that_differ_are_shown() {
        let text = "a\nb\nc\nd\n";
        let insert = |at, text| Edit::insert(at, text);
        assert_eq!(shown(text, vec![]).as_deref(), Some(""));
        assert_eq!(
            shown(text, vec![insert(3, "\nx")]).as_deref(),
            Some("@3 +x;")
        );
        assert_eq!(
            shown(text, vec![insert(7, "!"), Edit::replace(0..1, "A")]).as_deref(),
            Some("@1 -a +A;@4 -d +d!;")
        );
        assert_eq!(
            shown(
                text,
                vec![Edit::replace(0..1, "A"), Edit::replace(2..3, "B")]
            )
            .as_deref(),
            Some("@1 -a -b +A +B;")
        );
        assert_eq!(
            shown("a", vec![insert(1, "\nb")]).as_deref(),
            Some("@2 +b;")
        );
    }

    #[test]
    fn edits_that_do_not_fit_are_none() {
        let overlapping = vec![Edit::replace(0..2, "x"), Edit::replace(1..3, "y")];
        assert_eq!(shown("abc", overlapping), None);
        assert_eq!(shown("é", vec![Edit::insert(1, "x")]), None);
        assert_eq!(shown("a", vec![Edit::insert(2, "x")]), None);
        let same = vec![Edit::replace(0..1, "a")];
        assert_eq!(shown("a", same).as_deref(), Some(""));
    }
}
