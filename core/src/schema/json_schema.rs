//! JSON Schema (2020-12) from the tables, for editors and for whoever checks files elsewhere.
//!
//! What it says of a type is what [`Reader`](super::Reader) takes, its coercions included. What
//! keys need of one another it does not say.

use serde_json::{Map, Value as Json, json};

use super::{Default, Extra, Field, MAX, MIN, Model, Type};

/// A text that is read as an integer.
const INTEGER_TEXT: &str = r"^\s*[+-]?[0-9]+(_[0-9]+)*(\.0+)?\s*$";

/// A text that is read as a number.
const NUMBER_TEXT: &str = r"^\s*[+-]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)([eE][+-]?[0-9]+)?\s*$|^\s*[+-]?([iI][nN][fF]|[nN][aA][nN])";

/// A text that is read as a boolean.
const BOOLEAN_TEXT: &str = "^([01]|[oO]([nN]|[fF][fF])|[tT]([rR][uU][eE])?|[fF]([aA][lL][sS][eE])?|[yY]([eE][sS])?|[nN][oO]?)$";

/// The schema of whole documents of a model. Every model below it has its place in `$defs`.
#[must_use]
pub fn json_schema(model: &'static Model, id: &str) -> Json {
    let mut models = Vec::new();
    gather(model, &mut models);
    let mut definitions: Vec<_> = models
        .iter()
        .filter(|known| known.name != model.name)
        .map(|known| (known.name.to_owned(), object(known)))
        .collect();
    definitions.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut root = Map::new();
    root.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    root.insert("$id".to_owned(), id.into());
    root.insert("title".to_owned(), model.name.into());
    if let Json::Object(members) = object(model) {
        root.extend(members);
    }
    root.insert(
        "$defs".to_owned(),
        Json::Object(definitions.into_iter().collect()),
    );
    Json::Object(root)
}

/// What may be written where a type is asked for. Models are named by where `$defs` has them.
#[must_use]
pub fn schema_of(kind: &Type) -> Json {
    match kind {
        Type::Any => json!({}),
        Type::Str | Type::StrWith(_) | Type::StrInto(_) => json!({ "type": "string" }),
        Type::Int(low, high) => json!({ "anyOf": [
            integer(*low, *high),
            { "type": "string", "pattern": INTEGER_TEXT },
            { "type": "boolean" },
        ] }),
        Type::StrictInt(low, high) => integer(*low, *high),
        Type::Float => json!({ "anyOf": [
            { "type": "number" },
            { "type": "string", "pattern": NUMBER_TEXT },
            { "type": "boolean" },
        ] }),
        Type::StrictFloat(low, high) => {
            json!({ "type": "number", "exclusiveMinimum": low, "maximum": high })
        }
        Type::Bool => json!({ "anyOf": [
            { "type": "boolean" },
            { "enum": [0, 1] },
            { "type": "string", "pattern": BOOLEAN_TEXT },
        ] }),
        Type::Enum(values) => json!({ "enum": values }),
        Type::EnumUpper(values) => json!({ "anyOf": [
            { "enum": values },
            { "type": "string", "pattern": in_any_case(values) },
        ] }),
        Type::Nullable(inner) => match schema_of(inner) {
            Json::Object(mut members) if members.len() == 1 && members.contains_key("anyOf") => {
                if let Some(Json::Array(options)) = members.get_mut("anyOf") {
                    options.push(json!({ "type": "null" }));
                }
                Json::Object(members)
            }
            inner => json!({ "anyOf": [inner, { "type": "null" }] }),
        },
        Type::List(item) => json!({ "type": "array", "items": schema_of(item) }),
        Type::Map(value) => json!({ "type": "object", "additionalProperties": schema_of(value) }),
        Type::Model(model) => json!({ "$ref": format!("#/$defs/{}", model.name) }),
        Type::Custom(custom) => custom.schema(),
    }
}

/// Notes a model and those below it, each once by its name.
fn gather(model: &'static Model, models: &mut Vec<&'static Model>) {
    if models.iter().any(|known| known.name == model.name) {
        return;
    }
    models.push(model);
    for field in model.fields {
        gather_in(&field.kind, models);
    }
}

fn gather_in(kind: &'static Type, models: &mut Vec<&'static Model>) {
    match kind {
        Type::Model(model) => gather(model, models),
        Type::Nullable(inner) | Type::List(inner) | Type::Map(inner) => gather_in(inner, models),
        Type::Custom(custom) => {
            for model in custom.models() {
                gather(model, models);
            }
        }
        _ => {}
    }
}

fn object(model: &'static Model) -> Json {
    let properties: Map<String, Json> = model
        .fields
        .iter()
        .map(|field| (field.name.to_owned(), property(field)))
        .collect();
    let required: Vec<_> = model
        .fields
        .iter()
        .filter(|field| matches!(field.default, Default::Required))
        .map(|field| field.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": model.doc,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if model.extra == Extra::Forbid {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

/// What may be written under a key, what it means, and what holds where it is not written.
#[must_use]
pub fn property(field: &Field) -> Json {
    let mut schema = schema_of(&field.kind);
    let default = match field.default {
        Default::Required | Default::Absent | Default::Model => None,
        Default::Null => Some(Json::Null),
        Default::Bool(flag) => Some(flag.into()),
        Default::Int(number) => Some(number.into()),
        Default::Float(number) => Some(number.into()),
        Default::Str(text) => Some(text.into()),
        Default::EmptyList => Some(json!([])),
        Default::EmptyMap => Some(json!({})),
    };
    schema["description"] = field.doc.into();
    if let Some(default) = default {
        schema["default"] = default;
    }
    schema
}

fn integer(low: i64, high: i64) -> Json {
    let mut schema = json!({ "type": "integer" });
    if low != MIN {
        schema["minimum"] = low.into();
    }
    if high != MAX {
        schema["maximum"] = high.into();
    }
    schema
}

fn in_any_case(values: &[&str]) -> String {
    let either = |letter: char| match (letter.to_ascii_lowercase(), letter.to_ascii_uppercase()) {
        (lower, upper) if lower == upper => lower.to_string(),
        (lower, upper) => format!("[{upper}{lower}]"),
    };
    let value = |value: &&str| value.chars().map(either).collect::<String>();
    let values: Vec<_> = values.iter().map(value).collect();
    format!("^({})$", values.join("|"))
}
