//! Checks a value against a table of options.

use plimsoll_core::suggest::did_you_mean;
use serde_json::Value as Json;

use super::{Field, Kind};

/// Checks an object. `path` is what stands before its options' names in messages.
pub(super) fn object(fields: &[Field], value: &Json, path: &str) -> Result<(), String> {
    let Some(map) = value.as_object() else {
        let what = if path.is_empty() { "they" } else { path };
        let verb = if path.is_empty() { "are" } else { "is" };
        return Err(format!("{what} {verb} {value}, not an object"));
    };
    for (name, value) in map {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match fields.iter().find(|field| field.name == name) {
            Some(field) => kind(&field.kind, value, &path)?,
            None => return Err(unknown(fields, name, &path)),
        }
    }
    Ok(())
}

fn unknown(fields: &[Field], name: &str, path: &str) -> String {
    let names = || fields.iter().map(|field| field.name);
    let known: Vec<&str> = names().collect();
    let mut message = format!(
        "there is no option `{path}`; known are: {}",
        known.join(", ")
    );
    if let Some(hint) = did_you_mean(name, names()) {
        message.push_str("; ");
        message.push_str(&hint);
    }
    message
}

fn kind(kind: &Kind, value: &Json, path: &str) -> Result<(), String> {
    let fits = match kind {
        Kind::Number(range) => value.as_f64().is_some_and(|number| {
            let least = if range.above {
                number > range.from
            } else {
                number >= range.from
            };
            least && number <= range.to
        }),
        Kind::Whole(from, to) => value
            .as_u64()
            .is_some_and(|number| (*from..=*to).contains(&number)),
        Kind::Flag => value.is_boolean(),
        Kind::Choice(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Kind::Optional(inner) => {
            return if value.is_null() {
                Ok(())
            } else {
                self::kind(inner, value, path)
            };
        }
        Kind::Object(fields) => return object(fields, value, path),
        Kind::List(most, fields) => match value.as_array().filter(|list| list.len() <= *most) {
            Some(list) => {
                for (place, value) in list.iter().enumerate() {
                    object(fields, value, &format!("{path}[{place}]"))?;
                }
                true
            }
            None => false,
        },
    };
    if fits {
        return Ok(());
    }
    Err(format!("`{path}` is {value}; it is {}", wanted(kind)))
}

/// What would fit, in words.
fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Number(range) => {
            let least = if range.above { "above" } else { "from" };
            let number = format!("a number {least} {}", range.from);
            match range.to.is_finite() {
                true => format!("{number} to {}", range.to),
                false if range.above => number,
                false => format!("{number} up"),
            }
        }
        Kind::Whole(from, to) if *to == u64::from(u32::MAX) => {
            format!("a whole number from {from} up")
        }
        Kind::Whole(from, to) => format!("a whole number from {from} to {to}"),
        Kind::Flag => "true or false".to_owned(),
        Kind::Choice(words) => format!("one of: {}", words.join(", ")),
        Kind::Optional(inner) => wanted(inner),
        Kind::Object(_) => "an object".to_owned(),
        Kind::List(most, _) => format!("a list of at most {most}"),
    }
}
