//! Laws: whatever the configuration and its layout, what is asked for holds, nothing else changes,
//! and asking again changes nothing.

use std::sync::Arc;

use plimsoll_core::amendment::Amendment;
use plimsoll_core::autoscaling::{AutoscalingSettings, FIELDS};
use plimsoll_core::environment::Environment;
use plimsoll_core::manifest::Manifest;
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_overrides::DeepMerge;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::layouts::{file, wanted};
use crate::support::{FIVE, amend, load};

/// What holds in an environment, or in the base.
fn resolved(manifest: &Manifest, environment: Option<&str>) -> Result<Json, String> {
    let environment = environment.map(Environment::new);
    let effective = DeepMerge.resolve(
        &manifest.workloads[0],
        environment.as_ref(),
        &manifest.files,
    );
    let effective = effective.map_err(|said| said.to_string())?;
    let mut whole = effective.with_defaults().to_json();
    // The base shows the overrides of environments, which are looked at one by one.
    if let Some(map) = whole.as_object_mut() {
        map.remove("environment_overrides");
    }
    Ok(whole)
}

/// Holds an amendment to the laws.
pub(crate) fn holds(
    text: &[u8],
    manifest: &Manifest,
    amendment: &Amendment,
    settings: &AutoscalingSettings,
) -> Result<(), TestCaseError> {
    let after = amendment.after.as_bytes();
    prop_assert_eq!(amendment.before.as_bytes(), text);
    let changed = load(after).map_err(|said| TestCaseError::fail(said.to_string()))?;
    let mut environments: Vec<Option<&str>> = vec![None, Some("nowhere")];
    let layers = &manifest.workloads[0].layers;
    environments.extend(layers.environments().map(|name| Some(name.name())));
    for environment in environments {
        if environment != Some("production") {
            let [was, is] = [manifest, &changed].map(|manifest| resolved(manifest, environment));
            prop_assert_eq!(was, is, "{:?}", environment);
        }
    }
    let mut expected = resolved(manifest, Some("production"));
    let is = resolved(&changed, Some("production"));
    if let (Ok(expected), Ok(_)) = (&mut expected, &is) {
        let block = &mut expected["autoscaling_settings"];
        if block.is_null() {
            *block = json!({});
        }
        for (field, value) in settings.written() {
            block[field.name] = json!(value);
        }
    }
    if expected.is_ok() && !settings.is_empty() {
        prop_assert_eq!(expected, is);
    }
    lines_stay(&amendment.before, &amendment.after)?;
    comments_stay(&amendment.before, &amendment.after)?;
    let again = amend(after, "production", settings);
    let again = again.map_err(|said| TestCaseError::fail(said.to_string()))?;
    prop_assert!(again.is_empty());
    Ok(())
}

/// Every line that does not lead to the settings is there, as it was and in its order.
fn lines_stay(before: &str, after: &str) -> Result<(), TestCaseError> {
    // A comma may come behind what was the last entry between braces, and more in front of `}`.
    let bare = |line: &str| line.trim_end().replace(',', "");
    let commas = |line: &str| line.matches(',').count();
    let stays = |line: &str, other: &str| {
        line == other || (commas(other) > commas(line) && bare(other) == bare(line))
    };
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    // How many lines can stay of what follows each pair of places.
    let mut stay = vec![vec![0; after.len() + 1]; before.len() + 1];
    for (old, line) in before.iter().enumerate().rev() {
        for (new, other) in after.iter().enumerate().rev() {
            let one = usize::from(stays(line, other)) * (stay[old + 1][new + 1] + 1);
            stay[old][new] = one.max(stay[old + 1][new]).max(stay[old][new + 1]);
        }
    }
    let (mut old, mut new) = (0, 0);
    while old < before.len() {
        if new < after.len() && stay[old][new] == stay[old][new + 1] {
            new += 1;
            continue;
        }
        if new < after.len() && stay[old][new] > stay[old + 1][new] {
            (old, new) = (old + 1, new + 1);
            continue;
        }
        let leads = [
            "environment_overrides",
            "production",
            "autoscaling_settings",
            "null",
            "~",
            "*",
            "{",
            "}",
        ];
        let line = before[old];
        let mut names = FIELDS.iter().map(|field| field.name).chain(leads);
        let touched = names.any(|name| line.contains(name));
        prop_assert!(touched, "{:?} is not in\n{}", line, after.join("\n"));
        old += 1;
    }
    Ok(())
}

/// Every comment is there, in its order.
fn comments_stay(before: &str, after: &str) -> Result<(), TestCaseError> {
    let comments = |text: &str| -> Vec<String> {
        let comment = |line: &str| Some(line[line.find(" #")? + 1..].trim_end().to_owned());
        text.lines().filter_map(comment).collect()
    };
    let (was, is) = (comments(before), comments(after));
    prop_assert_eq!(was, is);
    Ok(())
}

/// Signs and words that structure a file.
fn piece() -> impl Strategy<Value = &'static str> {
    select(vec![
        "environment_overrides:",
        "production:",
        "staging:",
        "autoscaling_settings:",
        "min_replicas:",
        "max_replicas:",
        "concurrency_target: 3",
        " 1",
        "\n",
        "\n",
        "\n",
        "\n ",
        "\n  ",
        "\n    ",
        "\n      ",
        "{",
        "}",
        ", ",
        " # no\n",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        ": ",
        "null",
        "'",
        "\"",
        "---\n",
        "...\n",
        "|\n",
        "- ",
        "resources: {cpu: '1'}",
        "\r\n",
        "!!map ",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_asked_for_holds_and_nothing_else_changes((text, anchored) in file(), settings in wanted()) {
        let Ok(manifest) = load(text.as_bytes()) else { return Ok(()) };
        match amend(text.as_bytes(), "production", &settings) {
            Ok(amendment) => holds(text.as_bytes(), &manifest, &amendment, &settings)?,
            Err(said) => {
                let codes: Vec<_> = said.items.iter().map(|item| &*item.code).collect();
                let why = match anchored {
                    true => ["amend::shared", "amend::settings"].as_slice(),
                    false => &["amend::settings"],
                };
                prop_assert!(codes.iter().all(|code| why.contains(code)), "{}\n{}", said, text);
            }
        }
    }

    #[test]
    fn a_text_of_pieces_is_refused_or_right(pieces in vec(piece(), 0..24)) {
        let text = pieces.concat();
        let Ok(manifest) = load(text.as_bytes()) else { return Ok(()) };
        if let Ok(amendment) = amend(text.as_bytes(), "production", &FIVE) {
            holds(text.as_bytes(), &manifest, &amendment, &FIVE)?;
        }
    }
}

/// The configurations that the generator makes are for the most part ones that are taken.
#[test]
fn most_files_are_amended() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut read, mut amended) = (0, 0);
    for _ in 0..500 {
        let (text, _) = file().new_tree(&mut runner).expect("a file").current();
        let text: Arc<str> = text.into();
        if load(text.as_bytes()).is_ok() {
            read += 1;
            amended += usize::from(amend(text.as_bytes(), "production", &FIVE).is_ok());
        }
    }
    assert!(
        read > 350 && amended > read * 4 / 5,
        "{amended} of {read} of 500"
    );
}

/// Large and odd files end soon.
#[test]
fn large_files_end_soon() {
    let comments = "  # a remark\n".repeat(100_000);
    let blank = "\n".repeat(100_000);
    for text in [
        format!("environment_overrides:\n  staging: {{}}\n{comments}model_name: a\n"),
        format!("description: |+\n  text\n{blank}"),
        format!("environment_overrides:\n  production:\n{blank}    null\nmodel_name: a\n"),
    ] {
        assert!(amend(text.as_bytes(), "production", &FIVE).is_ok());
    }
}
