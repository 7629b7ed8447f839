//! What every scaling policy promises.

use plimsoll_core::autoscaling::{AutoscalingSettings, FIELDS};
use plimsoll_core::pointer::Pointer;
use plimsoll_core::policy::{Decision, Reason, ScalingPolicy};
use plimsoll_core::registry::Registry;
use plimsoll_core::registry::follow::{
    ArrivalPattern, COLD_START_SECONDS, DECIDES_EVERY, FOLLOWS, Facts, REPLICAS, SCALES,
    SPARE_DEVIATIONS, TARGET_IN_FLIGHT, WORKERS, filled,
};
use serde_json::Value as Json;

use super::law::{Broken, Verdict, holds, same, unharmed};
use super::observations::{Shown, decisions, observations};
use super::registered::{Registered, validator};

const KEYWORDS: &str =
    "the x-plimsoll keywords of its schema are known, and stand where hosts look";
const FACTS: &str = "what its options follow fits its schema";
const NEVER_PANICS: &str = "it never panics, whatever it is shown";
const ALIKE: &str = "it decides alike a second time";
const ALONE: &str = "it decides by its own state and the observation alone";
const NO_DATA: &str = "without data the current number stays";
const NOT_FAILED: &str = "that it has failed is not for a policy to say";
const KNOWN_REASON: &str = "a reason of its own is from Reason::FIRST_OWN on";

/// Holds the scaling policy of this name to its contract, with each of these options, and with `{}`
/// unless some are required.
///
/// # Panics
/// When a law is broken.
#[track_caller]
pub fn scaling_policy(registry: &Registry, name: &str, options: &[Json]) {
    let registered = Registered::new(registry, &registry.policies, name, options);
    let schema = &registered.registration.options_schema;
    registered.subject.must(keywords(schema));
    for options in &registered.options {
        let subject = registered.subject.with(format!("options {options}"));
        subject.must(follows(&registered, options));
    }
    // To make observations takes longer than to decide on them, so each is for all options.
    registered
        .subject
        .must_for_all(4, &observations(), |shown| {
            registered.options.iter().try_for_each(|options| {
                let kept = keeps(|| registered.make(options), shown);
                kept.map_err(|broken| broken.with(&format!("options {options}")))
            })
        });
}

fn keeps(make: impl Fn() -> Result<Box<dyn ScalingPolicy>, Broken>, shown: &[Shown]) -> Verdict {
    let mut policy = make()?;
    let decided = unharmed(NEVER_PANICS, || decisions(&mut *policy, &mut 0, shown))?;
    for (decision, shown) in decided.iter().zip(shown) {
        sound(*decision, shown.current)?;
    }
    let failure = policy.failure();
    holds(NOT_FAILED, failure.is_none(), || format!("{failure:?}"))?;
    let mut twin = make()?;
    let again = unharmed(NEVER_PANICS, || decisions(&mut *twin, &mut 0, shown))?;
    same(ALIKE, &decided, &again)?;
    let (twin, other) = (make()?, make()?);
    let beside = unharmed(NEVER_PANICS, || beside_another(twin, other, shown))?;
    same(ALONE, &decided, &beside)
}

fn sound(decision: Decision, current: u32) -> Verdict {
    let Decision { desired, reason } = decision;
    holds(NOT_FAILED, reason != Reason::FAILED, || {
        format!("it decides {desired}, and says so")
    })?;
    let known = reason.words().is_some() || reason.0 >= Reason::FIRST_OWN.0;
    holds(KNOWN_REASON, known, || format!("it says {reason:?}"))?;
    let stays = reason != Reason::NO_DATA || desired == current;
    holds(NO_DATA, stays, || {
        format!("it decides {desired}, and the current number is {current}")
    })
}

/// The decisions of a policy, while another is shown other things between them.
fn beside_another(
    mut policy: Box<dyn ScalingPolicy>,
    mut other: Box<dyn ScalingPolicy>,
    shown: &[Shown],
) -> Vec<Decision> {
    let (mut now, mut then) = (0, 0);
    let between = shown.iter().rev();
    let beside = shown.iter().zip(between).flat_map(|(shown, between)| {
        let between = std::slice::from_ref(between);
        decisions(&mut *other, &mut then, between);
        decisions(&mut *policy, &mut now, std::slice::from_ref(shown))
    });
    beside.collect()
}

/// A host fills in what it knows, in options that it has never heard of.
fn follows(registered: &Registered<'_, dyn ScalingPolicy>, options: &Json) -> Verdict {
    let schema = &registered.registration.options_schema;
    let facts = Facts {
        settings: AutoscalingSettings {
            min_replicas: Some(1),
            max_replicas: Some(10),
            target_utilization_percentage: Some(70),
            scaling_window_seconds: Some(60),
            scale_down_delay_seconds: Some(300),
            concurrency_target: Some(4),
            max_scale_down_rate: Some(50),
            target_in_flight_tokens: Some(1_000),
        },
        cold_start_seconds: Some(30),
        arrivals: Some(ArrivalPattern::Even),
    };
    let filled = filled(schema, &facts, options);
    let fit = validator(schema)?.is_valid(&filled);
    holds(FACTS, fit, || format!("{filled} do not fit"))?;
    let made = registered.make(&filled).map(drop);
    holds(FACTS, made.is_ok(), || {
        format!("{filled} do not make it: {made:?}")
    })
}

/// Keywords that hosts do not know, or do not look for there, say nothing to anybody.
fn keywords(schema: &Json) -> Verdict {
    walk(schema, &Pointer::root(), &mut |place, keyword, value| {
        let known = match keyword {
            FOLLOWS => {
                let depth = place.tokens().count();
                let of_option = depth == 2 && place.as_str().starts_with("/properties/");
                let facts = [TARGET_IN_FLIGHT, COLD_START_SECONDS, SPARE_DEVIATIONS];
                let mut facts = FIELDS.iter().map(|field| field.name).chain(facts);
                of_option && facts.any(|fact| value == fact)
            }
            SCALES => {
                let listed = value.as_array().filter(|listed| !listed.is_empty());
                let one = |one: &Json| one == REPLICAS || one == WORKERS;
                place == &Pointer::root() && listed.is_some_and(|listed| listed.iter().all(one))
            }
            DECIDES_EVERY => {
                let every = value.as_f64().is_some_and(|seconds| seconds > 0.0);
                let option = value
                    .as_str()
                    .and_then(|name| schema["properties"].get(name));
                place == &Pointer::root() && (every || option.is_some())
            }
            _ => false,
        };
        holds(KEYWORDS, known, || {
            format!("at `{place}` it says \"{keyword}\": {value}")
        })
    })
}

fn walk(
    schema: &Json,
    place: &Pointer,
    visit: &mut impl FnMut(&Pointer, &str, &Json) -> Verdict,
) -> Verdict {
    for (key, value) in schema.as_object().into_iter().flatten() {
        if key.starts_with("x-plimsoll-") {
            visit(place, key, value)?;
        }
        walk(value, &place.join(key), visit)?;
    }
    for (position, item) in schema.as_array().into_iter().flatten().enumerate() {
        walk(item, &place.join(&position.to_string()), visit)?;
    }
    Ok(())
}
