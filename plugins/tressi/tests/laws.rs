//! Laws, over generated load tests of every shape.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/generate.rs"]
mod generate;

mod support;

use generate::{any_shape, current};
use plimsoll_core::resolver::OverrideResolver as _;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::value::Node;
use plimsoll_overrides::DeepMerge;
use plimsoll_tressi::{LoadTestSource, Shape};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use support::{load, migrate_named, resolve_named, tree};

/// A document in each format, with a name that tells it.
fn texts(document: &Json) -> Vec<(&'static str, String)> {
    let node = Node::from_json(document, Default::default());
    let mut texts = vec![
        ("a.json", format!("{document:#}")),
        ("a.json", document.to_string()),
        ("a.yaml", plimsoll_core::yaml::write(&node)),
    ];
    // TOML has no null.
    if !document.to_string().contains("null") {
        texts.push(("a.toml", toml::to_string(document).unwrap()));
    }
    texts
}

/// What is effective for every endpoint, and what runs it is given.
fn effective(name: &str, text: &str) -> Result<Vec<Json>, TestCaseError> {
    let (resolved, _) =
        resolve_named(name, text).map_err(|said| TestCaseError::fail(format!("{said}\n{text}")))?;
    let tree = tree(name, text);
    let of_one = |one: &plimsoll_core::effective::Effective| {
        let package = LoadTestSource.package(&tree, one);
        // As it is written: a migration writes out two defaults, which "full" has anyway.
        let run = package.ok().map(|mut package| {
            package.config["autoscale"].take();
            package.config
        });
        json!({
            "name": one.workload,
            "full": one.with_defaults().to_json(),
            "compact": one.compact().to_json(),
            "run": run,
        })
    };
    Ok(resolved.iter().map(of_one).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_migrated_resolves_as_what_it_was(document in any_shape()) {
        for (name, text) in texts(&document) {
            let migration = migrate_named(name, &text, &[])
                .map_err(|said| TestCaseError::fail(format!("{said}\n{text}")))?;
            prop_assert_eq!(effective(name, &migration.after)?, effective(name, &text)?, "{}", text);
        }
    }

    #[test]
    fn migrating_twice_is_migrating_once(document in any_shape()) {
        for (name, text) in texts(&document) {
            let once = migrate_named(name, &text, &[]).map_err(|said| TestCaseError::fail(said.to_string()))?;
            let twice = migrate_named(name, &once.after, &[]).map_err(|said| TestCaseError::fail(said.to_string()))?;
            prop_assert!(twice.is_empty(), "{}\n\n{}", once.after, twice.after);
            prop_assert!(matches!(twice.shape, Shape::Current | Shape::Flags));
        }
    }

    #[test]
    fn todays_shape_stays_as_it_is(document in current()) {
        for (name, text) in texts(&document) {
            let migration = migrate_named(name, &text, &[]).map_err(|said| TestCaseError::fail(said.to_string()))?;
            prop_assert_eq!(&*migration.after, text.as_str());
        }
    }

    #[test]
    fn formats_make_no_difference(document in any_shape()) {
        let texts = texts(&document);
        let (name, text) = &texts[0];
        let first = effective(name, text)?;
        for (name, text) in &texts[1..] {
            prop_assert_eq!(&effective(name, text)?, &first, "{}", text);
        }
    }

    #[test]
    fn every_effective_value_knows_its_place(document in any_shape()) {
        let text = format!("{document:#}");
        let (resolved, _) = resolve_named("a.json", &text).map_err(|said| TestCaseError::fail(said.to_string()))?;
        for one in &resolved {
            for (pointer, place) in one.provenance(&one.with_defaults()) {
                let is_default = place.layer.to_string() == "defaults";
                prop_assert!(is_default != place.line.is_some(), "{}: {:?}", pointer, place);
            }
        }
    }

    #[test]
    fn names_are_unique_and_resolving_is_done_once(document in any_shape()) {
        let manifest = load("a.json", &document.to_string()).map_err(|said| TestCaseError::fail(said.to_string()))?;
        let mut names: Vec<_> = manifest.workloads.iter().map(|one| one.name.clone()).collect();
        names.sort();
        names.dedup();
        prop_assert_eq!(names.len(), manifest.workloads.len());
        for workload in &manifest.workloads {
            let once = DeepMerge.resolve(workload, None, &manifest.files).unwrap();
            let again = DeepMerge.resolve(&once.workload(), None, &manifest.files).unwrap();
            prop_assert_eq!(once.config, again.config);
        }
    }
}
