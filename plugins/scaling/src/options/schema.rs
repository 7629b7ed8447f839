//! The JSON Schema of a table of options.

use plimsoll_core::registry::follow::{DECIDES_EVERY, FOLLOWS, SCALES};
use serde_json::{Map, Value as Json, json};

use super::{Described, Every, Field, Kind};

/// The schema of a policy's options, with their defaults.
pub(crate) fn schema<T: Described>() -> Json {
    let defaults = serde_json::to_value(T::default()).unwrap_or(Json::Null);
    let mut schema = object(T::FIELDS, Some(&defaults));
    schema[SCALES] = json!(T::SCALES);
    match T::DECIDES_EVERY {
        Some(Every::Seconds(seconds)) => schema[DECIDES_EVERY] = json!(seconds),
        Some(Every::Option(name)) => schema[DECIDES_EVERY] = json!(name),
        None => {}
    }
    for (option, fact) in T::FOLLOWS {
        schema["properties"][option][FOLLOWS] = json!(fact);
    }
    schema
}

fn object(fields: &[Field], defaults: Option<&Json>) -> Json {
    let mut properties = Map::new();
    for field in fields {
        let default = defaults.and_then(|defaults| defaults.get(field.name));
        let mut property = kind(&field.kind, default);
        if let Some(property) = property.as_object_mut() {
            property.insert("description".to_owned(), json!(field.doc));
            if let Some(default) = default {
                property.insert("default".to_owned(), default.clone());
            }
        }
        properties.insert(field.name.to_owned(), property);
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn kind(kind: &Kind, default: Option<&Json>) -> Json {
    match kind {
        Kind::Number(range) => {
            let least = if range.above {
                "exclusiveMinimum"
            } else {
                "minimum"
            };
            let mut schema = json!({ "type": "number", least: range.from });
            if range.to.is_finite() {
                schema["maximum"] = json!(range.to);
            }
            schema
        }
        Kind::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Optional(inner) => {
            let inner = self::kind(inner, default);
            json!({ "anyOf": [inner, { "type": "null" }] })
        }
        Kind::Object(fields) => object(fields, default),
        Kind::List(most, fields) => {
            json!({ "type": "array", "maxItems": most, "items": object(fields, None) })
        }
    }
}
