//! Bounds on a document before it is parsed, as the bounds that the library has come too late for
//! them: the parser calls itself for every level of brackets, so that the stack is the limit of what
//! it takes; and fragments are followed wherever they are spread before anything is counted, so that
//! thirty lines can stand for a thousand million.

/// Deeper than any document of a client: a push of a chain has five.
const DEEPEST: usize = 64;

/// More than any document of a client: a list of the schema's own types has the most.
const MOST_SPREADS: usize = 16;

/// A chainlet of a push has some 250 bytes outside of strings. Every one of them is parsed before any
/// field is counted, which takes far longer than to read a string.
const MOST_BYTES: usize = 256 << 10;

/// Whether no brackets stand in more than [`DEEPEST`] others, no more than [`MOST_SPREADS`] fragments
/// are spread, and there is not too much of it at all. What stands in strings does not count, nor do
/// brackets and spreads in comments.
pub(super) fn is_bounded(document: &str) -> bool {
    let mut rest = document.as_bytes();
    let (mut depth, mut spreads, mut bytes) = (0_usize, 0_usize, 0_usize);
    while let Some((&first, after)) = rest.split_first() {
        bytes += 1;
        rest = match first {
            b'"' if rest.starts_with(b"\"\"\"") => after_block(&rest[3..]),
            b'"' => after_string(after),
            b'#' => {
                let line = after_line(after);
                bytes += after.len() - line.len();
                line
            }
            b'{' | b'(' | b'[' => {
                depth += 1;
                after
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                after
            }
            b'.' if rest.starts_with(b"...") => {
                spreads += 1;
                &rest[3..]
            }
            _ => after,
        };
        if depth > DEEPEST || spreads > MOST_SPREADS || bytes > MOST_BYTES {
            return false;
        }
    }
    true
}

/// What follows a string. One that has no end on its line ends with the line: what follows counts.
fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'\\', _, after @ ..] => after,
            [b'"' | b'\n' | b'\r', after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

/// What follows a block string.
fn after_block(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'\\', b'"', b'"', b'"', after @ ..] => after,
            [b'"', b'"', b'"', after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

fn after_line(rest: &[u8]) -> &[u8] {
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(&[], |end| &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, MOST_BYTES, MOST_SPREADS, is_bounded};

    #[test]
    fn brackets_count_where_they_are_brackets() {
        let deep = "[".repeat(DEEPEST + 1);
        assert!(is_bounded(&"{".repeat(DEEPEST)));
        assert!(!is_bounded(&deep));
        assert!(is_bounded(&"{}".repeat(DEEPEST * 2)));
        assert!(is_bounded(&format!("{{ a(b: \"{deep}\\\"{deep}\") }}")));
        assert!(is_bounded(&format!(
            "{{ a(b: \"\"\"{deep}\\\"\"\"{deep}\"\"\") }}"
        )));
        assert!(is_bounded(&format!("# {deep}\n{{ a }}")));
        for evasion in ["\"\n", "\"\" ", "\"\"\"\"\"\"", "\"a\\\\\" ", "#\r"] {
            assert!(!is_bounded(&format!("{evasion}{deep}")), "{evasion:?}");
        }
    }

    #[test]
    fn what_stands_in_strings_may_be_long() {
        let long = "a".repeat(MOST_BYTES + 1);
        assert!(is_bounded(&format!("{{ a(b: \"{long}\") }}")));
        assert!(!is_bounded(&long));
        assert!(!is_bounded(&format!("#{long}")));
    }

    #[test]
    fn fragments_are_spread_a_few_times_only() {
        assert!(is_bounded(&"...a ".repeat(MOST_SPREADS)));
        assert!(!is_bounded(&"...a ".repeat(MOST_SPREADS + 1)));
        assert!(is_bounded(&format!(
            "\"{}\"",
            "...a ".repeat(MOST_SPREADS + 1)
        )));
    }
}
