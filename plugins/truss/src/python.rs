//! What Python makes of values and texts, where Truss leaves it to Python.

use plimsoll_core::value::{Node, Value};

/// Whether Python's `float` reads the text: white space around, `_` between digits, an exponent,
/// `inf`, `infinity` and `nan` in any case.
pub(crate) fn is_float(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(
        unsigned.to_ascii_lowercase().as_str(),
        "inf" | "infinity" | "nan"
    ) {
        return true;
    }
    let (number, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let exponent_sound =
        exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    let number_sound = match number.split_once('.') {
        None => digits(number),
        Some(("", fraction)) => digits(fraction),
        Some((whole, "")) => digits(whole),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
    };
    exponent_sound && number_sound
}

/// Decimal digits with single underscores between them.
fn digits(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('_')
            .all(|group| !group.is_empty() && group.chars().all(char::is_numeric))
}

/// Whether the text is a version as PEP 440 has them: an optional `v` and epoch, numbers, and
/// pre-, post-, development and local parts.
pub(crate) fn is_version(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix('v').unwrap_or(&text);
    let (public, local) = match text.split_once('+') {
        Some((public, local)) => (public, Some(local)),
        None => (text, None),
    };
    let local_sound = local.is_none_or(|local| {
        local
            .split(['.', '-', '_'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    });
    let release = match public.split_once('!') {
        Some((epoch, rest)) if number(epoch) => rest,
        Some(_) => return false,
        None => public,
    };
    local_sound && release_and_suffixes(release)
}

fn number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn release_and_suffixes(text: &str) -> bool {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (release, mut rest) = text.split_at(end);
    let release = if rest.is_empty() {
        release
    } else {
        release.trim_end_matches('.')
    };
    if !release.split('.').all(number) {
        return false;
    }
    const STAGES: [&[&str]; 3] = [
        &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"],
        &["post", "rev", "r"],
        &["dev"],
    ];
    for (stage, words) in STAGES.into_iter().enumerate() {
        let separated = rest.trim_start_matches(['.', '-', '_']);
        let word = words.iter().find(|word| separated.starts_with(**word));
        if let Some(word) = word {
            let after = separated[word.len()..].trim_start_matches(['.', '-', '_']);
            let digits = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            rest = &after[digits..];
        } else if stage == 1 && rest.starts_with('-') {
            let after = &rest[1..];
            let digits = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            if digits > 0 {
                rest = &after[digits..];
            }
        }
    }
    rest.is_empty()
}

/// `str(value)`, with booleans in lower case as Truss has them.
pub(crate) fn str_of(node: &Node) -> String {
    match &node.value {
        Value::Bool(flag) => flag.to_string(),
        Value::Str(text) => text.to_string(),
        Value::Timestamp(text) => text.replacen('T', " ", 1),
        _ => repr(node),
    }
}

/// `repr(value)`.
fn repr(node: &Node) -> String {
    match &node.value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::BigInt(digits) => digits.to_string(),
        Value::Float(number) => repr_float(*number),
        Value::Str(text) => repr_str(text),
        Value::Timestamp(text) => format!("datetime.date({text})"),
        Value::Bytes(bytes) => format!("b{}", repr_str(&String::from_utf8_lossy(bytes))),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let entry = |entry: &plimsoll_core::value::Entry| {
                let key = match entry.key.as_str() {
                    Some(text) => repr_str(text),
                    None => entry.key.to_string(),
                };
                format!("{key}: {}", repr(&entry.value))
            };
            let entries: Vec<_> = map.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// The shortest text that reads back, as Python and Rust both have it; Python writes an exponent
/// from 1e16 up and below 1e-4.
fn repr_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{number:?}")
}

fn repr_str(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() && u32::from(c) < 0x100 => {
                out.push_str(&format!("\\x{:02x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::{is_float, is_version, repr_float, str_of};
    use plimsoll_core::value::{Node, Origin, Value};

    #[test]
    fn floats_are_told_as_python_tells_them() {
        for yes in [
            "1", "1.", ".5", "1e2", "-1", " 2 ", "1_000", "inf", "NaN", "+1.5E-3",
        ] {
            assert!(is_float(yes), "{yes}");
        }
        for no in ["", ".", "1e", "_1", "1__0", "0x10", "1 2", "500m", "e5"] {
            assert!(!is_float(no), "{no}");
        }
    }

    #[test]
    fn versions_are_told_as_pep_440_has_them() {
        for yes in [
            "0.9.0",
            "v1.0",
            "1!2.0",
            "1.0a1",
            "1.0.post2",
            "1.0.dev3",
            "1.0rc1+local.1",
        ] {
            assert!(is_version(yes), "{yes}");
        }
        for no in ["", "latest", "1..0", "1.0+", "1.0 beta x"] {
            assert!(!is_version(no), "{no}");
        }
    }

    #[test]
    fn values_become_the_strings_that_python_makes() {
        let list = Value::List(vec![Node::from(1), Node::from("a")]);
        assert_eq!(
            str_of(&Node::with_origin(list, Origin::default())),
            "[1, 'a']"
        );
        assert_eq!(
            str_of(&Node::with_origin(Value::Null, Origin::default())),
            "None"
        );
        assert_eq!(str_of(&Node::from(true)), "true");
        assert_eq!(repr_float(1e22), "1e+22");
        assert_eq!(repr_float(1e-7), "1e-07");
        assert_eq!(repr_float(1.0), "1.0");
    }
}
