//! Overrides, case by case, against what the product requirement says of each.
//!
//! Where a case is marked silent, its `user_expects` counts; those that differ from `expected` are
//! listed here with what is expected of them. An unknown key in one of Plimsoll's own blocks is
//! refused at once, and not only by a push.

use plimsoll_tests::{resolve, shared_data};
use serde_json::{Value as Json, json};

/// Cases whose expectation differs from what the file gives as `expected`.
enum Instead {
    /// It is an error, whose message says this.
    Error(&'static str),
    /// It resolves as if the block were not there.
    Base,
}

fn instead(case: &str) -> Option<Instead> {
    Some(match case {
        // "Treat as empty" and "treat as absent".
        "env_present_null" | "overrides_null" => Instead::Base,
        "acc_count_only_base_has_none" => {
            Instead::Error("an accelerator count of 8, and no accelerator")
        }
        // "Error or no GPU at all."
        "acc_count_zero" => Instead::Error("a count of 0"),
        // Refused at push by the letter; the blocks are closed here.
        "unknown_key_env_level" => Instead::Error("environment_overrides.production.runtime"),
        "unknown_key_autoscaling" => Instead::Error("autoscaling_settings.min_replica"),
        _ => return None,
    })
}

/// Cases that resolve with a warning that says this.
const WARNED: [(&str, &str); 5] = [
    ("env_typo_case", "no overrides for environment `Production`"),
    ("acc_object_name_only_over_object", "the count is inherited"),
    ("acc_object_name_only_over_string", "the count is inherited"),
    (
        "instance_type_in_base_acc_override",
        "the override has no effect",
    ),
    (
        "bad_other_env_merge",
        "environment `staging` does not resolve",
    ),
];

#[test]
fn every_case_gives_what_it_says() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = shared_data("truss/override_cases.json") else {
        return Ok(());
    };
    let cases: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let mut wrong = Vec::new();
    for case in &cases {
        if let Err(problem) = check(case) {
            wrong.push(format!("{}: {problem}", case["case"]));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert_eq!(cases.len(), 52);
    Ok(())
}

fn check(case: &Json) -> Result<(), String> {
    let name = case["case"].as_str().unwrap_or_default();
    let yaml = case["yaml"].as_str().unwrap_or_default();
    let environment = case["environment"].as_str();
    let outcome = resolve(yaml, environment);
    let expected = &case["expected"];
    match (instead(name), outcome) {
        (Some(Instead::Error(text)), Err(said)) => said
            .to_string()
            .contains(text)
            .then_some(())
            .ok_or_else(|| format!("said {said}")),
        (Some(Instead::Error(text)), Ok(_)) => Err(format!("resolved, and not refused: {text}")),
        (Some(Instead::Base), Ok((effective, _))) => {
            let (base, _) = resolve(yaml, None).map_err(|said| said.to_string())?;
            let (found, base) = (effective.settings().to_json(), base.settings().to_json());
            (found == base)
                .then_some(())
                .ok_or_else(|| format!("{found} is not the base {base}"))
        }
        (None, Ok((effective, said))) if expected["ok"] == json!(true) => {
            let found = effective.settings().to_json();
            for block in ["resources", "autoscaling_settings"] {
                if found[block] != expected[block] {
                    return Err(format!(
                        "{block}: {} is not {}",
                        found[block], expected[block]
                    ));
                }
            }
            let preserve = environment.map(|_| !effective.overrides("resources"));
            if json!(preserve) != expected["preserve_env_instance_type_default"] {
                return Err(format!("preserves the instance type: {preserve:?}"));
            }
            let warning = WARNED.iter().find(|(case, _)| *case == name);
            match warning {
                Some((_, text)) if !said.to_string().contains(text) => {
                    Err(format!("no warning {text:?} in {said}"))
                }
                _ => Ok(()),
            }
        }
        (None, Err(_)) if expected["ok"] == json!(false) => Ok(()),
        (_, Ok((effective, _))) => Err(format!("resolved to {}", effective.settings().to_json())),
        (_, Err(said)) => Err(format!("refused: {said}")),
    }
}

/// The place of an error is the line to look at.
#[test]
fn an_error_after_merging_points_at_the_override() -> Result<(), Box<dyn std::error::Error>> {
    let yaml = "autoscaling_settings: {min_replicas: 1, max_replicas: 3}\n\
                environment_overrides:\n  production:\n    autoscaling_settings:\n      \
                min_replicas: 15\n";
    let said = resolve(yaml, Some("production"))
        .err()
        .ok_or("it resolved")?;
    let error = said.errors().next().ok_or("no error")?;
    let other = error.secondary.first().ok_or("no second place")?;
    assert_eq!(error.primary.as_ref().map(|label| label.span.line), Some(1));
    assert_eq!((other.span.line, other.span.column), (5, 21));
    assert!(
        error
            .hints
            .iter()
            .any(|hint| hint.contains("environment `production`"))
    );
    Ok(())
}
