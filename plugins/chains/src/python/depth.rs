//! How deeply a source is nested, measured before it is parsed: parsers, trees and their
//! destructors recurse.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};
use ruff_text_size::TextSize;

/// Deepest nesting that is read. CPython itself gives up at a few hundred.
pub(crate) const MAX_DEPTH: usize = 200;

/// Where a source is nested more deeply than [`MAX_DEPTH`], at the start of a line; `None` where it
/// is not.
pub(crate) fn too_deep(source: &str) -> Option<TextSize> {
    if !is_too_deep(source) {
        return None;
    }
    // The lexer tells no positions: the first line with which the source is too deep is searched for.
    let starts: Vec<usize> = std::iter::once(0)
        .chain(source.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let fine = |line: &usize| {
        !is_too_deep(&source[..starts.get(line + 1).copied().unwrap_or(source.len())])
    };
    let (mut low, mut high) = (0, starts.len() - 1);
    while low < high {
        let middle = usize::midpoint(low, high);
        if fine(&middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    TextSize::try_from(starts[low]).ok()
}

/// Every open bracket and block is a level, and so is every operator of one item: `a + b + c` is a
/// tree of depth two, and `not not x` too.
fn is_too_deep(source: &str) -> bool {
    let mut lexer = lexer::lex(source, Mode::Module);
    // Operators since the last comma or line, of each bracket that is open.
    let mut open: Vec<usize> = vec![0];
    let (mut operators, mut indents) = (0_usize, 0_usize);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return false,
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                deepen(&mut open, &mut operators);
                open.push(0);
            }
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => {
                if open.len() > 1 {
                    operators -= open.pop().unwrap_or_default();
                }
            }
            TokenKind::Comma => reset(&mut open, &mut operators),
            TokenKind::Newline => {
                open.truncate(1);
                operators = open.first().copied().unwrap_or_default();
                reset(&mut open, &mut operators);
            }
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Semi => {}
            _ => deepen(&mut open, &mut operators),
        }
        if open.len() + operators + indents > MAX_DEPTH {
            return true;
        }
    }
}

fn deepen(open: &mut [usize], operators: &mut usize) {
    if let Some(last) = open.last_mut() {
        *last += 1;
        *operators += 1;
    }
}

fn reset(open: &mut [usize], operators: &mut usize) {
    if let Some(last) = open.last_mut() {
        *operators -= *last;
        *last = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, too_deep};

    #[test]
    fn what_nests_is_counted_and_what_stands_in_a_row_is_not() {
        let many = MAX_DEPTH + 1;
        for deep in [
            "(".repeat(many),
            format!("a{}", ".b".repeat(many)),
            format!("a{}", "()".repeat(many)),
            format!("{}1", "- ".repeat(many)),
            format!("{}1", "lambda: ".repeat(many)),
            format!("1{}", " if a else 1".repeat(many)),
            (0..many)
                .map(|n| format!("{}if a:\n", " ".repeat(n)))
                .collect(),
        ] {
            assert!(too_deep(&deep).is_some(), "{}", &deep[..20]);
        }
        for flat in [
            format!("[{}]", "(1 + 2), ".repeat(many)),
            "a = b + c\n".repeat(many),
            "f(a.b)\n".repeat(many),
            "'a' ".repeat(many),
            "a = ')'\n".repeat(many),
        ] {
            assert_eq!(too_deep(&flat), None, "{}", &flat[..20]);
        }
    }
}
