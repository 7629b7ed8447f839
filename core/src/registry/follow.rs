//! Options that follow from what a policy works for.
//!
//! The same few facts (how many requests a replica should hold, how long it takes to start) have
//! another name and form in each policy. A schema of options says with the keyword
//! [`FOLLOWS`] which fact an option is, and a host that knows the facts fills in what the user does
//! not say, for policies that it has never heard of, too.

use serde_json::{Map, Value as Json, json};

use crate::autoscaling::AutoscalingSettings;

/// The keyword of an option's schema that names the fact that the option follows: a setting of
/// [`AutoscalingSettings`] by its name, [`TARGET_IN_FLIGHT`], [`COLD_START_SECONDS`] or
/// [`SPARE_DEVIATIONS`].
pub const FOLLOWS: &str = "x-plimsoll-follows";

/// The keyword of a policy's schema that lists what it scales: [`REPLICAS`], [`WORKERS`]. A policy
/// that does not say scales both.
pub const SCALES: &str = "x-plimsoll-scales";

/// The keyword of a policy's schema that says how often the policy decides, in seconds: a number, or
/// the name of the option that says it. A policy that does not say decides as often as its host
/// likes.
pub const DECIDES_EVERY: &str = "x-plimsoll-decides-every";

/// Replicas on a platform.
pub const REPLICAS: &str = "replicas";

/// Workers of a load test.
pub const WORKERS: &str = "workers";

/// Requests in flight that one replica should hold after headroom: the concurrency target times the
/// target utilisation.
pub const TARGET_IN_FLIGHT: &str = "target_in_flight";

/// How long a replica takes from its start until it is ready, in whole seconds.
pub const COLD_START_SECONDS: &str = "cold_start_seconds";

/// How many roots of the requests in flight are to be spare, as in the square-root staffing rule: 1
/// where requests come at random, 0.5 where they come evenly, and only what they take makes the number
/// in flight vary.
pub const SPARE_DEVIATIONS: &str = "spare_deviations";

/// How requests come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrivalPattern {
    /// One after the other in equal times.
    Even,
    /// At random, or as recorded.
    Random,
}

/// What is known of what a policy works for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The settings that are known.
    pub settings: AutoscalingSettings,
    /// How long a replica takes until it is ready, in seconds.
    pub cold_start_seconds: Option<u32>,
    /// How requests come.
    pub arrivals: Option<ArrivalPattern>,
}

/// The utilisation that a platform aims at where nobody says: Baseten's and Knative's default.
const USUAL_UTILIZATION: u32 = 70;

impl Facts {
    fn get(&self, name: &str) -> Option<Json> {
        match name {
            COLD_START_SECONDS => self.cold_start_seconds.map(Json::from),
            SPARE_DEVIATIONS => self.arrivals.map(|arrivals| match arrivals {
                ArrivalPattern::Even => json!(0.5),
                ArrivalPattern::Random => json!(1.0),
            }),
            TARGET_IN_FLIGHT => {
                let target = self.settings.concurrency_target?;
                let percent = self.settings.target_utilization_percentage;
                let percent = percent.unwrap_or(USUAL_UTILIZATION);
                Some(json!(f64::from(target) * f64::from(percent) / 100.0))
            }
            setting => self.settings.get(setting).map(Json::from),
        }
    }
}

/// Options that are given, with those that the facts say where they are not. What is given wins.
/// Options that are no object are returned as they are, for the factory to refuse.
#[must_use]
pub fn filled(schema: &Json, facts: &Facts, given: &Json) -> Json {
    let Some(given) = given.as_object() else {
        return given.clone();
    };
    let mut options = Map::new();
    let properties = schema.get("properties").and_then(Json::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let fact = property.get(FOLLOWS).and_then(Json::as_str);
        if let Some(value) = fact.and_then(|fact| facts.get(fact)) {
            options.insert(name.clone(), value);
        }
    }
    options.extend(
        given
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    Json::Object(options)
}

/// How often a policy with this schema and these options decides, in seconds; `None` where it does
/// not say.
#[must_use]
pub fn decides_every(schema: &Json, options: &Json) -> Option<f64> {
    let every = schema.get(DECIDES_EVERY)?;
    let seconds = match every.as_str() {
        None => every.as_f64(),
        Some(option) => options
            .get(option)
            .or_else(|| schema.get("properties")?.get(option)?.get("default"))
            .and_then(Json::as_f64),
    };
    seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0)
}

/// Whether a policy with this schema scales such things.
#[must_use]
pub fn scales(schema: &Json, what: &str) -> bool {
    match schema.get(SCALES).and_then(Json::as_array) {
        Some(listed) => listed.iter().any(|one| one == what),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ArrivalPattern, Facts, REPLICAS, WORKERS, decides_every, filled, scales};
    use crate::autoscaling::AutoscalingSettings;

    #[test]
    fn facts_fill_in_what_is_not_given() {
        let schema = json!({ "properties": {
            "window": { "x-plimsoll-follows": "scaling_window_seconds" },
            "target": { "x-plimsoll-follows": "target_in_flight" },
            "lead": { "x-plimsoll-follows": "cold_start_seconds" },
            "spare": { "x-plimsoll-follows": "spare_deviations" },
            "unset": { "x-plimsoll-follows": "scale_down_delay_seconds" },
            "other": {},
        } });
        let facts = Facts {
            settings: AutoscalingSettings {
                scaling_window_seconds: Some(120),
                concurrency_target: Some(4),
                ..AutoscalingSettings::default()
            },
            cold_start_seconds: Some(45),
            arrivals: Some(ArrivalPattern::Even),
        };
        let options = filled(&schema, &facts, &json!({ "window": 30, "mistyped": 1 }));
        assert_eq!(
            options,
            json!({ "window": 30, "target": 2.8, "lead": 45, "spare": 0.5, "mistyped": 1 })
        );
        assert_eq!(filled(&schema, &facts, &json!(3)), json!(3));
    }

    #[test]
    fn a_policy_says_how_often_it_decides() {
        let given = json!({ "x-plimsoll-decides-every": 0.1 });
        assert_eq!(decides_every(&given, &json!({})), Some(0.1));
        let option = json!({
            "x-plimsoll-decides-every": "period",
            "properties": { "period": { "default": 15 } },
        });
        assert_eq!(decides_every(&option, &json!({})), Some(15.0));
        assert_eq!(decides_every(&option, &json!({ "period": 5 })), Some(5.0));
        assert_eq!(decides_every(&option, &json!({ "period": 0 })), None);
        assert_eq!(decides_every(&json!({}), &json!({})), None);
    }

    #[test]
    fn a_policy_says_what_it_scales() {
        let workers = json!({ "x-plimsoll-scales": ["workers"] });
        assert!(scales(&workers, WORKERS) && !scales(&workers, REPLICAS));
        assert!(scales(&json!({}), WORKERS) && scales(&json!({}), REPLICAS));
    }
}
