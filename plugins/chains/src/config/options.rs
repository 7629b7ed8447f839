//! `ChainletOptions`, `Assets`, and the options of `depends`.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::value::{Key, Map, Node, Value};

use super::lower::{Bound, Lower, Needed};
use super::tables::{BOOL, INTEGER, LIST, METADATA, NUMBER, TEXTS, VARIABLES};
use crate::python::known::Class;
use crate::python::load::Place;
use crate::python::value::{Kind, Object, Val};

/// The keys of `runtime` that options come to, by their names.
const RUNTIME: &[(&str, &str)] = &[
    ("enable_b10_tracing", "enable_tracing_data"),
    ("enable_debug_logs", "enable_debug_logs"),
    ("streaming_read_timeout", "streaming_read_timeout"),
];

/// What `options` and `assets` come to.
#[derive(Debug, Default)]
pub(crate) struct Extras {
    /// `options.transport`, as it is written.
    pub(crate) transport: Option<Node>,
    /// `options.health_checks`, as it is written.
    pub(crate) health_checks: Option<Node>,
    /// `options.metadata`.
    pub(crate) metadata: Option<Node>,
}

/// Reads `options` into the keys of a Truss.
pub(crate) fn options(
    lower: &mut Lower<'_, '_>,
    bound: &Bound<'_>,
    base: &mut Map,
    runtime: &mut Map,
) -> Extras {
    for (name, key) in RUNTIME {
        let Some(needed) = bound.get(name) else {
            continue;
        };
        let kind = if *name == "streaming_read_timeout" {
            &INTEGER
        } else {
            &BOOL
        };
        if let Some(node) = lower.typed(needed, &["options", name], kind) {
            runtime.insert(Key::from(*key), lower.span(needed.at), node);
        }
    }
    if let Some(needed) = bound.get("env_variables")
        && let Some(node) = lower.typed(needed, &["options", "env_variables"], &VARIABLES)
    {
        base.insert(
            Key::from("environment_variables"),
            lower.span(needed.at),
            node,
        );
    }
    let metadata = bound.get("metadata");
    Extras {
        transport: bound
            .given("transport")
            .and_then(|needed| model(lower, needed, "transport")),
        health_checks: bound
            .get("health_checks")
            .and_then(|needed| model(lower, needed, "health_checks")),
        metadata: metadata
            .and_then(|needed| lower.typed(needed, &["options", "metadata"], &METADATA))
            .filter(|node| !node.is_null()),
    }
}

fn model(lower: &mut Lower<'_, '_>, needed: Needed<'_>, name: &str) -> Option<Node> {
    let outer = lower.argument.replace(needed.at);
    let node = lower.node(needed.value);
    lower.argument = outer;
    let node = node?;
    if node.as_map().is_none() {
        let message = format!("`options.{name}` is {}", needed.value.describe());
        lower.error("chain::wrong-type", needed.value.at, message);
        return None;
    }
    Some(node)
}

/// Reads `assets` into the keys of a Truss.
pub(crate) fn assets(lower: &mut Lower<'_, '_>, bound: &Bound<'_>, base: &mut Map) {
    if let Some(needed) = bound.get("secret_keys")
        && let Some(secrets) = secrets(lower, needed)
    {
        base.insert(Key::from("secrets"), lower.span(needed.at), secrets);
    }
    for (name, key) in [
        ("cached", "model_cache"),
        ("external_data", "external_data"),
        ("weights", "weights"),
    ] {
        let Some(needed) = bound.get(name) else {
            continue;
        };
        if let Some(node) = lower.typed(needed, &["assets", name], &LIST)
            && node.as_list().is_some_and(|items| !items.is_empty())
        {
            base.insert(Key::from(key), lower.span(needed.at), node);
        }
    }
}

fn secrets(lower: &mut Lower<'_, '_>, needed: Needed<'_>) -> Option<Node> {
    let mut node = match &needed.value.kind {
        // The real one takes a string for a list of letters.
        Kind::Str(text) => {
            let message = "`secret_keys` is a string: it is read as one name for each letter";
            let problem =
                Diagnostic::warning("chain::letters", message).at(lower.span(needed.value.at));
            lower.push(problem.hint("write it in square brackets"));
            let letters = text
                .chars()
                .map(|letter| Value::Str(letter.to_string().into()));
            let letters = letters
                .map(|letter| lower.placed(letter, needed.value.at))
                .collect();
            lower.placed(Value::List(letters), needed.value.at)
        }
        _ => lower.typed(needed, &["assets", "secret_keys"], &LIST)?,
    };
    if !lower.check(&["assets", "secret_keys"], &TEXTS, &mut node) {
        return None;
    }
    let mut map = Map::new();
    for name in node.as_list().into_iter().flatten() {
        let key = Key::from(name.as_str().unwrap_or_default());
        map.insert(
            key,
            name.span(),
            Node::with_origin(Value::Str(SECRET.into()), name.origin),
        );
    }
    Some(lower.placed(Value::Map(Box::new(map)), needed.value.at))
}

/// What stands for the value of a secret.
pub(crate) const SECRET: &str = "***";

/// The class that `depends(…)` names, and how it is called: all options, with the defaults of
/// `truss_chains` 0.18.36 where nothing is written.
pub(crate) fn rpc_options<'v>(
    lower: &mut Lower<'_, '_>,
    object: &'v Object,
    at: Place,
) -> (Option<&'v Val>, Map) {
    const PARAMETERS: &[&str] = &[
        "chainlet_cls",
        "retries",
        "timeout_sec",
        "use_binary",
        "concurrency_limit",
    ];
    debug_assert_eq!(object.class, Class::RpcOptions);
    let bound = lower.bind(object, PARAMETERS, true);
    let defaults = [
        (Value::Int(1), &INTEGER),
        (Value::Float(600.0), &NUMBER),
        (Value::Bool(false), &BOOL),
        (Value::Int(300), &INTEGER),
    ];
    let mut map = Map::new();
    for (name, (default, kind)) in PARAMETERS[1..].iter().copied().zip(defaults) {
        let written = bound.get(name);
        let node = written.and_then(|needed| lower.typed(needed, &["depends", name], kind));
        if let (Some(needed), Some(Value::BigInt(_))) =
            (written, node.as_ref().map(|node| &node.value))
        {
            let message = format!("`{name}` is too large");
            lower.error("chain::invalid-value", needed.value.at, message);
        }
        map.set(name, node.unwrap_or_else(|| lower.placed(default, at)));
    }
    (bound.get(PARAMETERS[0]).map(|needed| needed.value), map)
}
