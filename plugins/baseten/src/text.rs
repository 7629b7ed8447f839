//! Texts that others wrote, on their way to a terminal.

/// Whether a character says how to show others, and shows nothing itself: control characters, and
/// those that turn the direction of writing.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// The text without what steers a terminal; its lines and tabs stay. Nothing that would show is
/// taken out but the parameters of an escape sequence such as a colour.
pub(crate) fn stripped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\n' | '\t' => out.push(character),
            // A line that was to be written over is a line.
            '\r' if rest.peek().is_some_and(|next| *next != '\n') => out.push('\n'),
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                skip_parameters(&mut rest);
            }
            '\u{9b}' => skip_parameters(&mut rest),
            character if is_invisible(character) => {}
            character => out.push(character),
        }
    }
    out
}

/// Skips the rest of a control sequence (ECMA-48, section 5.4): parameters, and the final
/// character where it is one.
fn skip_parameters(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while rest.next_if(|next| matches!(next, ' '..='?')).is_some() {}
    let _ = rest.next_if(|next| matches!(next, '@'..='~'));
}

/// The text on one line, with what steers a terminal written out: `\n`, `\u{1b}`.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            out.extend(character.escape_debug());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, stripped};

    #[test]
    fn nothing_steers_the_terminal() {
        for (text, expected) in [
            ("plain `é` 漢\n\tnext", "plain `é` 漢\n\tnext"),
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}[2J\u{1b}[Hgone", "gone"),
            ("\u{1b}]0;title\u{7}x", "]0;titlex"),
            ("10%\r20%\r\n", "10%\n20%\n"),
            ("a\u{8}\u{0}b\u{202e}c", "abc"),
            ("\u{1b}[", ""),
            ("\u{1b}[é", "é"),
        ] {
            assert_eq!(stripped(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_escaped_is_on_one_line() {
        assert_eq!(
            escaped("it's `é`\n\u{1b}[m\u{202e}"),
            r"it's `é`\n\u{1b}[m\u{202e}"
        );
    }
}
