//! Texts of values, and methods of strings.

use ruff_python_ast::{ConversionFlag, InterpolatedElement, InterpolatedStringElement};

use super::load::Place;
use super::run::{CONSTANT, Interpreter};
use super::value::{Kind, PathForm, Val, Why};

/// Longest string that a method makes.
const LONGEST: usize = 1 << 20;

/// `str(value)`; `None` where it is not evaluated.
pub(crate) fn plain(value: &Val) -> Option<String> {
    Some(match &value.kind {
        Kind::Str(text) => text.to_string(),
        Kind::Int(number) => number.to_string(),
        Kind::BigInt(digits) => digits.to_string(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::None => "None".to_owned(),
        // Beyond these bounds Python writes an exponent.
        Kind::Float(number) if *number == 0.0 || (1e-4..1e16).contains(&number.abs()) => {
            format!("{number:?}")
        }
        Kind::Path(path) if !path.anchored && path.form != PathForm::AbsPath => path.text.clone(),
        _ => return None,
    })
}

/// The text of `{value}` in an f-string, or why it is not known.
pub(crate) fn formatted(
    interpreter: &Interpreter<'_>,
    value: &Val,
    element: &InterpolatedElement,
    at: Place,
) -> Result<String, Val> {
    if value.why().is_some() {
        return Err(value.clone());
    }
    if let Some(why) = interpreter.changed(value) {
        return Err(Val::new(Kind::Unknown(std::rc::Rc::clone(why)), at));
    }
    let refuse = |what: String| {
        Why::new("chain::not-constant", at, what)
            .hint(CONSTANT)
            .val()
    };
    let text = match (element.conversion, element.debug_text.is_some()) {
        (ConversionFlag::None | ConversionFlag::Str, false) => plain(value),
        _ => None,
    };
    let Some(text) = text else {
        return Err(refuse(format!(
            "the text of {} is not evaluated",
            value.describe()
        )));
    };
    let spec = match &element.format_spec {
        None => None,
        Some(spec) => match spec.elements.iter().collect::<Vec<_>>().as_slice() {
            [] => None,
            [InterpolatedStringElement::Literal(literal)] => Some(literal.value.to_string()),
            _ => return Err(refuse("this format is not evaluated".to_owned())),
        },
    };
    match spec.as_deref() {
        None | Some("") => Ok(text),
        Some(spec) => padded(value, &text, spec)
            .ok_or_else(|| refuse(format!("the format `{spec}` is not evaluated"))),
    }
}

/// An integer to a width: `d`, `3`, `03d`; a number to some places: `.2f`.
fn padded(value: &Val, text: &str, spec: &str) -> Option<String> {
    match value.kind {
        Kind::Int(number) => {
            let digits = spec.strip_suffix('d').unwrap_or(spec);
            if digits.is_empty() {
                return Some(text.to_owned());
            }
            let width: usize = digits.parse().ok().filter(|width| *width <= 64)?;
            Some(if digits.starts_with('0') {
                format!("{number:0width$}")
            } else {
                format!("{number:width$}")
            })
        }
        Kind::Float(number) => {
            let places = spec.strip_prefix('.')?.strip_suffix('f')?;
            let places: usize = places.parse().ok().filter(|places| *places <= 16)?;
            Some(format!("{number:.places$}"))
        }
        _ => None,
    }
}

/// `template % values`, with `%s` and `%d` alone.
pub(crate) fn percent(
    interpreter: &mut Interpreter<'_>,
    template: &str,
    values: &Val,
    at: Place,
) -> Val {
    let one = [values.clone()];
    let mut values = match &values.kind {
        Kind::Tuple(tuple) => tuple.items.iter(),
        _ => one.iter(),
    };
    let mut result = String::new();
    let mut pieces = template.split('%');
    result.push_str(pieces.next().unwrap_or_default());
    let mut escaped = false;
    for piece in pieces {
        if std::mem::take(&mut escaped) {
            result.push_str(piece);
            continue;
        }
        let mut letters = piece.chars();
        let (value, rest) = match letters.next() {
            None => {
                result.push('%');
                escaped = true;
                continue;
            }
            Some('s') => (values.next().and_then(plain), letters.as_str()),
            Some('d') => {
                let integer = values
                    .next()
                    .filter(|value| matches!(value.kind, Kind::Int(_)));
                (integer.and_then(plain), letters.as_str())
            }
            Some(_) => (None, ""),
        };
        let Some(value) = value.filter(|value| result.len() + value.len() <= LONGEST) else {
            let message = "this format is not evaluated";
            return Why::new("chain::not-constant", at, message)
                .hint(CONSTANT)
                .val();
        };
        result.push_str(&value);
        result.push_str(rest);
    }
    if escaped || values.next().is_some() {
        let message = "this format does not fit its values";
        return Why::new("chain::python", at, message).val();
    }
    interpreter.string(&result, at)
}

/// A method of a string; `None` where it is not evaluated.
pub(crate) fn method(
    interpreter: &mut Interpreter<'_>,
    text: &str,
    name: &str,
    args: &[Val],
    at: Place,
) -> Option<Val> {
    let texts: Option<Vec<&str>> = args.iter().map(Val::as_str).collect();
    if name == "join" {
        let [list] = args else { return None };
        if interpreter.changed(list).is_some() {
            return None;
        }
        let parts: Option<Vec<&str>> = list.items()?.iter().map(Val::as_str).collect();
        let parts = parts?;
        let length: usize = parts.iter().map(|part| part.len() + text.len()).sum();
        return (length <= LONGEST).then(|| interpreter.string(&parts.join(text), at));
    }
    if name == "format" {
        return format_plain(text, args).map(|text| interpreter.string(&text, at));
    }
    let texts = texts?;
    let space = |letter: char| letter.is_whitespace();
    let among = |set: &str| {
        let set = set.to_owned();
        move |letter: char| set.contains(letter)
    };
    let result = match (name, texts.as_slice()) {
        ("strip", []) => text.trim_matches(space).to_owned(),
        ("lstrip", []) => text.trim_start_matches(space).to_owned(),
        ("rstrip", []) => text.trim_end_matches(space).to_owned(),
        ("strip", [set]) => text.trim_matches(among(set)).to_owned(),
        ("lstrip", [set]) => text.trim_start_matches(among(set)).to_owned(),
        ("rstrip", [set]) => text.trim_end_matches(among(set)).to_owned(),
        ("lower", []) if text.is_ascii() => text.to_ascii_lowercase(),
        ("upper", []) if text.is_ascii() => text.to_ascii_uppercase(),
        ("removeprefix", [part]) => text.strip_prefix(part).unwrap_or(text).to_owned(),
        ("removesuffix", [part]) => text.strip_suffix(part).unwrap_or(text).to_owned(),
        ("replace", [from, to]) => {
            let longest = text.len().saturating_mul(to.len().max(1) + 1);
            if longest > LONGEST {
                return None;
            }
            text.replace(from, to)
        }
        ("startswith", [part]) => return Some(Val::new(Kind::Bool(text.starts_with(part)), at)),
        ("endswith", [part]) => return Some(Val::new(Kind::Bool(text.ends_with(part)), at)),
        ("split", []) => {
            let parts = text
                .split_whitespace()
                .map(|part| Val::text(part, at))
                .collect();
            return Some(interpreter.list(parts, at));
        }
        ("split", [separator]) if !separator.is_empty() => {
            let parts = text
                .split(separator)
                .map(|part| Val::text(part, at))
                .collect();
            return Some(interpreter.list(parts, at));
        }
        ("splitlines", [])
            if text.is_ascii() && !text.contains(['\x0b', '\x0c', '\x1c', '\x1d', '\x1e']) =>
        {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let parts = text.lines().map(|part| Val::text(part, at)).collect();
            return Some(interpreter.list(parts, at));
        }
        _ => return None,
    };
    Some(interpreter.string(&result, at))
}

/// `"{} {}".format(a, b)`, with `{}` alone.
fn format_plain(template: &str, args: &[Val]) -> Option<String> {
    let pieces: Vec<&str> = template.split("{}").collect();
    let sound = pieces.iter().all(|piece| !piece.contains(['{', '}']));
    if !sound || pieces.len() - 1 > args.len() {
        return None;
    }
    let mut result = String::new();
    for (position, piece) in pieces.iter().enumerate() {
        result.push_str(piece);
        if position + 1 < pieces.len() {
            result.push_str(&plain(&args[position])?);
        }
        if result.len() > LONGEST {
            return None;
        }
    }
    Some(result)
}
