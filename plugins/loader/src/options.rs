//! Checks options against the JSON Schema of what takes them, before it is made.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use plimsoll_core::registry::OptionsCheck;
use plimsoll_core::suggest::did_you_mean;
use serde_json::Value as Json;

/// Checks options against a JSON Schema (2020-12), and says everything that does not fit.
#[derive(Clone, Copy, Debug, Default)]
pub struct SchemaCheck;

impl OptionsCheck for SchemaCheck {
    fn check(&self, schema: &Json, options: &Json) -> Result<(), String> {
        let validator = jsonschema::validator_for(schema)
            .map_err(|error| format!("their schema is none: {error}"))?;
        let said = problems(&validator, schema, options);
        match said.is_empty() {
            true => Ok(()),
            false => Err(said.join("; ")),
        }
    }
}

fn problems(validator: &Validator, schema: &Json, options: &Json) -> Vec<String> {
    let mut said = Vec::new();
    for error in validator.iter_errors(options) {
        for problem in problem(&error, schema) {
            if !said.contains(&problem) {
                said.push(problem);
            }
        }
    }
    said
}

/// What one error comes to in words.
fn problem(error: &ValidationError<'_>, schema: &Json) -> Vec<String> {
    let path = dotted(&error.instance_path().to_string());
    let at = |name: &str| match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    };
    let value = shown(error.instance());
    let is = |wanted: String| match path.is_empty() {
        true => vec![format!("they are {value}, not an object")],
        false => vec![format!("`{path}` is {value}; it is {wanted}")],
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = known(schema, &error.schema_path().to_string());
            unexpected
                .iter()
                .map(|name| unknown(name, &at(name), &known))
                .collect()
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![format!("`{}` is missing", at(name))]
        }
        ValidationErrorKind::Enum { options } => {
            let words = options.as_array().into_iter().flatten().map(word);
            is(format!("one of: {}", words.collect::<Vec<_>>().join(", ")))
        }
        ValidationErrorKind::Constant { expected_value } => is(word(expected_value)),
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            // Of several forms, the one that it almost has says more than all of them.
            let here = error.instance_path().as_str().len();
            let is_within = |error: &ValidationError<'_>| {
                error.instance_path().as_str().len() > here
                    || !matches!(error.kind(), ValidationErrorKind::Type { .. })
            };
            let almost: Vec<_> = context
                .iter()
                .filter(|errors| error.instance().is_object() && errors.iter().all(is_within))
                .collect();
            match almost.as_slice() {
                [only] => only
                    .iter()
                    .flat_map(|error| problem(error, schema))
                    .collect(),
                _ => is(wanted(
                    at_path(schema, &parent(&error.schema_path().to_string())),
                    schema,
                )),
            }
        }
        ValidationErrorKind::Type { kind } => {
            let whole = at_path(schema, &parent(&error.schema_path().to_string()));
            match whole.get("type") {
                Some(_) => is(wanted(whole, schema)),
                None => is(types(kind)),
            }
        }
        _ => is(wanted(
            at_path(schema, &parent(&error.schema_path().to_string())),
            schema,
        )),
    }
}

fn unknown(name: &str, path: &str, known: &[String]) -> String {
    let listed: Vec<&str> = known.iter().map(String::as_str).collect();
    if listed.is_empty() {
        return format!("there is no option `{path}`; there are none");
    }
    let mut message = format!(
        "there is no option `{path}`; known are: {}",
        listed.join(", ")
    );
    if let Some(hint) = did_you_mean(name, listed) {
        message.push_str("; ");
        message.push_str(&hint);
    }
    message
}

/// The names that an object may have, by the path of the rule that was broken.
fn known(schema: &Json, rule: &str) -> Vec<String> {
    let object = at_path(schema, &parent(rule));
    let properties = object.get("properties").and_then(Json::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

/// What an option may be, in words, by its part of a whole schema.
#[must_use]
pub fn in_words(option: &Json, schema: &Json) -> String {
    wanted(option, schema)
}

/// What would fit, in words.
fn wanted(schema: &Json, root: &Json) -> String {
    let schema = resolved(schema, root);
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        let words: Vec<_> = values.iter().map(word).collect();
        return format!("one of: {}", words.join(", "));
    }
    if let Some(value) = schema.get("const") {
        return word(value);
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(schemas) = schema.get(several).and_then(Json::as_array) {
            let mut words: Vec<String> = schemas.iter().map(|one| wanted(one, root)).collect();
            words.dedup();
            return words.join(", or ");
        }
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Json::String(kind)) => vec![kind],
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => return "something else".to_owned(),
    };
    let words: Vec<_> = kinds.iter().map(|kind| of_type(kind, schema)).collect();
    words.join(", or ")
}

fn of_type(kind: &str, schema: &Json) -> String {
    let bound = |name: &str| schema.get(name).filter(|bound| bound.is_number());
    match kind {
        "integer" | "number" => {
            let kind = if kind == "integer" {
                "a whole number"
            } else {
                "a number"
            };
            let least = bound("minimum").map(|least| format!(" from {}", plain(least)));
            let above = bound("exclusiveMinimum").map(|least| format!(" above {}", plain(least)));
            let most = bound("maximum").filter(|most| most.as_u64() != Some(u32::MAX.into()));
            let most = most.map(|most| format!(" to {}", plain(most)));
            let below = bound("exclusiveMaximum").map(|most| format!(" below {}", plain(most)));
            let (low, high) = (least.or(above), most.or(below));
            match (low, high) {
                (None, None) => kind.to_owned(),
                (Some(low), None) if low.starts_with(" from") => format!("{kind}{low} up"),
                (low, high) => format!(
                    "{kind}{}{}",
                    low.unwrap_or_default(),
                    high.unwrap_or_default()
                ),
            }
        }
        "boolean" => "true or false".to_owned(),
        "string" => match schema.get("pattern").and_then(Json::as_str) {
            Some(pattern) => format!("a text that matches {pattern}"),
            None => "a text".to_owned(),
        },
        "array" => match bound("maxItems") {
            Some(most) => format!("a list of at most {most}"),
            None => "a list".to_owned(),
        },
        "object" => "an object".to_owned(),
        "null" => "null".to_owned(),
        other => other.to_owned(),
    }
}

fn types(kind: &TypeKind) -> String {
    let word = |one: &str| of_type(one, &Json::Null);
    match kind {
        TypeKind::Single(one) => word(&one.to_string()),
        TypeKind::Multiple(several) => {
            let words: Vec<_> = several.iter().map(|one| word(&one.to_string())).collect();
            words.join(", or ")
        }
    }
}

/// A whole number without its point.
fn plain(number: &Json) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn word(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(value: &Json) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The schema at a path, from the root; nothing where there is none.
fn at_path<'a>(schema: &'a Json, path: &str) -> &'a Json {
    let mut here = schema;
    for part in path.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        here = resolved(here, schema);
        let below = match here {
            // A path leads through references, which stand for what they refer to.
            _ if part == "$ref" => Some(here),
            Json::Array(items) => part
                .parse::<usize>()
                .ok()
                .and_then(|place| items.get(place)),
            _ => here.get(&part),
        };
        here = below.unwrap_or(&Json::Null);
    }
    resolved(here, schema)
}

/// What a reference stands for.
fn resolved<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    let mut here = schema;
    for _ in 0..16 {
        let reference = here.get("$ref").and_then(Json::as_str);
        match reference.and_then(|reference| root.pointer(reference.strip_prefix('#')?)) {
            Some(there) => here = there,
            None => break,
        }
    }
    here
}

fn parent(path: &str) -> String {
    path.rsplit_once('/')
        .map_or("", |(parent, _)| parent)
        .to_owned()
}

/// `/rules/0/size` as people write it: `rules[0].size`.
fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use plimsoll_core::registry::OptionsCheck as _;
    use schemars::JsonSchema;
    use serde_json::{Value as Json, json};

    use super::SchemaCheck;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    #[schemars(deny_unknown_fields)]
    struct Options {
        #[schemars(range(min = 0.0, max = 1.0))]
        share: f64,
        #[serde(default)]
        #[schemars(range(min = 1))]
        step: Option<u32>,
        #[serde(default)]
        mode: Mode,
        #[serde(default)]
        rules: Vec<Rule>,
        #[serde(default)]
        on: bool,
        #[serde(default)]
        first: Option<Rule>,
    }

    #[derive(JsonSchema, Default)]
    #[serde(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Mode {
        #[default]
        Slow,
        VeryFast,
    }

    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Rule {
        #[schemars(range(min = 1, max = 9))]
        size: u8,
        name: String,
    }

    fn said(options: &Json) -> String {
        let schema = schemars::schema_for!(Options).to_value();
        SchemaCheck
            .check(&schema, options)
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn what_fits_is_taken() {
        assert_eq!(said(&json!({ "share": 1 })), "");
        let all = json!({ "share": 0.5, "step": null, "mode": "very-fast", "on": true,
            "rules": [{ "size": 9, "name": "a" }] });
        assert_eq!(said(&all), "");
    }

    #[test]
    fn what_does_not_fit_is_said_with_what_would() {
        insta::assert_snapshot!(said(&json!(3)), @"they are 3, not an object");
        insta::assert_snapshot!(said(&json!({ "share": 2 })), @"`share` is 2; it is a number from 0 to 1");
        insta::assert_snapshot!(said(&json!({ "share": "a" })), @r#"`share` is "a"; it is a number from 0 to 1"#);
        insta::assert_snapshot!(said(&json!({})), @"`share` is missing");
        insta::assert_snapshot!(said(&json!({ "share": 1, "stp": 2 })), @"there is no option `stp`; known are: share, step, mode, rules, on, first; did you mean `step`?");
        insta::assert_snapshot!(said(&json!({ "share": 1, "step": 0 })), @"`step` is 0; it is a whole number from 1 up, or null");
        insta::assert_snapshot!(said(&json!({ "share": 1, "mode": "fast" })), @r#"`mode` is "fast"; it is one of: slow, very-fast"#);
        insta::assert_snapshot!(said(&json!({ "share": 1, "on": "yes" })), @r#"`on` is "yes"; it is true or false"#);
        insta::assert_snapshot!(said(&json!({ "share": 1, "rules": [{ "size": 0, "nme": "a" }] })), @"`rules[0].name` is missing; `rules[0].size` is 0; it is a whole number from 1 to 9; there is no option `rules[0].nme`; known are: size, name; did you mean `name`?");
        insta::assert_snapshot!(said(&json!({ "share": 1, "first": { "size": 10, "name": "a" } })), @"`first.size` is 10; it is a whole number from 1 to 9");
        insta::assert_snapshot!(said(&json!({ "share": 1, "first": 3 })), @"`first` is 3; it is an object, or null");
        insta::assert_snapshot!(said(&json!({ "share": 1, "rules": {} })), @"`rules` is {}; it is a list");
        insta::assert_snapshot!(said(&json!({ "share": 7, "mode": 1, "what": 1 })), @"`share` is 7; it is a number from 0 to 1; `mode` is 1; it is one of: slow, very-fast; there is no option `what`; known are: share, step, mode, rules, on, first");
    }
}
