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
    // What cannot be read, such as a bare `Gi`, rules nothing out: the platform knows.
    let amount = |key: &str| {
        let value = wanted.get(key).and_then(|value| amount(key, value));
        value.unwrap_or(0.0)
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
        // What is no number, or an endless one, is what it is written as.
        "cpu" | "memory" => amount(key, value)
            .filter(|number| number.is_finite())
            .map_or_else(|| value.clone(), Json::from),
        "accelerator" => accelerator(value),
        _ => value.clone(),
    }
}

/// A number of cores or bytes; `None` where none can be read.
fn amount(key: &str, value: &Json) -> Option<f64> {
    match (key, value) {
        ("cpu", Json::String(text)) => cores(text),
        (_, Json::String(text)) => bytes(text),
        (_, other) => other.as_f64(),
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

/// Processor cores as Truss reads them: what Python's `float` does, or thousandths, `500m`.
fn cores(text: &str) -> Option<f64> {
    match text.strip_suffix('m') {
        // Divided, so that 300m is just what 0.3 is.
        Some(milli) => decimal(milli).map(|milli| milli / 1000.0),
        None => python_float(text),
    }
}

/// Bytes as Truss reads them: what Python's `float` does, or a number with a unit, `16Gi`.
fn bytes(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        "Ei" => 1_152_921_504_606_846_976.0,
        _ => return python_float(text),
    };
    decimal(digits).map(|number| number * factor)
}

/// Digits and a point, and nothing else.
fn decimal(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    text.bytes().all(plain).then(|| text.parse().ok()).flatten()
}

/// A text as Python's `float` reads it: with space around it, and `_` between digits.
fn python_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let mut pieces = text.split('_');
    let joins = |(left, right): (&str, &str)| {
        left.ends_with(|end: char| end.is_ascii_digit())
            && right.starts_with(|start: char| start.is_ascii_digit())
    };
    let well_joined = pieces.clone().zip(pieces.clone().skip(1)).all(joins);
    if !well_joined {
        return None;
    }
    pieces.by_ref().collect::<String>().parse().ok()
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
    use plimsoll_baseten_api::InstanceType;
    use serde_json::json;

    use super::{bytes, changes, cores, fits, summary, words};

    #[test]
    fn quantities_are_read_as_truss_reads_them() {
        for (text, expected) in [
            ("4", 4.0),
            ("0.5", 0.5),
            ("300m", 0.3),
            ("1e2", 100.0),
            ("1_000", 1000.0),
            (" 2 ", 2.0),
            ("-1", -1.0),
            ("inf", f64::INFINITY),
        ] {
            assert_eq!(cores(text), Some(expected), "{text:?}");
        }
        assert!(cores("nan").is_some_and(f64::is_nan));
        for (text, expected) in [
            ("1024", 1024.0),
            ("1e3", 1000.0),
            ("1.5Gi", 1_610_612_736.0),
            ("2k", 2e3),
            ("2P", 2e15),
            ("2E", 2e18),
            ("2Pi", 2.0 * 1024_f64.powi(5)),
            ("2Ei", 2.0 * 1024_f64.powi(6)),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text:?}");
        }
        for text in ["", "m", "1__0", "_1", "1_", "1e2m", "1Gi", "1 0"] {
            assert_eq!(cores(text), None, "{text:?}");
        }
        for text in [
            "", "Gi", "1.2.3Gi", "2GB", "2gi", "2K", "16m", "2 Gi", "1e3Gi",
        ] {
            assert_eq!(bytes(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_instance_type_fits_what_it_has_enough_for() {
        let instance: InstanceType = serde_json::from_value(json!({
            "id": "4x16", "name": "4x16", "memory_limit_mib": 16384, "millicpu_limit": 4000,
            "gpu_count": 0, "gpu_type": null, "gpu_memory_limit_mib": null,
        }))
        .unwrap();
        for (resources, expected) in [
            (json!({"cpu": "4", "memory": "16Gi"}), true),
            (json!({"cpu": " 4 ", "memory": "1_000"}), true),
            (json!({"cpu": "1e2"}), false),
            (json!({"cpu": "1_000"}), false),
            (json!({"cpu": "inf"}), false),
            (json!({"memory": "1Pi"}), false),
            (json!({"memory": "1E"}), false),
            (json!({"memory": "Gi"}), true),
        ] {
            assert_eq!(fits(&instance, &resources), expected, "{resources}");
        }
    }

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
            json!({"cpu": " 1e0 ", "memory": "2_147_483_648"}),
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
