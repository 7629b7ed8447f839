//! One number in the place of a scalar.

use super::document::{Document, Member};
use crate::amendment::Edit;
use crate::yaml::token::Kind;

impl Document<'_> {
    /// Replaces the scalar or alias that an entry holds; none where it holds neither. A comment
    /// behind it keeps its column where it stands in one with those above or below.
    pub(super) fn set_scalar(&self, member: &Member, value: i64) -> Option<Vec<Edit>> {
        let word = self.content(member)?;
        if !matches!(self.tokens[word].kind, Kind::Scalar(..) | Kind::Alias(_)) {
            return None;
        }
        let mut range = self.range(word);
        // A block scalar ends where the next line starts.
        range.end = range.start + self.text.get(range.clone())?.trim_end().len();
        let old = self.text.get(range.clone())?;
        let text = value.to_string();
        let mut edits = vec![Edit::replace(range.clone(), text.as_str())];
        let rest = self.text.get(range.end..)?;
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        if gap > 0 && rest[gap..].starts_with('#') && self.is_aligned(range.end + gap) {
            let room = (old.chars().count() + gap)
                .saturating_sub(text.len())
                .max(1);
            if room != gap {
                edits.push(Edit::replace(range.end..range.end + gap, " ".repeat(room)));
            }
        }
        Some(edits)
    }

    /// Whether the line above or below has a comment, behind something, in the column of this one.
    fn is_aligned(&self, comment: usize) -> bool {
        let (before, after) = self.text.split_at(comment);
        let start = before.rfind('\n').map_or(0, |found| found + 1);
        let column = before[start..].chars().count();
        let above = before[..start].lines().next_back();
        let below = after.lines().nth(1);
        let has_one = |line: &str| {
            let mut rest = line.chars().skip(column.saturating_sub(1));
            rest.next() == Some(' ')
                && rest.next() == Some('#')
                && !line.trim_start().starts_with('#')
        };
        above.is_some_and(has_one) || below.is_some_and(has_one)
    }
}
