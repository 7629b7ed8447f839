//! What every registration promises: its name, its summary, the schema of its options.

use jsonschema::Validator;
use plimsoll_core::registry::{Catalogue, FactoryContext, Registration, Registry, is_name};
use serde_json::{Value as Json, json};

use super::law::{Broken, Subject, Verdict, broken, holds, unharmed};

const FOUND: &str = "it is registered under its name";
const NAMED: &str = "its name is lower-case letters, digits and `-`";
const SUMMED_UP: &str = "its summary is one sentence that ends with a full stop";
const SCHEMA: &str = "the schema of its options is a valid JSON Schema of an object";
const CLOSED: &str = "its schema refuses options that it does not know";
const OPTIONAL: &str = "`{}` are options that fit, unless some are required";
const FITTING: &str = "options that it is tested with fit its schema";
const DEFAULTS: &str = "the defaults that its schema names fit it";
const MADE: &str = "options that fit make it";
const REFUSED: &str = "options that do not fit make no panic";

/// Options that no schema knows.
const UNKNOWN: &str = "no-such-option-of-the-kit";

/// A registration that keeps these laws.
pub(super) struct Registered<'a, T: ?Sized> {
    pub(super) subject: Subject,
    pub(super) registration: &'a Registration<T>,
    /// Options that fit: `{}` unless some are required, and those that are given.
    pub(super) options: Vec<Json>,
    catalogue: &'a Catalogue<T>,
    context: FactoryContext,
}

impl<'a, T: ?Sized> Registered<'a, T> {
    /// What is registered under a name.
    ///
    /// # Panics
    /// When its registration breaks a law.
    #[track_caller]
    pub(super) fn new(
        registry: &Registry,
        catalogue: &'a Catalogue<T>,
        name: &str,
        given: &[Json],
    ) -> Self {
        let subject = Subject::new(format!("the {} `{name}`", catalogue.kind()));
        let found = catalogue.get(name);
        let registration = subject.must(found.or_else(|error| broken(FOUND, error.to_string())));
        let mut registered = Self {
            subject,
            registration,
            options: Vec::new(),
            catalogue,
            context: FactoryContext {
                registry: registry.clone(),
            },
        };
        registered.subject.must(registered.is_named());
        let subject = registered.subject.clone();
        registered.options = subject.must(registered.fitting(given));
        for options in &registered.options {
            // Options are not shown: those of a deployer may hold a key.
            let made = registered.make(options);
            registered.subject.must(made.map(drop));
        }
        registered.subject.must(registered.refuses_quietly());
        registered
    }

    /// Makes one.
    pub(super) fn make(&self, options: &Json) -> Result<Box<T>, Broken> {
        let name = self.registration.fully_qualified();
        let made = unharmed(MADE, || self.catalogue.make(&name, &self.context, options))?;
        made.or_else(|error| broken(MADE, error.to_string()))
    }

    fn is_named(&self) -> Verdict {
        let Registration {
            name,
            summary,
            origin,
            ..
        } = self.registration;
        holds(NAMED, is_name(name), || format!("it is `{name}`"))?;
        holds(NAMED, is_name(&origin.plugin), || {
            format!("its plugin is `{}`", origin.plugin)
        })?;
        let sentence = summary.strip_suffix('.').is_some_and(|words| {
            let ends = [". ", "! ", "? ", "\n"];
            !words.trim().is_empty() && !ends.iter().any(|end| words.contains(end))
        });
        holds(SUMMED_UP, sentence && summary.trim() == summary, || {
            format!("it is {summary:?}")
        })
    }

    /// The options to test with.
    fn fitting(&self, given: &[Json]) -> Result<Vec<Json>, Broken> {
        let schema = &self.registration.options_schema;
        let validator = validator(schema)?;
        let of_object = schema.get("type").is_some_and(|kind| kind == "object");
        holds(SCHEMA, of_object, || {
            "`type` is not `object` in it".to_owned()
        })?;
        let required = schema.get("required").and_then(Json::as_array);
        let mut options = Vec::new();
        if required.is_none_or(Vec::is_empty) {
            fits(OPTIONAL, &validator, &json!({}))?;
            options.push(json!({}));
        }
        for one in given {
            fits(FITTING, &validator, one)?;
            if !options.contains(one) {
                options.push(one.clone());
            }
        }
        holds(FITTING, !options.is_empty(), || {
            "some are required, and none are given to test it with".to_owned()
        })?;
        for one in &options {
            let more = with(one, UNKNOWN, &json!(true));
            holds(CLOSED, !validator.is_valid(&more), || {
                format!("`{UNKNOWN}` is taken: say `\"additionalProperties\": false`")
            })?;
        }
        let properties = schema.get("properties").and_then(Json::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if let Some(default) = property.get("default") {
                fits(DEFAULTS, &validator, &with(&options[0], name, default))?;
            }
        }
        Ok(options)
    }

    /// A host checks options first; a factory that is called by another way says what is wrong.
    fn refuses_quietly(&self) -> Verdict {
        let unknown = with(&self.options[0], UNKNOWN, &json!(true));
        for options in [unknown, json!(null), json!([]), json!("all"), json!(-1)] {
            unharmed(REFUSED, || {
                (self.registration.factory)(&self.context, &options).map(drop)
            })?
            .or(Ok(()))?;
        }
        Ok(())
    }
}

/// The schema as what checks options; a law is broken where it is none.
pub(super) fn validator(schema: &Json) -> Result<Validator, Broken> {
    let meta = unharmed(SCHEMA, || jsonschema::meta::validate(schema))?;
    meta.or_else(|error| broken(SCHEMA, error.to_string()))?;
    jsonschema::validator_for(schema).or_else(|error| broken(SCHEMA, error.to_string()))
}

fn fits(law: &'static str, validator: &Validator, options: &Json) -> Verdict {
    let problems = validator.iter_errors(options);
    // The place and the rule, and not the value, which may be a key.
    let problems: Vec<String> = problems
        .map(|error| {
            let place = error.instance_path().to_string();
            let rule = error.schema_path().to_string();
            format!("`{place}` does not keep `{rule}`")
        })
        .collect();
    holds(law, problems.is_empty(), || problems.join("; "))
}

/// Options with one more.
pub(super) fn with(options: &Json, name: &str, value: &Json) -> Json {
    let mut members = options.as_object().cloned().unwrap_or_default();
    members.insert(name.to_owned(), value.clone());
    Json::Object(members)
}
