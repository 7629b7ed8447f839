//! Comparing autoscaling settings.

use plimsoll_baseten_api as api;
use plimsoll_core::autoscaling::{AutoscalingSettings, FIELDS, Field};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

/// A setting that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) field: &'static Field,
    pub(crate) before: Option<u64>,
    pub(crate) after: u32,
}

/// What is written and differs from what is live. What is not written stays as it is.
pub(crate) fn changes(
    wanted: &AutoscalingSettings,
    live: &api::AutoscalingSettings,
) -> Vec<Change> {
    let live = json(live);
    wanted
        .written()
        .map(|(field, after)| Change {
            field,
            before: live[field.wire_name].as_u64(),
            after,
        })
        .filter(|change| change.before != Some(u64::from(change.after)))
        .collect()
}

/// What is live, differs from what the platform begins with, and is not written.
pub(crate) fn kept(
    wanted: &AutoscalingSettings,
    live: &api::AutoscalingSettings,
) -> Vec<(&'static Field, u64)> {
    let live = json(live);
    FIELDS
        .iter()
        .filter(|field| wanted.get(field.name).is_none())
        .filter_map(|field| Some((field, live[field.wire_name].as_u64()?)))
        .filter(|(field, value)| field.platform_default.map(u64::from) != Some(*value))
        .collect()
}

/// Whether all of a change is to be seen in what is live.
pub(crate) fn shows(
    live: &api::AutoscalingSettings,
    update: &api::UpdateAutoscalingSettings,
) -> bool {
    live.with(update) == *live
}

/// As a person would say it: `` `min_replicas` goes from 0 to 2 ``.
pub(crate) fn words(changes: &[Change]) -> String {
    let words: Vec<String> = changes
        .iter()
        .map(
            |Change {
                 field,
                 before,
                 after,
             }| match before {
                Some(before) => format!("`{}` goes from {before} to {after}", field.name),
                None => format!("`{}` goes from unset to {after}", field.name),
            },
        )
        .collect();
    words.join(", ")
}

/// The change, as the platform takes it.
pub(crate) fn update(changes: &[Change]) -> Json {
    let members = changes
        .iter()
        .map(|change| (change.field.wire_name.to_owned(), Json::from(change.after)));
    Json::Object(members.collect())
}

/// The change, before and after, by the names of the configuration.
pub(crate) fn details(changes: &[Change]) -> Json {
    let members = changes.iter().map(|change| {
        let sides = json!({"before": change.before, "after": change.after});
        (change.field.name.to_owned(), sides)
    });
    Json::Object(members.collect())
}

/// What is written, by the names of the configuration.
pub(crate) fn written(settings: &AutoscalingSettings) -> Json {
    let members = settings
        .written()
        .map(|(field, value)| (field.name.to_owned(), Json::from(value)));
    Json::Object(members.collect())
}

/// Settings as JSON. They hold numbers alone, which serialise.
pub(crate) fn json(settings: &impl Serialize) -> Json {
    serde_json::to_value(settings).unwrap_or_else(|_| Json::Object(Map::new()))
}
