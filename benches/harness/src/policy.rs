//! Policies by their text form: `baseten`, `knative(stable_window_seconds=120)`.

use std::fmt;
use std::sync::Arc;

use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::policy::ScalingPolicy;
use plimsoll_core::registry::follow::{self, Facts, REPLICAS};
use plimsoll_core::registry::{FactoryContext, Registry};
use serde_json::{Map, Value as Json};

use crate::bench::Entrant;
use crate::error::Error;
use crate::scenario::Workload;
use crate::text::{Settings, SpecError, Value, parse};
use crate::time::{SECOND, Span, whole};

/// A registered policy with options.
///
/// The text form is the policy's name, with its options in parentheses or as a JSON object behind
/// it: `hpa {"behavior": {…}}`. A value is what it is in JSON; what is nothing there is a text.
#[derive(Clone)]
pub struct PolicySpec {
    text: String,
    name: String,
    options: Json,
    schema: Json,
    context: Arc<FactoryContext>,
}

impl PolicySpec {
    /// Reads the text form.
    ///
    /// # Errors
    /// When the text is wrong, with the place, or no policy has this name.
    pub fn parse(registry: &Registry, text: &str) -> Result<Self, Error> {
        let (name, options) = match text.find('{') {
            Some(place) if !text[..place].contains('(') => {
                let options = serde_json::from_str(&text[place..]).map_err(|error| {
                    let message = format!("these options are no JSON: {error}");
                    SpecError::of_text(text, (place, text.len() - place), message)
                })?;
                (text[..place].trim().to_owned(), options)
            }
            _ => called(text)?,
        };
        let registration = registry
            .policies
            .get(&name)
            .map_err(|unknown| Error::Policy(unknown.to_string()))?;
        let schema = registration.options_schema.clone();
        Ok(Self {
            text: text.trim().trim_end_matches("()").to_owned(),
            name,
            options,
            schema,
            context: Arc::new(FactoryContext {
                registry: registry.clone(),
            }),
        })
    }

    /// Every registered policy that scales replicas, as it comes.
    #[must_use]
    pub fn of_replicas(registry: &Registry) -> Vec<Self> {
        registry
            .policies
            .iter()
            .filter(|registration| follow::scales(&registration.options_schema, REPLICAS))
            .filter_map(|one| Self::parse(registry, &registry.policies.name_of(one)).ok())
            .collect()
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The options that are given.
    #[must_use]
    pub fn given(&self) -> &Json {
        &self.options
    }

    /// Whether the options include what these settings say: whether one of them changes anything.
    #[must_use]
    pub fn follows(&self, setting: &str) -> bool {
        let properties = self.schema.get("properties").and_then(Json::as_object);
        let follows = |property: &Json| {
            let fact = property.get(follow::FOLLOWS).and_then(Json::as_str);
            fact == Some(setting)
                || fact == Some(follow::TARGET_IN_FLIGHT)
                    && ["concurrency_target", "target_utilization_percentage"].contains(&setting)
        };
        properties.is_some_and(|properties| {
            properties
                .iter()
                .any(|(name, property)| follows(property) && self.options.get(name).is_none())
        })
    }

    /// The options that a workload with these settings has.
    #[must_use]
    pub fn options(&self, settings: &AutoscalingSettings, workload: &Workload) -> Json {
        let facts = Facts {
            settings: *settings,
            cold_start_seconds: Some(workload.cold_start_seconds()),
            arrivals: None,
        };
        follow::filled(&self.schema, &facts, &self.options)
    }

    /// How often it decides, by its options that are given and its defaults; `None` where it does
    /// not say.
    #[must_use]
    pub fn decides_every(&self) -> Option<Span> {
        let seconds = follow::decides_every(&self.schema, &self.options)?;
        Some(Span(whole(seconds * SECOND as f64)))
    }

    /// Makes the policy for a workload with these settings.
    ///
    /// # Errors
    /// When the options do not fit.
    pub fn make(
        &self,
        settings: &AutoscalingSettings,
        workload: &Workload,
    ) -> Result<Box<dyn ScalingPolicy>, Error> {
        let options = self.options(settings, workload);
        let policies = &self.context.registry.policies;
        policies
            .make(&self.name, &self.context, &options)
            .map_err(|error| Error::Policy(error.to_string()))
    }

    /// The policy as one that takes part in a bench: told how many requests a replica can hold and
    /// how long it takes to start, and otherwise as it comes; it decides on its own interval.
    #[must_use]
    pub fn entrant(self) -> Entrant {
        let name = self.text.clone();
        Entrant {
            name,
            interval: self.decides_every().map(|span| span.0),
            make: Arc::new(move |workload| {
                let settings = AutoscalingSettings {
                    concurrency_target: Some(workload.concurrency),
                    ..AutoscalingSettings::default()
                };
                self.make(&settings, workload)
            }),
        }
    }
}

/// A name, with options in parentheses or without.
fn called(text: &str) -> Result<(String, Json), Error> {
    let wrong = |error: SpecError| error.in_text(text);
    let mut calls = parse(text)?;
    let (Some(call), true) = (calls.pop(), calls.is_empty()) else {
        let message = "expected one policy";
        return Err(SpecError::of_text(text, (0, text.len()), message).into());
    };
    let settings = Settings::new(call);
    let name = settings.name().text.to_owned();
    let mut options = Map::new();
    for (option, value) in settings.named().map_err(wrong)? {
        let Value::Word(word) = value else {
            let message = "expected a plain value; write options within options as JSON";
            return Err(wrong(SpecError::at(value.head(), message)).into());
        };
        let value = serde_json::from_str(word.text);
        let value = value.unwrap_or_else(|_| Json::from(word.text));
        if options.insert(option.text.to_owned(), value).is_some() {
            let message = format!("`{}` is given twice", option.text);
            return Err(wrong(SpecError::at(option, message)).into());
        }
    }
    Ok((name, Json::Object(options)))
}

impl fmt::Display for PolicySpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for PolicySpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PolicySpec")
            .field("name", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use plimsoll_core::autoscaling::AutoscalingSettings;
    use plimsoll_core::policy::{Decision, Observation, Reason, ScalingPolicy};
    use plimsoll_core::registry::{FactoryError, Origin, Registration, Registry};
    use serde_json::{Value as Json, json};

    use super::PolicySpec;
    use crate::arrival::ArrivalSpec;
    use crate::scenario::Workload;
    use crate::service::{Service, Variate};

    struct Keep;

    impl ScalingPolicy for Keep {
        fn decide(&mut self, seen: &Observation<'_>) -> Decision {
            Decision {
                desired: seen.current,
                reason: Reason::FIXED,
            }
        }
    }

    fn registry() -> Registry {
        let mut registry = Registry::empty();
        let policy = |name: &str, scales: Json| Registration::<dyn ScalingPolicy> {
            name: name.to_owned(),
            summary: String::new(),
            origin: Origin::linked("test", "1.0.0"),
            options_schema: json!({ "x-plimsoll-scales": scales, "properties": {
                "window": { "x-plimsoll-follows": "scaling_window_seconds" },
                "target": { "x-plimsoll-follows": "target_in_flight" },
                "lead": { "x-plimsoll-follows": "cold_start_seconds" },
            } }),
            factory: Arc::new(|_, options: &Json| match options.get("window") {
                Some(window) if window.as_u64() > Some(3600) => Err(FactoryError::Options {
                    name: "keep".to_owned(),
                    message: "`window` is too long".to_owned(),
                }),
                _ => Ok(Box::new(Keep)),
            }),
        };
        let policies = &mut registry.policies;
        policies
            .register(policy("keep", json!(["replicas"])))
            .unwrap();
        policies
            .register(policy("work", json!(["workers"])))
            .unwrap();
        registry
    }

    fn workload() -> Workload {
        let arrivals = ArrivalSpec::parse("poisson(rate=1, duration=1h)", Path::new("")).unwrap();
        let mut workload = Workload::new("one", arrivals, Service::of(Variate::Constant(1e9)));
        workload.cold_start = Variate::Constant(44.5e9);
        workload
    }

    #[test]
    fn options_are_what_is_given_and_then_what_is_known() {
        let settings = AutoscalingSettings {
            scaling_window_seconds: Some(120),
            concurrency_target: Some(10),
            ..AutoscalingSettings::default()
        };
        let options = |text: &str| {
            let policy = PolicySpec::parse(&registry(), text).unwrap();
            policy.options(&settings, &workload())
        };
        assert_eq!(
            options("keep"),
            json!({ "window": 120, "target": 7.0, "lead": 45 })
        );
        assert_eq!(
            options("keep(window=30, mode=fast, on=true)"),
            json!({ "window": 30, "target": 7.0, "lead": 45, "mode": "fast", "on": true })
        );
        assert_eq!(
            options("keep {\"target\": {\"of\": [1]}}"),
            json!({ "window": 120, "target": { "of": [1] }, "lead": 45 })
        );
    }

    #[test]
    fn it_knows_which_settings_change_anything() {
        let policy = PolicySpec::parse(&registry(), "keep(window=30)").unwrap();
        assert!(policy.follows("target_utilization_percentage"));
        assert!(!policy.follows("scaling_window_seconds"), "it is given");
        assert!(!policy.follows("scale_down_delay_seconds"));
        let names = PolicySpec::of_replicas(&registry());
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_shown() {
        let error = |text: &str| {
            PolicySpec::parse(&registry(), text)
                .unwrap_err()
                .to_string()
        };
        insta::assert_snapshot!(error("kep"), @"there is no scaling policy `kep`; known are: keep, work; did you mean `keep`?");
        insta::assert_snapshot!(error("keep(30)"), @"
        `keep` takes settings by name
          keep(30)
               ^^
        ");
        insta::assert_snapshot!(error("keep(a=1, a=2)"), @"
        `a` is given twice
          keep(a=1, a=2)
                    ^
        ");
        insta::assert_snapshot!(error("keep + keep"), @"
        expected one policy
          keep + keep
          ^^^^^^^^^^^
        ");
        insta::assert_snapshot!(error("keep(window=f(x=1))"), @"
        expected a plain value; write options within options as JSON
          keep(window=f(x=1))
                      ^
        ");
        insta::assert_snapshot!(error("keep {window: 3}"), @"
        these options are no JSON: key must be a string at line 1 column 2
          keep {window: 3}
               ^^^^^^^^^^^
        ");
        let policy = PolicySpec::parse(&registry(), "keep(window=9999)").unwrap();
        let settings = AutoscalingSettings::default();
        let refused = policy
            .make(&settings, &workload())
            .err()
            .unwrap()
            .to_string();
        insta::assert_snapshot!(refused, @"the options of keep do not fit: `window` is too long");
    }
}
