//! Whether a text can hold scalars that YAML 1.1 reads otherwise than most people expect.
//!
//! To list them takes a second reading. Nearly no file has any, and this is quick to tell.

/// Whether there can be a number of base 8 or 60, or a string that looks like a number: a word of
/// digits, signs, dots, colons and an `e` that is no plain decimal.
pub(crate) fn can_surprise(text: &str) -> bool {
    text.as_bytes()
        .split(|byte| byte.is_ascii_whitespace() || b",[]{}".contains(byte))
        .any(can_be_odd)
}

fn can_be_odd(word: &[u8]) -> bool {
    let unsigned = match word {
        [b'+' | b'-', rest @ ..] => rest,
        _ => word,
    };
    let [first, rest @ ..] = unsigned else {
        return false;
    };
    let numeric = |byte: &u8| byte.is_ascii_digit() || b"+-.:eE_".contains(byte);
    if !matches!(first, b'0'..=b'9' | b'.') || !rest.iter().all(numeric) {
        return false;
    }
    let signed_dot = *first == b'.' && unsigned.len() < word.len();
    let zero_first = *first == b'0' && rest.first().is_some_and(|byte| *byte != b'.');
    let marks = |byte: &u8| matches!(byte, b':' | b'e' | b'E');
    signed_dot || zero_first || rest.iter().any(marks)
}

#[cfg(test)]
mod tests {
    use plimsoll_core::span::SourceMap;
    use plimsoll_core::yaml;

    use super::can_surprise;

    #[test]
    fn what_surprises_is_not_overlooked() {
        for text in [
            "a: 012",
            "a: [1,+012]",
            "a: 1:30",
            "a: 1e3",
            "a: -.5",
            "a: 08",
            "a: {b: 1:30.5}",
            "- 1E5",
            "a: 0_1",
            "0o1: 1:1",
            "a: 1e-6",
        ] {
            let mut files = SourceMap::default();
            let limits = yaml::Limits::default();
            let reading = yaml::read(&mut files, "a", text.as_bytes(), &limits);
            let found = yaml::surprises(&files, reading.file, &limits);
            assert!(!found.is_empty() && can_surprise(text), "{text}: {found:?}");
        }
    }

    #[test]
    fn usual_files_are_passed_over() {
        for text in [
            "a: 1",
            "a: 0.9.0",
            "b: 4.42.3 # no",
            "cpu: '4'",
            "c: 2024-01-01",
            "d: 0",
        ] {
            assert!(!can_surprise(text), "{text}");
        }
    }
}
