//! The checks that the tables of keys refer to. Sources: Truss 0.18.36, as measured.

use std::net::Ipv4Addr;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::Reader;
use plimsoll_core::value::{Map, Node, Value};

use crate::{engine, python};

/// Environment variables that the platform sets itself.
const RESERVED_VARIABLES: [&str; 2] = ["HOSTNAME", "PORT"];

/// The user that the platform runs servers as.
const DEFAULT_USER_ID: i64 = 60_000;

const MEMORY_UNITS: [&str; 12] = [
    "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

const PYTHON_VERSIONS: [&str; 6] = ["py39", "py310", "py311", "py312", "py313", "py314"];

/// A number of processors: anything Python's `float` reads, or digits and dots with an `m`.
pub(crate) fn cpu(text: &str) -> Result<(), String> {
    let milli = text.strip_suffix('m').is_some_and(digits_and_dots);
    if milli || python::is_float(text) {
        Ok(())
    } else {
        Err(format!(
            "{text:?} is no number of processors such as \"4\" or \"500m\""
        ))
    }
}

/// An amount of memory: anything Python's `float` reads, or digits and dots with a unit.
pub(crate) fn memory(text: &str) -> Result<(), String> {
    if python::is_float(text) {
        return Ok(());
    }
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    if !digits_and_dots(number) || !unit.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(format!("{text:?} is no amount of memory such as \"16Gi\""));
    }
    if MEMORY_UNITS.contains(&unit) {
        return Ok(());
    }
    let units = MEMORY_UNITS.join(" ");
    let meant = match unit.to_ascii_lowercase().trim_end_matches(['b', 'i']) {
        "" => None,
        letter => MEMORY_UNITS
            .iter()
            .rev()
            .find(|unit| unit.to_ascii_lowercase().trim_end_matches('i') == letter),
    };
    let hint = meant
        .map(|unit| format!("; did you mean \"{number}{unit}\"?"))
        .unwrap_or_default();
    Err(match unit {
        "" => format!("{text:?} has no unit; the units are {units}"),
        unit => format!("{text:?} has the unit {unit}; the units are {units}{hint}"),
    })
}

fn digits_and_dots(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A Python version that Truss builds for.
pub(crate) fn python_version(text: &str) -> Result<(), String> {
    if PYTHON_VERSIONS.contains(&text) {
        return Ok(());
    }
    Err(format!(
        "{text:?} is no Python version; known are {}",
        PYTHON_VERSIONS.join(", ")
    ))
}

/// A version number as Python packages have them (PEP 440), in its common forms.
pub(crate) fn version(text: &str) -> Result<(), String> {
    if python::is_version(text) {
        return Ok(());
    }
    Err(format!("{text:?} is no version such as \"0.9.0\""))
}

/// Any text but none.
pub(crate) fn not_empty(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(())
    }
}

/// Nothing, or an absolute path.
pub(crate) fn absolute_or_empty(text: &str) -> Result<(), String> {
    if text.is_empty() || text.starts_with('/') {
        return Ok(());
    }
    Err(format!(
        "{text:?} is a relative path; an absolute one is needed"
    ))
}

/// An IPv4 address, or a network with a prefix length or a mask.
pub(crate) fn ipv4_network(text: &str) -> Result<(), String> {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "32"));
    let sound = address.parse::<Ipv4Addr>().is_ok()
        && (prefix.parse::<u8>().is_ok_and(|bits| bits <= 32)
            || prefix.parse::<Ipv4Addr>().is_ok());
    if sound {
        Ok(())
    } else {
        Err(format!("{text:?} is no IPv4 address or network"))
    }
}

/// A domain name, in which `*` stands for any part of a label.
pub(crate) fn domain_name(text: &str) -> Result<(), String> {
    let edge = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'*';
    let label = |label: &str| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && edge(bytes[0])
            && edge(bytes[bytes.len() - 1])
            && bytes.iter().all(|byte| edge(*byte) || *byte == b'-')
    };
    if text.split('.').all(label) {
        return Ok(());
    }
    Err(format!("{text:?} is no domain name"))
}

/// `docker_server`: what its keys need of one another.
pub(crate) fn docker_server(node: &mut Node, reader: &mut Reader<'_>) {
    let user = node.get("run_as_user_id");
    if let Some(id) = user.and_then(Node::as_i64)
        && (id == 0 || id == DEFAULT_USER_ID)
    {
        let message = format!("`run_as_user_id` cannot be {id}: use another user");
        reader.invalid(user.and_then(Node::span), message);
    }
    let no_build = node.get("no_build").and_then(Node::as_bool) == Some(true);
    if !no_build && node.get("start_command").is_none_or(Node::is_null) {
        let message = "`docker_server.start_command` is required unless `no_build` is true";
        let code = reader.code("missing-key");
        reader.push(Diagnostic::error(code, message).at(node.span()));
    }
}

/// `autoscaling_settings`: `max_replicas` is at least `min_replicas`.
pub(crate) fn replica_bounds(node: &mut Node, reader: &mut Reader<'_>) {
    let (Some(min), Some(max)) = (node.get("min_replicas"), node.get("max_replicas")) else {
        return;
    };
    let (Some(low), Some(high)) = (min.as_i64(), max.as_i64()) else {
        return;
    };
    if low > high {
        let message = format!("max_replicas ({high}) must be at least min_replicas ({low})");
        let diagnostic = Diagnostic::error(reader.code("replica-bounds"), message)
            .labelled(max.span(), "the maximum")
            .also(min.span(), "the minimum");
        reader.push(diagnostic);
    }
}

/// What the real loader does before it looks at types.
pub(crate) fn before(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(map) = node.as_map_mut() else { return };
    if let Some(entry) = map.entry("hf_cache").cloned() {
        let span = entry.key_span;
        reader.warn(
            "deprecated",
            span,
            "`hf_cache` is an old name of `model_cache`",
        );
        if !map.contains("model_cache") {
            map.remove("hf_cache");
            let value = if entry.value.is_null() {
                Node::with_origin(Value::List(Vec::new()), entry.value.origin)
            } else {
                entry.value
            };
            map.insert("model_cache".into(), span, value);
        }
    }
    if let Some(no_cache) = map.get("build").and_then(|build| build.get("no_cache"))
        && no_cache.as_bool() == Some(true)
    {
        let message = "`build.no_cache` cannot be set in a file: it is a choice of one push";
        reader.invalid(no_cache.span(), message);
    }
    if let Some(variables) = map.get_mut("environment_variables") {
        reader.below("environment_variables", |reader| {
            stringify(variables, reader)
        });
    }
}

/// Environment variables are made strings, as Python's `str` does.
fn stringify(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(map) = node.as_map_mut() else {
        return reader.wrong_type(node, "a mapping from names to values");
    };
    for name in RESERVED_VARIABLES {
        if let Some(entry) = map.entry(name) {
            let message = format!("the platform sets {name} itself; this value is not used");
            reader.warn("reserved-variable", entry.key_span, message);
        }
    }
    for entry in map.entries_mut() {
        if matches!(entry.value.value, Value::Str(_)) {
            continue;
        }
        let text = python::str_of(&entry.value);
        if !matches!(entry.value.value, Value::Int(_) | Value::Bool(_)) {
            let (key, was) = (&entry.key, entry.value.describe());
            let message = format!("environment variable {key} is {was} and becomes {text:?}");
            let code = reader.code("stringified");
            reader.push(
                Diagnostic::warning(code, message)
                    .at(entry.value.span().or(entry.key_span))
                    .hint("write the string that is meant, in quotes"),
            );
        }
        entry.value.value = Value::Str(text.into());
    }
}

/// What the keys of a whole configuration need of one another.
pub(crate) fn after(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(map) = node.as_map() else { return };
    let filled = |key: &str| {
        map.get(key).filter(|value| match &value.value {
            Value::Null => false,
            Value::Str(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            _ => true,
        })
    };
    for (one, other) in [
        ("requirements", "requirements_file"),
        ("model_cache", "weights"),
    ] {
        if let (Some(first), Some(second)) = (filled(one), filled(other)) {
            let message = format!("`{one}` and `{other}` cannot both be given");
            let diagnostic = Diagnostic::error(reader.code("conflict"), message)
                .at(second.span())
                .also(first.span(), "the other one");
            reader.push(diagnostic);
        }
    }
    remote_ssh(map, reader);
    engine::check(map, reader);
    if let Some(version) = map
        .get("python_version")
        .filter(|node| node.as_str() == Some("py39"))
    {
        let span = version.span();
        reader.warn(
            "deprecated",
            span,
            "Python 3.9 is no longer maintained: use a newer one",
        );
    }
}

fn remote_ssh(map: &Map, reader: &mut Reader<'_>) {
    let ssh = map
        .get("runtime")
        .and_then(|runtime| runtime.get("remote_ssh"));
    let enabled = ssh.and_then(|ssh| ssh.get("enabled"));
    let user = map
        .get("docker_server")
        .and_then(|server| server.get("run_as_user_id"));
    let (Some(enabled), Some(user)) = (enabled, user) else {
        return;
    };
    if enabled.as_bool() == Some(true) && !user.is_null() {
        let message = "`runtime.remote_ssh` needs the default user, and \
                       `docker_server.run_as_user_id` sets another";
        let diagnostic = Diagnostic::error(reader.code("conflict"), message)
            .at(user.span())
            .also(enabled.span(), "enabled here");
        reader.push(diagnostic);
    }
}
