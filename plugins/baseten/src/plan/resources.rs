//! Comparing resources that are written in different ways.

use std::collections::BTreeMap;

use plimsoll_baseten_api::InstanceType;
use serde_json::{Value as Json, json};

/// A key of `resources` that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResourceChange {
    pub(crate) key: String,
    pub(crate) before: Json,
    pub(crate) after: Json,
}

/// What the platform takes where nothing is said.
fn defaults() -> [(&'static str, Json); 2] {
    [("cpu", json!("1")), ("memory", json!("2Gi"))]
}

/// What differs between two ways to write resources, by key. What means the same is the same:
/// `A10G`, `A10G:1` and `{accelerator: A10G, count: 1}`; `1` and `1000m`; a default and nothing.
pub(crate) fn changes(before: &Json, after: &Json) -> Vec<ResourceChange> {
    let (before, after) = (written(before), written(after));
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let value =
        |side: &BTreeMap<String, Json>, key: &str| side.get(key).cloned().unwrap_or(Json::Null);
    keys.into_iter()
        .map(|key| ResourceChange {
            key: key.clone(),
            before: value(&before, key),
            after: value(&after, key),
        })
        .filter(|change| {
            canonical(&change.key, &change.before) != canonical(&change.key, &change.after)
        })
        .collect()
}

/// As a person would say it: `` `cpu` goes from 1 to 4 ``.
pub(crate) fn words(changes: &[ResourceChange]) -> String {
    let words: Vec<String> = changes
        .iter()
        .map(|change| {
            format!(
                "`{}` goes from {} to {}",
                change.key,
                shown(&change.before),
                shown(&change.after)
            )
        })
        .collect();
    words.join(", ")
}

/// What is asked for, in words: `A10G:2, cpu 4, memory 2Gi`, or the instance type that is named.
pub(crate) fn summary(resources: &Json) -> String {
    if let Some(name) = resources.get("instance_type").and_then(Json::as_str) {
        return format!("the instance type {name}");
    }
    let wanted = written(resources);
    let accelerator = wanted
        .get("accelerator")
        .filter(|value| !accelerator(value).is_null())
        .map(shown);
    let amounts = defaults().map(|(key, value)| {
        let value = wanted.get(key).unwrap_or(&value);
        format!("{key} {}", shown(value))
    });
    let parts: Vec<String> = accelerator.into_iter().chain(amounts).collect();
    parts.join(", ")
}

/// Whether an instance type is one that the resources ask for: the named one, or one with their
/// accelerators and enough of the rest.
pub(crate) fn fits(instance: &InstanceType, resources: &Json) -> bool {
    if let Some(name) = resources.get("instance_type").and_then(Json::as_str) {
        return name == instance.id || name == instance.name;
    }
    let wanted = written(resources);
    let amount = |key: &str| {
        let value = wanted.get(key).map(|value| canonical(key, value));
        value.and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let accelerator = match (&instance.gpu_type, instance.gpu_count) {
        (Some(kind), count) if count > 0 => json!([kind, count]),
        _ => Json::Null,
    };
    let wanted_accelerator = wanted
        .get("accelerator")
        .map_or(Json::Null, |value| canonical("accelerator", value));
    let milli = f64::from(u32::try_from(instance.millicpu_limit).unwrap_or(u32::MAX));
    let mebibytes = f64::from(u32::try_from(instance.memory_limit_mib).unwrap_or(u32::MAX));
    accelerator == wanted_accelerator
        && amount("cpu") * 1000.0 <= milli
        && amount("memory") <= mebibytes * 1024.0 * 1024.0
}

/// The keys that are written, and the defaults of those that are not. `use_gpu` is derived.
fn written(resources: &Json) -> BTreeMap<String, Json> {
    let mut keys: BTreeMap<String, Json> = defaults()
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    for (key, value) in resources.as_object().into_iter().flatten() {
        if !value.is_null() && key != "use_gpu" {
            keys.insert(key.clone(), value.clone());
        }
    }
    keys
}

/// One form for all ways to write a value.
fn canonical(key: &str, value: &Json) -> Json {
    match key {
        "cpu" | "memory" => {
            let number = match value {
                Json::String(text) => quantity(text),
                other => other.as_f64(),
            };
            number.map_or_else(|| value.clone(), Json::from)
        }
        "accelerator" => accelerator(value),
        _ => value.clone(),
    }
}

/// `[kind, count]`, or null for none.
fn accelerator(value: &Json) -> Json {
    match value {
        Json::String(text) => match text.split_once(':') {
            Some((kind, count)) => match count.parse::<u64>() {
                Ok(count) => json!([kind, count]),
                Err(_) => value.clone(),
            },
            None => json!([text, 1]),
        },
        Json::Object(members) => match members.get("accelerator") {
            Some(Json::String(kind)) => {
                let count = members.get("count").and_then(Json::as_u64).unwrap_or(1);
                json!([kind, count])
            }
            _ => Json::Null,
        },
        other => other.clone(),
    }
}

/// A Kubernetes quantity as a number.
fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, unit) = text.split_at(unit.unwrap_or(text.len()));
    let factor = match unit {
        "" => 1.0,
        "m" => 1e-3,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => "none".to_owned(),
        Json::String(text) => text.clone(),
        Json::Object(_) => match accelerator(value) {
            Json::Array(parts) if parts.len() == 2 => {
                format!("{}:{}", shown(&parts[0]), parts[1])
            }
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{changes, summary, words};

    #[test]
    fn what_means_the_same_is_the_same() {
        let full = json!({
            "cpu": "1", "memory": "2Gi", "use_gpu": false, "accelerator": null,
            "instance_type": null, "node_count": null,
        });
        for other in [
            json!({}),
            json!(null),
            json!({"cpu": "1000m", "memory": "2048Mi"}),
        ] {
            assert_eq!(changes(&other, &full), [], "{other}");
        }
        let one = json!({"accelerator": "A10G", "use_gpu": true});
        for other in [
            json!({"accelerator": "A10G:1"}),
            json!({"accelerator": {"accelerator": "A10G", "count": 1}}),
            json!({"accelerator": {"accelerator": "A10G"}}),
        ] {
            assert_eq!(changes(&one, &other), [], "{other}");
        }
        assert_eq!(
            changes(&json!({"accelerator": {"accelerator": null}}), &full),
            []
        );
    }

    #[test]
    fn what_is_asked_for_is_said_in_words() {
        for (resources, expected) in [
            (json!({}), "cpu 1, memory 2Gi"),
            (
                json!({"accelerator": "H100:2", "cpu": 4, "use_gpu": true}),
                "H100:2, cpu 4, memory 2Gi",
            ),
            (
                json!({"accelerator": {"accelerator": "L4", "count": 1}}),
                "L4:1, cpu 1, memory 2Gi",
            ),
            (
                json!({"accelerator": {"accelerator": null}, "memory": "8Gi"}),
                "cpu 1, memory 8Gi",
            ),
            (
                json!({"instance_type": "L4:4x16", "cpu": "9"}),
                "the instance type L4:4x16",
            ),
        ] {
            assert_eq!(summary(&resources), expected);
        }
    }

    #[test]
    fn what_differs_is_said_in_words() {
        let before = json!({"accelerator": {"accelerator": "A10G", "count": 2}, "cpu": "1"});
        let after = json!({"cpu": "4", "instance_type": "L4:4x16", "memory": "weird"});
        insta::assert_snapshot!(words(&changes(&before, &after)), @"`accelerator` goes from A10G:2 to none, `cpu` goes from 1 to 4, `instance_type` goes from none to L4:4x16, `memory` goes from 2Gi to weird");
    }
}
