//! How deep a document is nested, before it is parsed.

/// Deeper than any document of a client: a push of a chain has five.
const DEEPEST: usize = 64;

/// Whether no brackets stand in more than [`DEEPEST`] others. What stands in strings and comments
/// does not count.
pub(super) fn is_shallow(document: &str) -> bool {
    let mut rest = document.as_bytes();
    let mut depth = 0_usize;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'"' if rest.starts_with(b"\"\"\"") => after_block(&rest[3..]),
            b'"' => after_string(after),
            b'#' => after_line(after),
            b'{' | b'(' | b'[' => {
                depth += 1;
                after
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                after
            }
            _ => after,
        };
        if depth > DEEPEST {
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
    use super::{DEEPEST, is_shallow};

    #[test]
    fn brackets_count_where_they_are_brackets() {
        let deep = "[".repeat(DEEPEST + 1);
        assert!(is_shallow(&"{".repeat(DEEPEST)));
        assert!(!is_shallow(&deep));
        assert!(is_shallow(&"{}".repeat(DEEPEST * 2)));
        assert!(is_shallow(&format!("{{ a(b: \"{deep}\\\"{deep}\") }}")));
        assert!(is_shallow(&format!(
            "{{ a(b: \"\"\"{deep}\\\"\"\"{deep}\"\"\") }}"
        )));
        assert!(is_shallow(&format!("# {deep}\n{{ a }}")));
        for evasion in ["\"\n", "\"\" ", "\"\"\"\"\"\"", "\"a\\\\\" ", "#\r"] {
            assert!(!is_shallow(&format!("{evasion}{deep}")), "{evasion:?}");
        }
    }
}
