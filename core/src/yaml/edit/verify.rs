//! What the edits come to, read again.

use super::Target;
use super::document::Document;
use crate::amendment::{Amendment, Edit};
use crate::span::SourceMap;
use crate::value::{Map, Node};
use crate::yaml::limits::Limits;
use crate::yaml::read::read;
use crate::yaml::token::Kind;
use crate::yaml::write::write;

/// Whether the edits set what they are to set, change no other value, and touch no line outside of
/// the entry that the path begins with.
pub(super) fn changes_nothing_else(
    text: &str,
    edits: &[Edit],
    target: &Target<'_>,
    limits: &Limits,
) -> bool {
    let Some(amendment) = Amendment::new("", text.into(), edits.to_vec()) else {
        return false;
    };
    let (Some(before), Some(mut after)) = (tree(text, limits), tree(&amendment.after, limits))
    else {
        return false;
    };
    let is_set = is_set(&after, target);
    undo(&before, &mut after, target);
    // Written, because a float that is no number is not equal to itself.
    is_set && write(&before) == write(&after) && is_within(&amendment, target, limits)
}

fn tree(text: &str, limits: &Limits) -> Option<Node> {
    let mut files = SourceMap::default();
    read(&mut files, "", text.as_bytes(), limits).node
}

fn is_set(after: &Node, target: &Target<'_>) -> bool {
    let block = target
        .path
        .iter()
        .try_fold(after, |node, key| node.get(key));
    let holds = |(key, value): &(&str, i64)| {
        let held = block.and_then(|block| block.get(key));
        held.and_then(Node::as_i64) == Some(*value)
    };
    target.set.iter().all(holds)
}

/// Puts back what was where the integers are, as far down as there was anything.
fn undo(before: &Node, after: &mut Node, target: &Target<'_>) {
    let mut was = before;
    let mut is = &mut *after;
    for (level, key) in target.path.iter().enumerate() {
        let Some(map) = is.as_map_mut() else { return };
        let Some(inner) = was.get(key) else {
            map.remove(key);
            break;
        };
        let Some(found) = map.get_mut(key) else {
            return;
        };
        if level + 1 == target.path.len() || inner.as_map().is_none() {
            *found = inner.clone();
            return;
        }
        (was, is) = (inner, found);
    }
    // What was nothing is a mapping with nothing in it now.
    let emptied = after.as_map().is_some_and(Map::is_empty);
    if before.is_null() && emptied {
        *after = before.clone();
    }
}

/// Whether all that differs stands in the entry that the path begins with, or in front of it behind
/// the entry before.
fn is_within(amendment: &Amendment, target: &Target<'_>, limits: &Limits) -> bool {
    let mut files = SourceMap::default();
    let file = files.add("", &*amendment.after);
    let Ok(document) = Document::read(&amendment.after, file, limits) else {
        return false;
    };
    let open = (0..document.tokens.len()).find(|token| document.step(*token) == 1);
    let mapping = document.graph.root.zip(open);
    let Some(mapping) = mapping.and_then(|(root, open)| document.mapping(root, open)) else {
        return false;
    };
    let Some(entry) = document.member(&mapping, target.path[0]) else {
        return false;
    };
    let is_before = |token: &usize| {
        document.takes_room(*token) && !matches!(document.tokens[*token].kind, Kind::FlowEntry)
    };
    let before = (0..entry.first).rev().find(is_before);
    let from = before.map_or(0, |before| document.range(before).end);
    let line_end = document.line_end(document.range(entry.last).end);
    let to = document.next_line(line_end).unwrap_or(line_end);
    let mut shift = 0_isize;
    amendment.edits().iter().all(|edit| {
        let start = edit.range.start.saturating_add_signed(shift);
        let end = start + edit.text.len();
        shift += edit.text.len().cast_signed() - edit.range.len().cast_signed();
        from <= start && end <= to.max(start)
    })
}
