//! The type of a plain scalar, by the rules of YAML 1.1 as PyYAML has them.
//!
//! They are not those of YAML 1.2: `yes` is a boolean, `012` is 10, `12:30` is 750, and `1e3` is
//! a string, as a float needs a dot and its exponent a sign.

/// What a plain scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Null,
    Bool(bool),
    Int,
    Float,
    /// A date, or a date with a time.
    Timestamp,
    /// `<<`, which merges where it is a key.
    Merge,
    /// `=`, which is an ordinary key, and nothing that a value can be.
    Default,
    Str,
}

/// Finds the type. Most scalars are told by their first byte.
pub(super) fn classify(text: &str) -> Class {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return Class::Null;
    };
    match first {
        b'0'..=b'9' => number(bytes, bytes, false),
        b'+' | b'-' => signed(bytes),
        b'.' => point(bytes, false),
        b'~' if bytes.len() == 1 => Class::Null,
        b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => word(text),
        b'<' if text == "<<" => Class::Merge,
        b'=' if bytes.len() == 1 => Class::Default,
        _ => Class::Str,
    }
}

fn word(text: &str) -> Class {
    match text {
        "null" | "Null" | "NULL" => Class::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Class::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Class::Bool(false)
        }
        _ => Class::Str,
    }
}

fn signed(bytes: &[u8]) -> Class {
    match bytes.get(1) {
        Some(b'0'..=b'9') => number(bytes, &bytes[1..], true),
        Some(b'.') => point(&bytes[1..], true),
        _ => Class::Str,
    }
}

/// A scalar that starts with a point, behind the sign.
fn point(bytes: &[u8], signed: bool) -> Class {
    match bytes {
        b".inf" | b".Inf" | b".INF" => Class::Float,
        b".nan" | b".NaN" | b".NAN" if !signed => Class::Float,
        [b'.', b'0'..=b'9', ..] if !signed => fraction(&bytes[1..]),
        _ => Class::Str,
    }
}

/// What may follow the point of a float: digits, and an exponent with a sign.
fn fraction(bytes: &[u8]) -> Class {
    let exponent = &bytes[run(bytes, |byte| byte.is_ascii_digit() || byte == b'_')..];
    match exponent {
        [] => Class::Float,
        [b'e' | b'E', b'+' | b'-', digits @ ..]
            if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) =>
        {
            Class::Float
        }
        _ => Class::Str,
    }
}

/// A scalar that starts with a digit behind the sign.
fn number(whole: &[u8], bytes: &[u8], signed: bool) -> Class {
    let length = run(bytes, |byte| byte.is_ascii_digit() || byte == b'_');
    let (digits, rest) = bytes.split_at(length);
    match rest {
        [] if digits[0] != b'0' => Class::Int,
        [] if digits.iter().all(|byte| matches!(byte, b'0'..=b'7' | b'_')) => Class::Int,
        [b'.', ..] => fraction(&rest[1..]),
        [b':', ..] => sexagesimal(rest, digits[0] != b'0'),
        [b'b', binary @ ..] if digits == b"0" => {
            int_if(binary, |byte| matches!(byte, b'0' | b'1' | b'_'))
        }
        [b'x', hex @ ..] if digits == b"0" => {
            int_if(hex, |byte| byte.is_ascii_hexdigit() || byte == b'_')
        }
        [b'-', ..] if !signed && length == 4 && timestamp(whole) => Class::Timestamp,
        _ => Class::Str,
    }
}

fn int_if(digits: &[u8], is_digit: impl Fn(u8) -> bool) -> Class {
    if !digits.is_empty() && run(digits, is_digit) == digits.len() {
        Class::Int
    } else {
        Class::Str
    }
}

/// `:5`, `:30:45`, `:30.5`: what follows the first number of a sexagesimal one.
fn sexagesimal(mut rest: &[u8], may_be_int: bool) -> Class {
    loop {
        rest = match rest {
            [b':', b'0'..=b'5', b'0'..=b'9', rest @ ..] | [b':', b'0'..=b'9', rest @ ..] => rest,
            _ => return Class::Str,
        };
        match rest {
            [] if may_be_int => return Class::Int,
            [b'.', fraction @ ..] => {
                let length = run(fraction, |byte| byte.is_ascii_digit() || byte == b'_');
                return if length == fraction.len() {
                    Class::Float
                } else {
                    Class::Str
                };
            }
            _ => {}
        }
    }
}

/// Whether text that starts with four digits and a dash is a date or a date with a time.
fn timestamp(bytes: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    match bytes {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            digits(year) && digits(&[*m1, *m2, *d1, *d2])
        }
        _ => super::construct::timestamp::has_time(bytes),
    }
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !belongs(*byte));
    end.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{Class, classify};

    #[test]
    fn the_surprises_of_yaml_1_1() {
        let expected = [
            ("yes", Class::Bool(true)),
            ("y", Class::Str),
            ("012", Class::Int),
            ("08", Class::Str),
            ("0o14", Class::Str),
            ("12:30:45", Class::Int),
            ("12:60", Class::Str),
            ("0:30", Class::Str),
            ("0:30.5", Class::Float),
            ("1e3", Class::Str),
            ("1.0e3", Class::Str),
            ("1.0e+3", Class::Float),
            ("-.5", Class::Str),
            ("+.inf", Class::Float),
            ("-.nan", Class::Str),
            ("1_000", Class::Int),
            ("2024-01-01", Class::Timestamp),
            ("2024-1-1", Class::Str),
            ("2024-1-1 1:02:03", Class::Timestamp),
        ];
        for (text, class) in expected {
            assert_eq!(classify(text), class, "{text}");
        }
    }
}
