//! The value of a scalar whose type is known.

use super::{binary, integer, timestamp};
use crate::value::Value;
use crate::yaml::resolve::Class;

/// The value of a scalar whose type the plain-scalar rules found; or what is wrong with it.
pub(in crate::yaml) fn of_class(class: Class, text: &str) -> Result<Value, String> {
    match class {
        Class::Str => Ok(Value::Str(text.into())),
        Class::Null => Ok(Value::Null),
        Class::Bool(flag) => Ok(Value::Bool(flag)),
        Class::Int => integer::integer(text),
        Class::Float => float(text),
        Class::Timestamp => timestamp::timestamp(text),
        Class::Merge => Err("`<<` is for keys; as a value it has no meaning".to_owned()),
        Class::Default => Err("`=` is for keys; as a value it has no meaning".to_owned()),
    }
}

/// The value of a scalar with one of YAML's own tags; or what is wrong with it.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Value, String> {
    match tag {
        "null" => Ok(Value::Null),
        "bool" => boolean(text),
        "int" => integer::integer(text),
        "float" => float(text),
        "binary" => binary::decode(text),
        "timestamp" => timestamp::timestamp(text),
        _ => Ok(Value::Str(text.into())),
    }
}

fn boolean(text: &str) -> Result<Value, String> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" => Ok(Value::Bool(true)),
        "no" | "false" | "off" => Ok(Value::Bool(false)),
        _ => Err(format!("`{text}` is no boolean")),
    }
}

/// Takes what Python's `float` takes, `.inf`, `.nan` and sexagesimal numbers.
fn float(text: &str) -> Result<Value, String> {
    if let Ok(number) = text.parse::<f64>()
        && text.as_bytes().last().is_some_and(u8::is_ascii_digit)
    {
        return Ok(Value::Float(number));
    }
    let invalid = || format!("`{text}` is no number");
    let cleaned = text.replace('_', "").to_lowercase();
    let (sign, digits) = integer::split_sign(&cleaned);
    let magnitude = match digits {
        ".inf" => f64::INFINITY,
        // The sign of "not a number" is not the author's.
        ".nan" => return Ok(Value::Float(f64::NAN)),
        _ if digits.contains(':') => {
            let mut sum = 0.0;
            let mut base = 1.0;
            for part in digits.rsplit(':') {
                sum += python_float(part).ok_or_else(invalid)? * base;
                base *= 60.0;
            }
            sum
        }
        _ => python_float(digits).ok_or_else(invalid)?,
    };
    Ok(Value::Float(if sign { -magnitude } else { magnitude }))
}

fn python_float(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}
