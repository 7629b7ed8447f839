//! `RemoteConfig`: what it comes to as the layers of a workload.

use plimsoll_core::schema::Type;
use plimsoll_core::span::Span;
use plimsoll_core::suggest::did_you_mean;
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::{Key, Map, Node, Value};
use plimsoll_truss::AUTOSCALING;

use super::compute::compute_of;
use super::image::docker_image;
use super::lower::{Bound, Lower, Needed};
use super::options::{Extras, assets, options};
use super::tables::{OPTIONAL_TEXT, TEXTS};
use crate::chain::Image;
use crate::python::known::Class;
use crate::python::load::Place;
use crate::python::value::{Arg, ArgName, Kind, Object, Val};

/// What a `RemoteConfig` comes to.
#[derive(Debug, Default)]
pub(crate) struct Remote {
    /// `name`, where it is not empty.
    pub(crate) name: Option<Node>,
    /// What the image holds.
    pub(crate) image: Image,
    /// The keys of the Truss, and `compute` and `autoscaling_settings` as they are written.
    pub(crate) base: Map,
    /// The keys of its `runtime`.
    pub(crate) runtime: Map,
    /// What the options hold beside those keys.
    pub(crate) extras: Extras,
    /// What environments override: name, where it is written, and the block.
    pub(crate) environments: Vec<(String, Option<Span>, Map)>,
    /// Where arguments are named that an engine does not take.
    pub(crate) not_for_engines: Vec<(&'static str, Place)>,
}

/// Reads a `RemoteConfig`.
pub(crate) fn remote_config(
    lower: &mut Lower<'_, '_>,
    tree: &dyn SourceTree,
    value: &Val,
) -> Option<Remote> {
    if !lower.is_known(value) {
        return None;
    }
    let object = match &value.kind {
        Kind::Object(object) if object.class == Class::RemoteConfig => object,
        _ => {
            let message = format!(
                "`remote_config` must be a RemoteConfig, and is {}",
                value.describe()
            );
            let problem = lower.problem("chain::wrong-type", value.at, message);
            lower.push(
                problem
                    .expected("a RemoteConfig")
                    .hint("write chains.RemoteConfig(…)"),
            );
            return None;
        }
    };
    let bound = lower.bind(object, Class::RemoteConfig.parameters()?, false);
    let mut remote = Remote::default();
    if let Some(needed) = bound.get("name") {
        remote.name = lower.typed(needed, &["name"], &OPTIONAL_TEXT);
        remote.name = remote
            .name
            .filter(|node| node.as_str().is_some_and(|name| !name.is_empty()));
    }
    if let Some(needed) = bound.get("build_commands")
        && let Some(node) = lower.list(needed, &["build_commands"], &TEXTS)
    {
        remote
            .base
            .insert(Key::from("build_commands"), lower.span(needed.at), node);
    }
    within(
        lower,
        &bound,
        "docker_image",
        Class::DockerImage,
        |lower, inner, needed| {
            remote.image = docker_image(lower, tree, inner, &mut remote.base, &mut remote.runtime);
            if inner.iter().next().is_some() {
                remote.not_for_engines.push(("docker_image", needed.at));
            }
        },
    );
    within(lower, &bound, "assets", Class::Assets, |lower, inner, _| {
        assets(lower, inner, &mut remote.base);
        for name in ["cached", "external_data"] {
            let filled = inner
                .get(name)
                .filter(|needed| needed.value.truth() != Some(false));
            remote
                .not_for_engines
                .extend(filled.map(|needed| (name, needed.at)));
        }
    });
    within(
        lower,
        &bound,
        "options",
        Class::ChainletOptions,
        |lower, inner, _| {
            remote.extras = options(lower, inner, &mut remote.base, &mut remote.runtime);
            if let Some(needed) = inner.get("health_checks") {
                remote.not_for_engines.push(("health_checks", needed.at));
            }
        },
    );
    settings(lower, &bound, &[], &mut remote.base);
    if let Some(needed) = bound.get("environment_overrides") {
        environments(lower, needed, &mut remote.environments);
    }
    Some(remote)
}

/// Reads an argument that is an object of a class, or where pydantic takes one a dictionary.
fn within(
    lower: &mut Lower<'_, '_>,
    bound: &Bound<'_>,
    name: &str,
    class: Class,
    work: impl FnOnce(&mut Lower<'_, '_>, &Bound<'_>, Needed<'_>),
) {
    let Some(needed) = bound.get(name) else {
        return;
    };
    if !lower.is_known(needed.value) {
        return;
    }
    let made;
    let object: &Object = match &needed.value.kind {
        Kind::Object(object) if object.class == class => object,
        Kind::Dict(pairs) if class != Class::Assets => {
            let named = |(key, value): &(Val, Val)| {
                let name = match key.as_str() {
                    Some(name) => ArgName::Named(name.into(), key.at),
                    None => ArgName::Position,
                };
                Arg {
                    name,
                    value: value.clone(),
                }
            };
            made = Object {
                id: pairs.id,
                shape: pairs.shape,
                class,
                args: pairs.pairs.iter().map(named).collect(),
            };
            &made
        }
        _ => {
            let message = format!(
                "`{name}` must be made by {}, and is {}",
                class.name(),
                needed.value.describe()
            );
            let problem = lower.problem("chain::wrong-type", needed.value.at, message);
            lower.push(problem.hint(format!("write chains.{}(…)", class.name())));
            return;
        }
    };
    let Some(parameters) = class.parameters() else {
        return;
    };
    let inner = lower.bind(object, parameters, class.takes_positional());
    work(lower, &inner, needed);
}

/// Reads `compute` and `autoscaling_settings` into a layer.
fn settings(lower: &mut Lower<'_, '_>, bound: &Bound<'_>, place: &[&str], layer: &mut Map) {
    if let Some(needed) = bound.get("compute") {
        let optional = !place.is_empty() && matches!(needed.value.kind, Kind::None);
        let place: Vec<&str> = place.iter().copied().chain(["compute"]).collect();
        let node = if optional {
            None
        } else {
            compute_of(lower, needed, &place)
        };
        if let Some(node) = node {
            layer.insert(Key::from("compute"), lower.span(needed.at), node);
        }
    }
    if let Some(needed) = bound.given("autoscaling_settings") {
        let place: Vec<&str> = place
            .iter()
            .copied()
            .chain(["autoscaling_settings"])
            .collect();
        if let Some(node) = autoscaling(lower, needed, &place) {
            layer.insert(
                Key::from("autoscaling_settings"),
                lower.span(needed.at),
                node,
            );
        }
    }
}

/// The settings are checked by the tables of Truss, with its codes.
fn autoscaling(lower: &mut Lower<'_, '_>, needed: Needed<'_>, place: &[&str]) -> Option<Node> {
    static KIND: Type = Type::Model(&AUTOSCALING);
    if !lower.is_known(needed.value) {
        return None;
    }
    let object = match &needed.value.kind {
        Kind::Object(object) if object.class == Class::AutoscalingSettings => object,
        _ => {
            let place = place.join(".");
            let message = format!(
                "`{place}` must be AutoscalingSettings, and is {}",
                needed.value.describe()
            );
            let problem = lower.problem("chain::wrong-type", needed.value.at, message);
            lower.push(problem.hint("write chains.AutoscalingSettings(…)"));
            return None;
        }
    };
    let map = lower.keywords(object)?;
    let mut node = lower.placed(Value::Map(Box::new(map)), needed.value.at);
    lower
        .check_as("truss", place, &KIND, &mut node)
        .then_some(node)
}

/// Reads `environment_overrides` into one layer for each environment.
fn environments(
    lower: &mut Lower<'_, '_>,
    needed: Needed<'_>,
    layers: &mut Vec<(String, Option<Span>, Map)>,
) {
    if !lower.is_known(needed.value) {
        return;
    }
    let pairs = match &needed.value.kind {
        Kind::Dict(pairs) => pairs,
        Kind::None => return,
        _ => {
            let message = format!("`environment_overrides` is {}", needed.value.describe());
            let problem = lower.problem("chain::wrong-type", needed.value.at, message);
            lower.push(problem.expected("a dictionary from environments to RemoteOverrides"));
            return;
        }
    };
    for (key, value) in &pairs.pairs {
        let Some(name) = key.as_str() else {
            if lower.is_known(key) {
                let message = format!(
                    "an environment is named by a string, and this is {}",
                    key.describe()
                );
                lower.error("chain::wrong-type", key.at, message);
            }
            continue;
        };
        if !lower.is_known(value) {
            continue;
        }
        let object = match &value.kind {
            Kind::Object(object) if object.class == Class::RemoteOverrides => object,
            Kind::None => {
                layers.push((name.to_owned(), lower.span(key.at), Map::new()));
                continue;
            }
            _ => {
                let message = format!("the overrides of `{name}` are {}", value.describe());
                let problem = lower
                    .problem("chain::wrong-type", value.at, message)
                    .expected("RemoteOverrides");
                let named = matches!(&value.kind, Kind::Object(object) if object.class == Class::RemoteConfig);
                let hint = named
                    .then(|| did_you_mean("RemoteConfig", ["RemoteOverrides"]))
                    .flatten();
                lower.push(
                    problem
                        .maybe_hint(hint)
                        .hint("write chains.RemoteOverrides(…)"),
                );
                continue;
            }
        };
        let Some(parameters) = Class::RemoteOverrides.parameters() else {
            return;
        };
        let bound = lower.bind(object, parameters, false);
        let mut layer = Map::new();
        settings(lower, &bound, &["environment_overrides", name], &mut layer);
        // As in Python, the last of equal keys counts.
        layers.retain(|(known, _, _)| known != name);
        layers.push((name.to_owned(), lower.span(key.at), layer));
    }
}
