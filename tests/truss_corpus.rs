//! Real-world configurations, against what Truss 0.18.36 makes of them.

use plimsoll_tests::{resolve, shared_data};
use serde_json::Value as Json;

#[test]
fn real_configurations_are_read_as_truss_reads_them() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("truss/configs.expected.jsonl") else { return Ok(()) };
    let Some(folder) = shared_data("truss/configs") else { return Ok(()) };
    let mut wrong = Vec::new();
    let lines = std::fs::read_to_string(path)?;
    for line in lines.lines() {
        let expected: Json = serde_json::from_str(line)?;
        let name = expected["config"].as_str().unwrap_or_default();
        let yaml = std::fs::read_to_string(folder.join(name))?;
        let accepted = expected["ok"].as_bool() == Some(true);
        match resolve(&yaml, None) {
            Ok((effective, _)) if accepted => {
                let full = effective.with_defaults().to_json();
                let normalized = &expected["normalized"];
                if full != *normalized {
                    wrong.push(format!("{name}: full: {}", difference(&full, normalized)));
                }
                let compact = effective.compact().to_json();
                let shortened = &expected["normalized_nonverbose"];
                if !shortened.is_null() && compact != *shortened {
                    wrong.push(format!("{name}: compact: {}", difference(&compact, shortened)));
                }
            }
            Ok(_) => wrong.push(format!("{name}: accepted, Truss says {}", expected["error"])),
            Err(said) if accepted => wrong.push(format!("{name}: refused: {said}")),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.lines().count(), wrong.join("\n"));
    Ok(())
}

/// The first place where two trees differ.
fn difference(found: &Json, expected: &Json) -> String {
    match (found, expected) {
        (Json::Object(a), Json::Object(b)) => {
            let keys = a.keys().chain(b.keys());
            let at = |map: &serde_json::Map<String, Json>, key: &str| map.get(key).cloned();
            for key in keys {
                let (left, right) = (at(a, key), at(b, key));
                if left != right {
                    let (left, right) =
                        (left.unwrap_or(Json::from("absent")), right.unwrap_or(Json::from("absent")));
                    return format!("/{key}{}", difference(&left, &right));
                }
            }
            String::new()
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let differs = a.iter().zip(b).position(|(a, b)| a != b);
            differs.map_or_else(String::new, |at| format!("/{at}{}", difference(&a[at], &b[at])))
        }
        _ => format!(": {found} is not {expected}"),
    }
}
