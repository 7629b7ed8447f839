//! Setting integers in the text of a document, so that nothing else in it changes: no other value,
//! and no line that does not hold what is set.
//!
//! The edits are found from the reader's own tokens. What comes of them is read again and compared
//! with what was there, so that a layout that is not understood is refused and never spoiled.

mod document;
mod entry;
mod layout;
mod scalar;
mod verify;

use self::document::{Document, Held, Mapping, Member};
use self::entry::{Body, Entry, Quotes, block, braces};
use super::limits::Limits;
use crate::amendment::Edit;
use crate::span::{FileId, Span};

/// Integers to set in one mapping of a document.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The keys that lead to the mapping, from the root.
    pub path: &'a [&'a str],
    /// What to set there.
    pub set: &'a [(&'a str, i64)],
    /// What the mapping should hold where it has to be written anew because what it holds now is
    /// merged from elsewhere: what is set, and what it holds beside that.
    pub whole: &'a [(&'a str, i64)],
}

/// Why a text is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The place that cannot be edited.
    pub span: Option<Span>,
    /// What is the matter there.
    pub kind: RefusalKind,
}

/// What is the matter with a place that cannot be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// What stands there counts in other places too, by an anchor.
    Shared,
    /// It is laid out in a way that is not understood.
    Layout,
}

/// The edits that set integers in a document that can be read.
///
/// Values that are there are replaced; keys that are not are added behind those that are, in the
/// manner of those beside them: block or braces, quotes, indentation, line ends. What an alias or a
/// merge brings in is overridden where it is brought in.
///
/// # Errors
/// Where that would change anything else, or it cannot be made sure that it does not.
pub fn set_integers(
    text: &str,
    file: FileId,
    target: &Target<'_>,
    limits: &Limits,
) -> Result<Vec<Edit>, Refusal> {
    let layout = |span| Refusal {
        span,
        kind: RefusalKind::Layout,
    };
    let document = Document::read(text, file, limits).map_err(|_| layout(None))?;
    let mut editor = Editor {
        document: &document,
        target,
        shared: None,
        place: None,
    };
    let edits = editor.edits().ok_or_else(|| layout(editor.place))?;
    if verify::changes_nothing_else(text, &edits, target, limits) {
        return Ok(edits);
    }
    Err(match editor.shared {
        Some(span) => Refusal {
            span: Some(span),
            kind: RefusalKind::Shared,
        },
        None => layout(editor.place),
    })
}

struct Editor<'d, 'a> {
    document: &'d Document<'a>,
    target: &'d Target<'d>,
    /// Where the first thing stands, on the way, that counts in other places too.
    shared: Option<Span>,
    /// How far the way led.
    place: Option<Span>,
}

impl Editor<'_, '_> {
    /// The edits; none where the way ends in something that is no mapping.
    fn edits(&mut self) -> Option<Vec<Edit>> {
        let document = self.document;
        let path = self.target.path;
        let Some(root) = document.graph.root else {
            return Some(document.append(&self.below(path), None));
        };
        let open = (0..document.tokens.len()).find(|token| document.step(*token) == 1);
        let Some(mut mapping) = open.and_then(|open| document.mapping(root, open)) else {
            // `---` with nothing behind it.
            let span = document.graph.span(root);
            self.place = Some(span);
            let is_nothing = document.is_null(root) && span.start == span.end;
            return is_nothing.then(|| document.append(&self.below(path), None));
        };
        let mut step = document.indentation(None);
        for (level, name) in path.iter().enumerate() {
            let below = &path[level + 1..];
            let Some(member) = document.member(&mapping, name) else {
                let entries = self.below(&path[level..]);
                if level == 0 && !mapping.is_flow {
                    return Some(document.append(&entries, Some(&mapping)));
                }
                return Some(document.add(&mapping, &entries, step));
            };
            if level == 0 {
                step = document.indentation(Some(member));
            }
            self.pass(member);
            match document.held(member) {
                Held::Mapping(inner) => {
                    let is_new = inner.members.is_empty() && !mapping.is_flow;
                    if is_new && document.is_one_word(inner.open, inner.close) {
                        let entries = self.below(below);
                        return Some(document.fill(&mapping, member, &entries, step));
                    }
                    mapping = inner;
                }
                Held::Null => {
                    let entries = self.below(below);
                    return Some(document.fill(&mapping, member, &entries, step));
                }
                Held::Alias(name) => {
                    let mut entries = if below.is_empty() {
                        leaves(self.target.set)
                    } else {
                        self.below(below)
                    };
                    if !document.is_null(member.value) {
                        entries.insert(0, Entry::merge(name));
                    }
                    return Some(document.fill(&mapping, member, &entries, step));
                }
                Held::Other => return None,
            }
        }
        self.set(&mapping, step)
    }

    /// Sets the integers in a mapping that is there.
    fn set(&mut self, mapping: &Mapping, step: usize) -> Option<Vec<Edit>> {
        let document = self.document;
        let mut edits = Vec::new();
        let mut missing = Vec::new();
        for (name, value) in self.target.set {
            match document.member(mapping, name) {
                Some(member) => {
                    self.pass(member);
                    edits.extend(document.set_scalar(member, *value)?);
                }
                None => missing.push((*name, *value)),
            }
        }
        if !missing.is_empty() {
            edits.extend(document.add(mapping, &leaves(&missing), step));
        }
        Some(edits)
    }

    /// Notes what is passed on the way.
    fn pass(&mut self, member: &Member) {
        let document = self.document;
        let span = document.span(member.first);
        self.place = Some(span);
        if self.shared.is_none() && document.is_shared(member.value) {
            self.shared = Some(span);
        }
    }

    /// What is to stand where the rest of the way is not there.
    fn below(&self, path: &[&str]) -> Vec<Entry> {
        nested(path, self.target.whole)
    }
}

/// Integers below a path.
fn nested(path: &[&str], values: &[(&str, i64)]) -> Vec<Entry> {
    path.iter().rev().fold(leaves(values), |entries, key| {
        vec![Entry {
            key: (*key).to_owned(),
            body: Body::Map(entries),
        }]
    })
}

fn leaves(values: &[(&str, i64)]) -> Vec<Entry> {
    let leaf = |(key, value): &(&str, i64)| Entry {
        key: (*key).to_owned(),
        body: Body::Integer(*value),
    };
    values.iter().map(leaf).collect()
}

/// What is to be set as lines of their own, for who has to write them by hand.
#[must_use]
pub fn snippet(target: &Target<'_>) -> String {
    let entries = nested(target.path, target.set);
    block(&entries, 0, 2, Quotes::None).join("\n")
}

impl Document<'_> {
    /// Whether brackets stand side by side, with nothing but spaces in them.
    fn is_one_word(&self, open: usize, close: usize) -> bool {
        let inside = self.range(open).end..self.range(close).start;
        self.text
            .get(inside)
            .is_some_and(|inside| inside.trim_matches(' ').is_empty())
    }

    /// Gives an entry a mapping for a value, in the place of the word or alias that it holds.
    fn fill(&self, parent: &Mapping, member: &Member, entries: &[Entry], step: usize) -> Vec<Edit> {
        let quotes = self.quotes(Some(member));
        let word = self.content(member);
        let end = self.range(member.last).end;
        if parent.is_flow {
            let braces = braces(entries, quotes);
            return vec![match (word, member.colon) {
                (Some(word), _) => Edit::replace(self.range(word).start..end, braces),
                (None, Some(_)) => Edit::insert(end, format!(" {braces}")),
                (None, None) => Edit::insert(end, format!(": {braces}")),
            }];
        }
        let column = self.column(member.first) + step;
        let mut edits = Vec::new();
        if member.colon.is_none() {
            edits.push(Edit::insert(end, ":"));
        }
        if let Some(word) = word {
            let from = self.range(word).start;
            let gap = self.range(word - 1).end..from;
            let is_gap = |gap: &str| !gap.contains('#');
            let before = if self.text.get(gap.clone()).is_some_and(is_gap) {
                gap.start
            } else {
                from
            };
            edits.push(Edit::replace(before..end, ""));
        }
        edits.push(self.lines_behind(end, &block(entries, column, step, quotes)));
        edits
    }
}
