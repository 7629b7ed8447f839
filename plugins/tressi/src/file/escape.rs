//! The escapes of JSON's strings.

/// An escape that means nothing.
pub(super) struct Unsound {
    /// Its byte.
    pub(super) at: usize,
    pub(super) message: &'static str,
}

/// What stands between the quotes of a string, without escapes.
pub(super) fn unescape(text: &str) -> Result<String, Unsound> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let place = text.len() - rest.len() + at;
        let (character, length) =
            escape(&rest[at..]).map_err(|message| Unsound { at: place, message })?;
        out.push(character);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Ok(out)
}

/// What an escape at the start of a text stands for, and how long it is.
fn escape(text: &str) -> Result<(char, usize), &'static str> {
    let simple = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return Err("a string has an escape that means nothing"),
    };
    Ok((simple, 2))
}

/// `\u` and four digits; or two of them, where a character takes two.
fn unicode(text: &str) -> Result<(char, usize), &'static str> {
    const HALF: &str = "a string has one half of a surrogate pair, without the other";
    let first = unit(text).ok_or("a string has a `\\u` without four hexadecimal digits")?;
    match first {
        0xD800..=0xDBFF => {
            let second = text.get(6..).and_then(unit).ok_or(HALF)?;
            if !(0xDC00..=0xDFFF).contains(&second) {
                return Err(HALF);
            }
            let point = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            Ok((char::from_u32(point).ok_or(HALF)?, 12))
        }
        _ => Ok((char::from_u32(first).ok_or(HALF)?, 6)),
    }
}

fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)
}
