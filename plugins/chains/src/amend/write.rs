//! New arguments and items, as they are written in Python.

use plimsoll_core::amendment::{Brackets, Edit, behind_last, line_break};
use ruff_python_ast::{Arguments, ExprDict};
use ruff_text_size::{Ranged, TextRange};

/// What is added to a level of indentation where a file shows none.
const DEFAULT_STEP: &str = "    ";

/// A new expression.
#[derive(Clone, Debug)]
pub(super) enum New {
    Number(u32),
    /// Brackets around labelled expressions: what opens them, and what closes them.
    Group(String, Vec<Labelled>, &'static str),
}

/// An argument or an item: `name=` or `"key": `, and what follows.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    pub(super) label: String,
    pub(super) value: New,
}

impl New {
    /// A call of a class.
    pub(super) fn call(class: &str, arguments: Vec<Labelled>) -> Self {
        Self::Group(format!("{class}("), arguments, ")")
    }

    /// A dictionary.
    pub(super) fn dict(items: Vec<Labelled>) -> Self {
        Self::Group("{".to_owned(), items, "}")
    }

    /// The expression on one line, or over lines, below one of this indentation.
    pub(super) fn text(&self, indent: Option<&str>, layout: &Layout<'_>) -> String {
        match (self, indent) {
            (Self::Number(number), _) => number.to_string(),
            (Self::Group(open, parts, close), None) => {
                let parts: Vec<_> = parts.iter().map(|part| part.text(None, layout)).collect();
                format!("{open}{}{close}", parts.join(", "))
            }
            (Self::Group(open, parts, close), Some(indent)) => {
                let (line_break, inner) = (layout.line_break, format!("{indent}{}", layout.step));
                let mut text = open.clone();
                for part in parts {
                    let part = part.text(Some(&inner), layout);
                    text.push_str(&format!("{line_break}{inner}{part},"));
                }
                format!("{text}{line_break}{indent}{close}")
            }
        }
    }
}

impl Labelled {
    pub(super) fn new(label: impl Into<String>, value: New) -> Self {
        Self {
            label: label.into(),
            value,
        }
    }

    pub(super) fn text(&self, indent: Option<&str>, layout: &Layout<'_>) -> String {
        format!("{}{}", self.label, self.value.text(indent, layout))
    }
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'s> {
    pub(super) source: &'s str,
    pub(super) line_break: &'static str,
    pub(super) step: &'s str,
}

/// The arguments of a call, or the items of a dictionary.
#[derive(Clone, Debug)]
pub(super) struct List {
    open: usize,
    close: usize,
    /// The last one, without parentheses around it.
    last: Option<TextRange>,
}

impl List {
    pub(super) fn of_arguments(arguments: &Arguments) -> Self {
        let keywords = arguments.keywords.iter().map(Ranged::range);
        let all = arguments.args.iter().map(Ranged::range).chain(keywords);
        Self {
            open: arguments.start().to_usize() + 1,
            close: arguments.end().to_usize().saturating_sub(1),
            last: all.max_by_key(Ranged::end),
        }
    }

    pub(super) fn of_items(dict: &ExprDict) -> Self {
        let last = dict.items.last().map(|item| {
            let key = item.key.as_ref().map_or(item.value.start(), Ranged::start);
            TextRange::new(key, item.value.end())
        });
        Self {
            open: dict.start().to_usize() + 1,
            close: dict.end().to_usize().saturating_sub(1),
            last,
        }
    }
}

impl<'s> Layout<'s> {
    /// The layout of a file, the first indented line of which shows its step.
    pub(super) fn of(source: &'s str) -> Self {
        let indented = source.lines().find_map(|line| {
            let rest = line.trim_start_matches([' ', '\t']);
            let indent = &line[..line.len() - rest.len()];
            (!indent.is_empty() && !rest.is_empty() && !rest.starts_with('#')).then_some(indent)
        });
        Self {
            source,
            line_break: line_break(source),
            step: indented.unwrap_or(DEFAULT_STEP),
        }
    }

    /// The spaces that the line of a byte begins with.
    pub(super) fn indent(&self, at: usize) -> &'s str {
        let before = self.source.get(..at).unwrap_or_default();
        let start = before.rfind(['\n', '\r']).map_or(0, |found| found + 1);
        let line = before.get(start..).unwrap_or_default();
        let rest = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - rest.len();
        line.get(..indent).unwrap_or_default()
    }

    /// Where the line of a byte ends, a comment included.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.source.get(at..).unwrap_or_default();
        at + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// Adds parts behind those that a list has.
    pub(super) fn add(&self, list: &List, parts: &[Labelled]) -> Vec<Edit> {
        // What is nested goes over lines in any case; a call in one line stays in it.
        let line = self.indent(list.open);
        let texts = |indent: Option<&str>| -> Vec<String> {
            let text = |part: &Labelled| part.text(Some(indent.unwrap_or(line)), self);
            parts.iter().map(text).collect()
        };
        let Some(last) = list.last else {
            return vec![self.fill(list, parts)];
        };
        let (end, comma) = self.end(last.end().to_usize(), list.close);
        let mut start = last.start().to_usize();
        let stars = self.source.get(..start).unwrap_or_default();
        start = stars.trim_end_matches('*').len();
        let brackets = Brackets {
            last: start..end,
            comma,
            close: list.close,
        };
        behind_last(self.source, &brackets, texts)
    }

    /// Puts parts into a list of none.
    fn fill(&self, list: &List, parts: &[Labelled]) -> Edit {
        let inside = list.open..list.close;
        let is_nested = parts
            .iter()
            .any(|part| matches!(part.value, New::Group(..)));
        let is_blank = self
            .source
            .get(inside.clone())
            .is_some_and(|text| text.trim().is_empty());
        if is_nested && is_blank {
            let indent = self.indent(list.open);
            let group = New::Group(String::new(), parts.to_vec(), "");
            return Edit::replace(inside, group.text(Some(indent), self));
        }
        let texts: Vec<_> = parts.iter().map(|part| part.text(None, self)).collect();
        Edit::insert(list.open, texts.join(", "))
    }

    /// Where an expression ends, with the parentheses around it; and the comma behind it.
    fn end(&self, from: usize, close: usize) -> (usize, Option<usize>) {
        let mut end = from;
        let mut in_comment = false;
        let rest = self.source.get(from..close).unwrap_or_default();
        for (position, byte) in rest.bytes().enumerate() {
            match byte {
                b'\n' | b'\r' => in_comment = false,
                b'#' => in_comment = true,
                b')' if !in_comment => end = from + position + 1,
                b',' if !in_comment => return (end, Some(from + position)),
                _ => {}
            }
        }
        (end, None)
    }
}
