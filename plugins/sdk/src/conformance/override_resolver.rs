//! What every override resolver promises.

use std::sync::Arc;

use plimsoll_core::diagnostic::{Diagnostics, Severity};
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::manifest::{Manifest, Workload};
use plimsoll_core::pointer::Pointer;
use plimsoll_core::registry::Registry;
use plimsoll_core::resolver::OverrideResolver;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::Node;
use serde_json::{Value as Json, json};

use super::law::{Broken, Verdict, broken, holds, same, unharmed};
use super::manifests::{leaves, sound_diagnostics, sound_effective};
use super::registered::Registered;
use super::rules::MIN_ABOVE_MAX;
use super::workloads::{Made, workload};

const NEVER_PANICS: &str = "it never panics, whatever it resolves";
const RESOLVES: &str = "what its rules take is resolved";
const PURE: &str = "the same workload and environment give the same settings";
const BASE: &str = "no environment means the base";
const IS_BASE: &str = "an environment without overrides is the base, and a note says so";
const MISSPELT: &str = "a warning names the environment that is nearest to one that is misspelt";
const OVERRIDES: &str = "what an environment writes below an overridable key holds";
const LISTED: &str = "`overridden` lists the overridable keys that the environment sets";
const IGNORED: &str = "what the rules do not list as overridable stays as the base has it";
const OTHERS: &str = "other environments change nothing";
const ORIGINS: &str = "every value that is carried over keeps its origin";
const TWICE: &str = "resolving what is resolved changes nothing";
const CHECKED: &str = "what the rules refuse is refused: it ends in `Effective::checked`";
const WARNED: &str = "of other environments it warns, and no more";

/// Holds the resolver of this name to its contract, over workloads that the kit makes and those of
/// the manifests given. Hosts give a resolver no options.
///
/// # Panics
/// When a law is broken.
#[track_caller]
pub fn override_resolver(registry: &Registry, name: &str, manifests: &[Manifest]) {
    let registered = Registered::new(registry, &registry.resolvers, name, &[json!({})]);
    let subject = &registered.subject;
    let resolver = &*subject.must(registered.make(&json!({})));
    subject.must_for_all(1, &workload(), |made| {
        for environment in [None, Some("production"), Some("staging")] {
            let environment = environment.map(Environment::new);
            any(resolver, &made.workload, &made.files, environment.as_ref())?;
            let effective = own(resolver, made, environment.as_ref())?;
            origins(&made.workload, &effective)?;
        }
        nowhere(resolver, made)
    });
    subject.must(refused(resolver));
    for manifest in manifests {
        for workload in &manifest.workloads {
            let subject = subject.with(format!("workload `{}`", workload.name));
            let environments = workload.layers.environments().map(Some);
            for environment in environments.chain([None]) {
                subject.must(any(resolver, workload, &manifest.files, environment));
            }
        }
    }
}

type Resolved = Result<Effective, Diagnostics>;

fn resolve(
    resolver: &dyn OverrideResolver,
    workload: &Workload,
    files: &Arc<SourceMap>,
    environment: Option<&Environment>,
) -> Result<Resolved, Broken> {
    unharmed(NEVER_PANICS, || {
        resolver.resolve(workload, environment, files)
    })
}

/// Resolves what no rule refuses.
fn resolved(
    resolver: &dyn OverrideResolver,
    workload: &Workload,
    files: &Arc<SourceMap>,
    environment: Option<&Environment>,
) -> Result<Effective, Broken> {
    resolve(resolver, workload, files, environment)?
        .or_else(|said| broken(RESOLVES, said.to_string()))
}

/// What holds of any workload.
fn any(
    resolver: &dyn OverrideResolver,
    workload: &Workload,
    files: &Arc<SourceMap>,
    environment: Option<&Environment>,
) -> Verdict {
    let again = resolve(resolver, workload, files, environment)?;
    let effective = match (resolve(resolver, workload, files, environment)?, again) {
        (Ok(effective), Ok(again)) => {
            same(PURE, &picture(&effective), &picture(&again))?;
            effective
        }
        (Err(said), Err(again)) => {
            sound_diagnostics(&said)?;
            let why = || "it is refused without an error".to_owned();
            holds(CHECKED, said.has_errors(), why)?;
            return same(PURE, &said, &again);
        }
        (one, other) => return broken(PURE, format!("{one:?}, and then {other:?}")),
    };
    sound_effective(&effective)?;
    same(PURE, &effective.environment.as_ref(), &environment)?;
    same(PURE, &effective.workload, &workload.name)?;
    // What is resolved, as the base of a workload without overrides.
    let mut layers = Layers::new();
    layers.push(LayerName::Base, effective.config.clone());
    let once = Workload {
        layers,
        ..workload.clone()
    };
    let twice = resolve(resolver, &once, files, environment)?
        .or_else(|said| broken(TWICE, said.to_string()))?;
    same_values(TWICE, &effective.config, &twice.config)?;
    warns(resolver, workload, files, environment)
}

fn warns(
    resolver: &dyn OverrideResolver,
    workload: &Workload,
    files: &Arc<SourceMap>,
    environment: Option<&Environment>,
) -> Verdict {
    let said = unharmed(NEVER_PANICS, || {
        resolver.other_environments(workload, environment, files)
    })?;
    let mut about = Diagnostics::about(Arc::clone(files));
    about.absorb(said);
    holds(WARNED, !about.has_errors(), || about.to_string())?;
    sound_diagnostics(&about)
}

/// What holds of the workloads that the kit makes, whose rules take everything as it is.
fn own(
    resolver: &dyn OverrideResolver,
    made: &Made,
    environment: Option<&Environment>,
) -> Result<Effective, Broken> {
    let Made { workload, files } = made;
    let effective = resolved(resolver, workload, files, environment)?;
    let base = workload.layers.named(&LayerName::Base);
    let base = base.map(|layer| &layer.settings);
    let Some(environment) = environment else {
        if let Some(base) = base {
            same_values(BASE, base, &effective.config)?;
        }
        same(LISTED, &effective.overridden, &Vec::new())?;
        return Ok(effective);
    };
    let layer = workload
        .layers
        .named(&LayerName::Environment(environment.clone()));
    let overridable = workload.rules.overridable();
    let mut set = Vec::new();
    for (position, layer) in workload.layers.iter().enumerate() {
        if layer.name != LayerName::Environment(environment.clone()) {
            continue;
        }
        for key in overridable {
            let block = layer.settings.get(key).filter(|block| !block.is_null());
            if let Some(block) = block {
                set.push((*key).to_owned());
                overrides(key, block, position, &effective)?;
            }
        }
    }
    let mut listed = effective.overridden.clone();
    listed.sort();
    set.sort();
    same(LISTED, &listed, &set)?;
    let written = base.into_iter().chain(layer.map(|layer| &layer.settings));
    for entry in written.filter_map(Node::as_map).flatten() {
        let Some(key) = entry.key.as_str() else {
            continue;
        };
        if overridable.contains(&key) || workload.rules.overrides_key() == Some(key) {
            continue;
        }
        let was = base.and_then(|base| base.get(key));
        let is = effective.config.get(key);
        holds(IGNORED, is == was, || {
            let (is, was) = (is.map(Node::to_json), was.map(Node::to_json));
            format!("in `{environment}`, `{key}` is {is:?}, and the base has {was:?}")
        })?;
    }
    let alone = made.without_others(environment);
    let alone = resolved(resolver, &alone, files, Some(environment))?;
    same_values(OTHERS, &effective.config, &alone.config)?;
    Ok(effective)
}

/// Scalars override wherever they stand, but in lists, which a resolver may join.
fn overrides(key: &str, block: &Node, layer: usize, effective: &Effective) -> Verdict {
    let mut verdict = Ok(());
    block.for_each_leaf(&mut |place, leaf| {
        let in_list = place.tokens().any(|token| token.parse::<u32>().is_ok());
        let scalar = leaf.as_map().is_none() && leaf.as_list().is_none() && !leaf.is_null();
        if in_list || !scalar || verdict.is_err() {
            return;
        }
        let found = effective.config.get(key);
        let found = found.and_then(|block| block.at_pointer(place));
        let from = |node: &Node| node.origin.layer.0 as usize == layer;
        let held = found.is_some_and(|found| found == leaf && from(found));
        verdict = holds(OVERRIDES, held, || {
            let (found, leaf) = (found.map(Node::to_json), leaf.to_json());
            format!("`/{key}{place}` is {found:?}, and the environment has {leaf}")
        });
    });
    verdict
}

/// Every leaf stands, with its value, in the layer that it says it is of; the whole is of none.
fn origins(workload: &Workload, effective: &Effective) -> Verdict {
    for (place, value, origin) in leaves(&effective.config) {
        let layer = workload.layers.get(origin.layer);
        let written = layer
            .map(|layer| leaves(&layer.settings))
            .unwrap_or_default();
        let kept = written
            .iter()
            .any(|(_, known, at)| *known == value && *at == origin);
        holds(ORIGINS, kept || place == Pointer::root(), || {
            format!("`{place}` is {value} of {origin:?}, where that is not written")
        })?;
    }
    Ok(())
}

/// An environment that the workload does not override.
fn nowhere(resolver: &dyn OverrideResolver, made: &Made) -> Verdict {
    let Made { workload, files } = made;
    let base = resolved(resolver, workload, files, None)?;
    let mut expected = base.config;
    if let (Some(key), Some(map)) = (workload.rules.overrides_key(), expected.as_map_mut()) {
        map.remove(key);
    }
    for name in ["kit-elsewhere", "produktion"] {
        let environment = Environment::new(name);
        let effective = resolved(resolver, workload, files, Some(&environment))?;
        same_values(IS_BASE, &expected, &effective.config)?;
        same(IS_BASE, &effective.overridden, &Vec::new())?;
        let said = &effective.diagnostics;
        holds(IS_BASE, !said.is_empty(), || {
            format!("nothing is said of `{name}`")
        })?;
        let names = said.items.iter().any(|item| {
            let hints = item.hints.iter().any(|hint| hint.contains("production"));
            item.severity == Severity::Warning && (hints || item.message.contains("production"))
        });
        holds(MISSPELT, names || name != "produktion", || {
            format!("of `{name}`, where `production` is known, it says: {said}")
        })?;
    }
    Ok(())
}

/// What the rules refuse, however the layers are merged.
fn refused(resolver: &dyn OverrideResolver) -> Verdict {
    let wrong = json!({ "autoscaling_settings": { "min_replicas": 5, "max_replicas": 2 } });
    let in_base = Made::of(&wrong);
    let in_production = Made::of(&json!({
        "autoscaling_settings": { "min_replicas": 1, "max_replicas": 9 },
        "environment_overrides": { "production": wrong },
    }));
    let production = Environment::production();
    let cases: [(&Made, Option<&Environment>, Option<Json>); 4] = [
        (&in_base, None, Some(json!("the base"))),
        (&in_base, Some(&production), Some(json!("the base"))),
        (&in_production, Some(&production), Some(json!("production"))),
        (&in_production, None, None),
    ];
    for (made, environment, wrong) in cases {
        let outcome = resolve(resolver, &made.workload, &made.files, environment)?;
        let said = outcome.as_ref().err();
        let named = said.is_some_and(|said| said.errors().any(|item| item.code == MIN_ABOVE_MAX));
        holds(CHECKED, named == wrong.is_some(), || {
            let outcome = match &outcome {
                Ok(effective) => format!("it is resolved to {:?}", effective.config.to_json()),
                Err(said) => format!("it says {said}"),
            };
            format!("with a minimum above the maximum in {wrong:?}: {outcome}, of\n{made:?}")
        })?;
        warns(resolver, &made.workload, &made.files, environment)?;
    }
    Ok(())
}

/// The same values, wherever they are from.
fn same_values(law: &'static str, one: &Node, other: &Node) -> Verdict {
    holds(law, one == other, || {
        let (one, other) = (one.to_json(), other.to_json());
        format!("what was to be {one},\n    is {other}")
    })
}

/// All there is to see of effective settings.
fn picture(effective: &Effective) -> impl PartialEq + std::fmt::Debug {
    (
        leaves(&effective.config),
        effective.overridden.clone(),
        effective.diagnostics.clone(),
    )
}
