//! Overrides, case by case (`data/overrides.yaml`), and the laws that hold for all of them.

use std::sync::Arc;

use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::source::ConfigSource as _;
use plimsoll_core::span::SourceMap;
use plimsoll_core::tree::{MemoryTree, SourceTree};
use plimsoll_core::value::{Node, Value};
use plimsoll_core::yaml;
use plimsoll_overrides::{DeepMerge, Replace};
use plimsoll_truss::TrussSource;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

type Resolved = Result<(Effective, Diagnostics), Diagnostics>;

fn resolve(resolver: &dyn OverrideResolver, text: &str, environment: Option<&str>) -> Resolved {
    let tree: Arc<dyn SourceTree> = Arc::new(MemoryTree::new().with("config.yaml", text));
    let manifest = TrussSource.load(&tree)?;
    let environment = environment.map(Environment::new);
    let (workload, files) = (&manifest.workloads[0], &manifest.files);
    let effective = resolver.resolve(workload, environment.as_ref(), files)?;
    let mut said = manifest.diagnostics;
    said.absorb(effective.diagnostics.items.iter().cloned());
    said.absorb(resolver.other_environments(workload, environment.as_ref(), files));
    Ok((effective, said))
}

fn cases() -> Json {
    let text = include_bytes!("data/overrides.yaml");
    let mut files = SourceMap::default();
    let reading = yaml::read(&mut files, "overrides.yaml", text, &yaml::Limits::default());
    reading.node.map_or(Json::Null, |node| node.to_json())
}

#[test]
fn every_case_gives_what_it_says() {
    let cases = cases();
    let cases = cases.as_array().map(Vec::as_slice).unwrap_or_default();
    let check = |case: &Json| Some(format!("{}: {}", case["case"], check(case).err()?));
    let wrong: Vec<_> = cases.iter().filter_map(check).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(cases.len(), 48);
}

fn check(case: &Json) -> Result<(), String> {
    let config = case["config"].as_str().ok_or("no config")?;
    let environment = case
        .get("environment")
        .map_or(Some("production"), Json::as_str);
    let (effective, said) = match (
        resolve(&DeepMerge, config, environment),
        case["error"].as_str(),
    ) {
        (Err(said), Some(error)) if said.to_string().contains(error) => return Ok(()),
        (Err(said), _) => return Err(format!("refused: {said}")),
        (Ok(_), Some(error)) => return Err(format!("resolved, and not: {error}")),
        (Ok(resolved), None) => resolved,
    };
    let settings = effective.settings().to_json();
    let keeps = case.get("keeps_instance_type").unwrap_or(&Json::Bool(true));
    for (what, found, expected) in [
        ("resources", &settings["resources"], &case["resources"]),
        (
            "autoscaling_settings",
            &settings["autoscaling_settings"],
            &case["autoscaling_settings"],
        ),
        (
            "keeps_instance_type",
            &json!(!effective.overrides("resources")),
            keeps,
        ),
    ] {
        if found != expected {
            return Err(format!("{what}: {found} is not {expected}"));
        }
    }
    let said = said.to_string();
    let warns = case["warns"].as_str().unwrap_or_default();
    if said.contains(warns) {
        Ok(())
    } else {
        Err(format!("no {warns:?} in {said:?}"))
    }
}

/// Some of `keys`, each with one of its values, as a flow mapping.
fn block(
    keys: &'static [(&'static str, &'static [&'static str])],
) -> impl Strategy<Value = String> {
    let entry = |(key, values): &(&'static str, &'static [&'static str])| {
        let key = *key;
        proptest::option::weighted(
            0.4,
            select(*values).prop_map(move |value| format!("{key}: {value}")),
        )
    };
    let entries: Vec<_> = keys.iter().map(entry).collect();
    entries.prop_map(|entries| {
        format!(
            "{{{}}}",
            entries.into_iter().flatten().collect::<Vec<_>>().join(", ")
        )
    })
}

fn resources() -> impl Strategy<Value = String> {
    block(&[
        ("cpu", &["'1'", "500m", "'012'", "'1e3'"]),
        ("memory", &["2Gi", "512Mi", "1.5Gi"]),
        (
            "accelerator",
            &[
                "null",
                "T4",
                "H100:2",
                "{accelerator: L4}",
                "{count: 2}",
                "{accelerator: A100, count: 4}",
            ],
        ),
        ("instance_type", &["null", "'L4:4x16'"]),
        ("node_count", &["null", "1", "2"]),
        ("use_gpu", &["true", "false"]),
    ])
}

fn autoscaling() -> impl Strategy<Value = String> {
    block(&[
        ("min_replicas", &["0", "1", "'2'", "3.0"]),
        ("max_replicas", &["3", "4", "0x10", "1_0"]),
        ("target_utilization_percentage", &["1", "100"]),
        ("scaling_window_seconds", &["30", "1:30"]),
        ("max_scale_down_rate", &["50"]),
    ])
}

fn config() -> impl Strategy<Value = String> {
    let parts = (
        resources(),
        autoscaling(),
        resources(),
        autoscaling(),
        any::<bool>(),
    );
    parts.prop_map(|(base, settings, over, over_settings, block_style)| {
        let gap = if block_style { "\n  " } else { " " };
        format!(
            "# é comes before all\nmodel_name: yes-é\nresources:{gap}{base}\nautoscaling_settings:{gap}{settings}\n\
             environment_overrides:\n  production:\n    resources: {over}\n    \
             autoscaling_settings: {over_settings}\n  empty:\n"
        )
    })
}

/// The text where a value is said to be, from the line and column on; and that its bytes agree.
fn text_at<'a>(node: &Node, files: &'a SourceMap) -> Result<&'a str, TestCaseError> {
    let fail = || TestCaseError::fail(format!("no place: {node:?}"));
    let span = node.span().ok_or_else(fail)?;
    let text = &files.get(span.file).ok_or_else(fail)?.text;
    let line = text.lines().nth(span.line as usize - 1).ok_or_else(fail)?;
    let (column, _) = line
        .char_indices()
        .nth(span.column as usize - 1)
        .ok_or_else(fail)?;
    let held = text
        .get(span.start as usize..span.end as usize)
        .ok_or_else(fail)?;
    prop_assert_eq!(
        line[column..].split('\n').next(),
        text[span.start as usize..].lines().next()
    );
    Ok(held)
}

/// Whether what stands at a place, read by itself, is this leaf. The parts of an accelerator in its
/// short form, of which a count of 1 may be left out, have the place of the whole.
fn holds(node: &Node, held: &str) -> bool {
    if matches!(node.value, Value::Map(_) | Value::List(_)) {
        return held.starts_with(['{', '[']);
    }
    let mut files = SourceMap::default();
    let limits = yaml::Limits::default();
    let read = yaml::read(&mut files, "held", held.as_bytes(), &limits);
    let plain = |json: Json| json.to_string().trim_matches('"').to_owned();
    let read = plain(read.node.map_or(Json::Null, |read| read.to_json()));
    let value = plain(node.to_json());
    let number = |text: &str| text.parse::<f64>().ok();
    let is_name = || read.starts_with(|first: char| first.is_ascii_uppercase());
    read == value
        || (number(&read).is_some() && number(&read) == number(&value))
        || read.split(':').any(|part| part == value)
        || (value == "1" && is_name() && !read.contains(':'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn resolving_twice_is_resolving_once(text in config(), replace: bool) {
        let resolver: &dyn OverrideResolver = if replace { &Replace } else { &DeepMerge };
        for environment in [None, Some("production")] {
            let Ok((once, _)) = resolve(resolver, &text, environment) else { continue };
            // A count without an accelerator, which an environment may name, is shown as none.
            let shown = if environment.is_none() { 1 } else { 2 };
            for (form, count) in [(once.config.clone(), 2), (once.compact(), shown)] {
                let written = yaml::write(&form);
                for again in [None, Some("production")].into_iter().take(count) {
                    // The base keeps its overrides; what is resolved for an environment has none.
                    let expected = resolve(resolver, &text, environment.or(again));
                    let full = expected.map(|(effective, _)| effective.with_defaults().to_json());
                    let twice = resolve(resolver, &written, again);
                    let twice = twice.map(|(effective, _)| effective.with_defaults().to_json());
                    prop_assert_eq!(twice.ok(), full.ok(), "{}", written);
                }
            }
        }
    }

    #[test]
    fn no_environment_is_the_base(text in config()) {
        let Ok((base, _)) = resolve(&DeepMerge, &text, None) else { return Ok(()) };
        let (alone, _) = text.split_once("environment_overrides").unwrap_or((&text, ""));
        let mut base = base.with_defaults();
        base.as_map_mut().map(|map| map.remove("environment_overrides"));
        for (text, environment) in [(alone, None), (&*text, Some("empty")), (&*text, Some("other"))] {
            let same = resolve(&Replace, text, environment).map(|(effective, _)| effective.with_defaults().to_json());
            prop_assert_eq!(same.ok(), Some(base.to_json()));
        }
    }

    #[test]
    fn every_value_has_a_place_that_holds_it(text in config()) {
        let Ok((effective, _)) = resolve(&DeepMerge, &text, Some("production")) else { return Ok(()) };
        let mut outcome = Ok(());
        effective.config.for_each_leaf(&mut |pointer, node| {
            let found = text_at(node, effective.files());
            if let (Ok(()), found) = (&outcome, found) {
                outcome = match found {
                    Ok(held) if holds(node, held) => Ok(()),
                    Ok(held) => Err(TestCaseError::fail(format!("{pointer:?}: {node:?} at {held:?}"))),
                    Err(error) => Err(error),
                };
            }
        });
        outcome?;
    }
}
