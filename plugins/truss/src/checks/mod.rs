//! The checks that the tables of keys refer to. Sources: Truss 0.18.36, as measured.

mod network;
mod text;

use std::collections::HashMap;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::Reader;
use plimsoll_core::value::{Map, Node, Value};

pub(crate) use network::{domain_name, ipv4_network};
pub use text::memory;
pub(crate) use text::{
    absolute, absolute_or_empty, cpu, hugging_face_repository, not_empty, python_version,
    secret_name, version,
};

use crate::engine;
use crate::python::is_truthy;

/// The user that the platform runs servers as.
const DEFAULT_USER_ID: i64 = 60_000;

/// `docker_server`: what its keys need of one another.
pub(crate) fn docker_server(node: &mut Node, reader: &mut Reader<'_>) {
    let user = node.get("run_as_user_id");
    if let Some(id) = user.and_then(Node::as_i64)
        && (id == 0 || id == DEFAULT_USER_ID)
    {
        let message = format!("`docker_server.run_as_user_id` cannot be {id}");
        let expected = format!("another user than 0 and {DEFAULT_USER_ID}");
        reader.invalid(user.and_then(Node::span), message, expected);
    }
    let no_build = node.get("no_build").and_then(Node::as_bool) == Some(true);
    if reader.sound(&["no_build", "start_command"])
        && !no_build
        && node.get("start_command").is_none_or(Node::is_null)
    {
        let message = "`docker_server.start_command` is required unless `no_build` is true";
        let expected = "start_command: a command, or no_build: true";
        reader.missing_key(node.span(), message, expected);
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
    if low > high && reader.sound(&["min_replicas", "max_replicas"]) {
        let message = format!("max_replicas ({high}) must be at least min_replicas ({low})");
        let diagnostic = Diagnostic::error(reader.code("replica-bounds"), message)
            .labelled(max.span(), "the maximum")
            .also(min.span(), "the minimum")
            .expected(format!("max_replicas of at least {low}"));
        reader.push(diagnostic);
    }
}

/// What the real loader does before it looks at types.
pub(crate) fn before(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(map) = node.as_map_mut() else { return };
    if !reader.is_again()
        && let Some(no_cache) = map.get("build").and_then(|build| build.get("no_cache"))
        && no_cache.as_bool() == Some(true)
    {
        let message = "`build.no_cache` cannot be set in a file: it is a choice of one push";
        let diagnostic = Diagnostic::error(reader.code("invalid-value"), message)
            .at(no_cache.span())
            .expected("false")
            .hint("leave the key out");
        reader.push(diagnostic);
    }
    if map.contains("hf_cache") {
        rename_cache(map, reader);
    }
    if let Some(cache) = map.get_mut("cache_internal")
        && cache.is_null()
    {
        cache.value = Value::List(Vec::new());
    }
}

/// `hf_cache` is an old name of `model_cache`. Beside the new one it counts for nothing.
fn rename_cache(map: &mut Map, reader: &mut Reader<'_>) {
    let span = map.entry("hf_cache").and_then(|entry| entry.key_span);
    let message = "`hf_cache` is an old name of `model_cache`; what it names goes to \
                   /app/model_cache";
    reader.warn("deprecated", span, message);
    if map.contains("model_cache") {
        return;
    }
    if let Some(entry) = map.remove("hf_cache") {
        let mut value = entry.value;
        if !is_truthy(&value) {
            value.value = Value::List(Vec::new());
        }
        map.insert("model_cache".into(), span, value);
    }
}

/// What the keys of a whole configuration need of one another.
pub(crate) fn after(node: &mut Node, reader: &mut Reader<'_>) {
    let Some(map) = node.as_map() else { return };
    let filled = |key: &str| map.get(key).filter(|value| is_truthy(value));
    for (one, other) in [
        ("requirements", "requirements_file"),
        ("model_cache", "weights"),
    ] {
        if let (Some(first), Some(second)) = (filled(one), filled(other))
            && reader.sound(&[one, other])
        {
            let message = format!("`{one}` and `{other}` cannot both be given");
            let diagnostic = Diagnostic::error(reader.code("conflict"), message)
                .at(second.span())
                .also(first.span(), "the other one")
                .expected("one of the two");
            reader.push(diagnostic);
        }
    }
    unique(map, "weights", "mount_location", reader);
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

/// Notes every item of a list that has the same text under a key as one before it.
pub(crate) fn unique(map: &Map, list: &str, key: &str, reader: &mut Reader<'_>) {
    let mut seen: HashMap<&str, &Node> = HashMap::new();
    let items = map.get(list).and_then(Node::as_list);
    for (position, item) in items.into_iter().flatten().enumerate() {
        let Some(node) = item.get(key) else { continue };
        let Some(text) = node.as_str() else { continue };
        if !reader.sound(&[&format!("{list}/{position}/{key}")]) {
            continue;
        }
        if let Some(first) = seen.get(text) {
            let message = format!("`{key}: {text}` is there twice, and must be unique");
            let diagnostic = Diagnostic::error(reader.code("duplicate"), message)
                .at(node.span())
                .also(first.span(), "the first one")
                .expected(format!("another `{key}` for each"));
            reader.push(diagnostic);
        } else {
            seen.insert(text, node);
        }
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
    let looked_at = ["runtime/remote_ssh/enabled", "docker_server/run_as_user_id"];
    if enabled.as_bool() == Some(true) && !user.is_null() && reader.sound(&looked_at) {
        let message = "`runtime.remote_ssh` needs the default user, and \
                       `docker_server.run_as_user_id` sets another";
        let diagnostic = Diagnostic::error(reader.code("conflict"), message)
            .at(user.span())
            .also(enabled.span(), "enabled here")
            .expected("one of the two");
        reader.push(diagnostic);
    }
}
