//! Scalars on one line.

use std::borrow::Cow;

use super::string;
use crate::value::{Key, Value};
use crate::yaml::construct::{encode_base64, scalar_value};
use crate::yaml::resolve::classify;

/// A scalar; collections have no text here.
pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed("null"),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Float(number) => Cow::Owned(float_text(*number)),
        Value::BigInt(text) | Value::Timestamp(text) => verbatim(text, value),
        Value::Str(text) => string::inline(text),
        Value::Bytes(bytes) => Cow::Owned(format!("!!binary \"{}\"", encode_base64(bytes))),
        Value::List(_) | Value::Tuple(_) | Value::Set(_) | Value::Map(_) => Cow::Borrowed(""),
    }
}

/// A key, on one line.
pub(super) fn key(key: &Key) -> Cow<'_, str> {
    match key {
        Key::Str(text) => string::inline(text),
        Key::Int(number) => Cow::Owned(number.to_string()),
        Key::Bool(true) => Cow::Borrowed("true"),
        Key::Bool(false) => Cow::Borrowed("false"),
        Key::Float(number) => Cow::Owned(float_text(*number)),
        Key::Null => Cow::Borrowed("null"),
        Key::Other(text) => {
            if let Some(bytes) = bytes_of_key(text) {
                return Cow::Owned(format!("!!binary \"{}\"", encode_base64(&bytes)));
            }
            let big = Value::BigInt(text.clone());
            match verbatim(text, &big) {
                Cow::Owned(_) => {
                    Cow::Owned(verbatim(text, &Value::Timestamp(text.clone())).into_owned())
                }
                plain @ Cow::Borrowed(_) => plain,
            }
        }
    }
}

/// The text as it is if it is read as the value, and in quotes if not.
fn verbatim<'a>(text: &'a str, value: &Value) -> Cow<'a, str> {
    if scalar_value(classify(text), text).is_ok_and(|read| read == *value) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(string::double_quoted(text))
    }
}

/// A float with the fewest digits that read back as the same, in the notation of YAML 1.1: a dot
/// always, and a sign in the exponent.
pub(in crate::yaml) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-.inf" } else { ".inf" }.to_owned();
    }
    let text = format!("{number:?}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let dot = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{dot}e{sign}{exponent}")
}

/// Undoes how Python shows bytes, which is what a key made of bytes holds.
pub(crate) fn bytes_of_key(text: &str) -> Option<Vec<u8>> {
    let quoted = text.strip_prefix('b')?;
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    Some(bytes)
}
