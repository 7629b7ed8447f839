//! `str` and `repr` of values.

use plimsoll_core::value::{Entry, Key, Node, Value, python_float};

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
        Value::Float(number) => python_float(*number),
        Value::Str(text) => repr_str(text),
        Value::Timestamp(text) => repr_time(text),
        Value::Bytes(bytes) => repr_bytes(bytes),
        Value::List(items) => format!("[{}]", reprs(items)),
        Value::Tuple(items) => format!("({})", reprs(items)),
        // Python's order of members is any; here it is that of the file.
        Value::Set(members) if members.is_empty() => "set()".to_owned(),
        Value::Set(members) => format!("{{{}}}", reprs(members)),
        Value::Map(map) => {
            let entry = |entry: &Entry| format!("{}: {}", repr_key(&entry.key), repr(&entry.value));
            let entries: Vec<_> = map.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn reprs(items: &[Node]) -> String {
    let items: Vec<_> = items.iter().map(repr).collect();
    items.join(", ")
}

fn repr_key(key: &Key) -> String {
    match key {
        Key::Str(text) => repr_str(text),
        Key::Null => "None".to_owned(),
        Key::Bool(true) => "True".to_owned(),
        Key::Bool(false) => "False".to_owned(),
        Key::Float(number) => python_float(*number),
        Key::Other(text) if text.contains('-') && !text.starts_with('-') => repr_time(text),
        other => other.to_string(),
    }
}

fn repr_str(text: &str) -> String {
    let quote = quote_for(text);
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            _ if code < 0x100 => out.push_str(&format!("\\x{code:02x}")),
            _ if code < 0x1_0000 => out.push_str(&format!("\\u{code:04x}")),
            _ => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out.push(quote);
    out
}

fn quote_for(text: &str) -> char {
    if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    }
}

/// Whether Python shows a character as it is. Rust escapes the same general categories, and the
/// start of a combining sequence, which the letter before it is there to prevent.
fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        character if character.is_ascii() => false,
        character => format!("a{character}").escape_debug().count() == 2,
    }
}

fn repr_bytes(bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let quote = quote_for(&text);
    let mut out = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(*byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(*byte)),
            byte => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

/// `datetime.date(2024, 1, 1)` of an ISO text, and the like for a date and time.
fn repr_time(text: &str) -> String {
    let Some((date, time)) = text.split_once('T') else {
        return format!("datetime.date({})", numbers(text, '-').join(", "));
    };
    let (time, offset) = match time.find(['+', '-']) {
        Some(at) => (&time[..at], Some(&time[at..])),
        None => (time, None),
    };
    let (clock, micros) = match time.split_once('.') {
        Some((clock, micros)) => (clock, unpadded(micros)),
        None => (time, "0"),
    };
    let mut parts = numbers(date, '-');
    let mut clock = numbers(clock, ':');
    if micros != "0" {
        clock.push(micros);
    } else if clock.get(2) == Some(&"0") {
        clock.pop();
    }
    parts.append(&mut clock);
    let zone = match offset {
        Some(offset) => format!(", tzinfo={}", repr_zone(offset)),
        None => String::new(),
    };
    format!("datetime.datetime({}{zone})", parts.join(", "))
}

fn repr_zone(offset: &str) -> String {
    let field = |part: Option<&str>| part.and_then(|part| part.parse::<i64>().ok()).unwrap_or(0);
    let mut parts = offset[1..].split(':');
    let size = field(parts.next()) * 3600 + field(parts.next()) * 60 + field(parts.next());
    match (offset.starts_with('-'), size) {
        (_, 0) => "datetime.timezone.utc".to_owned(),
        (false, size) => format!("datetime.timezone(datetime.timedelta(seconds={size}))"),
        (true, size) => {
            let seconds = 86_400 - size;
            format!("datetime.timezone(datetime.timedelta(days=-1, seconds={seconds}))")
        }
    }
}

fn numbers(text: &str, separator: char) -> Vec<&str> {
    text.split(separator).map(unpadded).collect()
}

fn unpadded(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::value::{Node, Origin, Value};

    use super::{repr_str, repr_time, str_of};

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
        assert_eq!(repr_str("é\u{200b}\u{7}😀"), r"'é\u200b\x07😀'");
    }

    #[test]
    fn times_become_the_calls_that_python_shows() {
        for (iso, expected) in [
            ("2024-01-01", "datetime.date(2024, 1, 1)"),
            (
                "2024-01-01T10:00:00",
                "datetime.datetime(2024, 1, 1, 10, 0)",
            ),
            (
                "2024-01-01T10:00:00+01:00",
                "datetime.datetime(2024, 1, 1, 10, 0, \
                 tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))",
            ),
            (
                "2001-12-14T21:59:43.100000-05:00",
                "datetime.datetime(2001, 12, 14, 21, 59, 43, 100000, \
                 tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=68400)))",
            ),
        ] {
            assert_eq!(repr_time(iso), expected);
        }
    }
}
