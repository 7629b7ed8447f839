//! Scalars that YAML 1.1 reads otherwise than most people expect.

use super::compose::compose;
use super::decode::check_characters;
use super::graph::Content;
use super::limits::Limits;
use super::resolve::{Class, classify};
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, SourceMap};
use crate::value::Value;

/// Lists the scalars of a file that are not what they look like, in the order of the text:
/// `yaml::octal`, `yaml::sexagesimal`, `yaml::float-looking-string` (warnings) and
/// `yaml::bool-word` (notes), each with a hint how to write what may have been meant.
///
/// This reads the file again. A file that [`read`](super::read) refuses gives nothing.
#[must_use]
pub fn surprises(files: &SourceMap, file: FileId, limits: &Limits) -> Vec<Diagnostic> {
    let Some(text) = files.get(file).map(|file| &*file.text) else {
        return Vec::new();
    };
    if text.len() > limits.bytes() || check_characters(text, file).is_err() {
        return Vec::new();
    }
    let Ok(graph) = compose(text, file, limits) else {
        return Vec::new();
    };
    let nodes = graph.nodes.iter().filter(|node| node.tag.is_none());
    nodes
        .filter_map(|node| match &node.content {
            Content::Scalar { text, resolves } if *resolves => {
                let span = node.start.to(node.end, file);
                surprise(text).map(|found| found.at(Some(span)))
            }
            _ => None,
        })
        .collect()
}

fn surprise(text: &str) -> Option<Diagnostic> {
    let first = text.bytes().next()?;
    match classify(text) {
        Class::Bool(flag) if !matches!(first, b't' | b'T' | b'f' | b'F') => {
            let message = format!("`{text}` is read as the boolean {flag}");
            let found = Diagnostic::note("yaml::bool-word", message);
            let quoted = format!("write \"{text}\" for the string, or {flag} for the boolean");
            Some(found.hint(quoted))
        }
        Class::Int => {
            let number = match super::construct::scalar_value(Class::Int, text).ok()? {
                Value::Int(number) => number.to_string(),
                Value::BigInt(digits) => digits.into(),
                _ => return None,
            };
            let digits = text.trim_start_matches(['+', '-']);
            let found = if digits.contains(':') {
                let message = format!("`{text}` is read as {number}, a number of base 60");
                Diagnostic::warning("yaml::sexagesimal", message)
            } else if digits.starts_with('0')
                && digits.len() > 1
                && digits
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'_')
            {
                let message = format!("`{text}` is read as {number}, a number of base 8");
                Diagnostic::warning("yaml::octal", message)
            } else {
                return None;
            };
            let plain = format!("write \"{text}\" for the string, or {number} for the number");
            Some(found.hint(plain))
        }
        Class::Float if text.contains(':') => {
            let Value::Float(number) = super::construct::scalar_value(Class::Float, text).ok()?
            else {
                return None;
            };
            let message = format!("`{text}` is read as {number}, a number of base 60");
            let found = Diagnostic::warning("yaml::sexagesimal", message);
            Some(found.hint(format!("write \"{text}\" for the string")))
        }
        Class::Str if matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') => float_looking(text),
        _ => None,
    }
}

/// `1e3`: a float in YAML 1.2 and JSON, and a string here.
fn float_looking(text: &str) -> Option<Diagnostic> {
    let number: f64 = text
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())?;
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
    {
        return None;
    }
    // `08` and `-.5` parse as numbers as well; they are strings for other reasons.
    let message = format!("`{text}` is read as a string, not as the number {number}");
    let written = if text.contains(['.', 'e', 'E']) {
        super::write::float_text(number)
    } else {
        number.to_string()
    };
    let hint = format!("write {written} for the number, or \"{text}\" for the string");
    Some(Diagnostic::warning("yaml::float-looking-string", message).hint(hint))
}
