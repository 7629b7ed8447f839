//! What keys need of one another.

mod running;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::schema::Reader;
use plimsoll_core::value::{Map, Node};

use crate::schema::EARLY_EXIT_KEYS;

/// `maxWorkers` is at least `minWorkers`.
pub(crate) fn worker_bounds(node: &mut Node, reader: &mut Reader<'_>) {
    let (Some(min), Some(max)) = (node.get("minWorkers"), node.get("maxWorkers")) else {
        return;
    };
    let (Some(low), Some(high)) = (min.as_i64(), max.as_i64()) else {
        return;
    };
    if low > high && reader.sound(&["minWorkers", "maxWorkers"]) {
        let message = format!("maxWorkers ({high}) must be at least minWorkers ({low})");
        let diagnostic = Diagnostic::error(reader.code("worker-bounds"), message)
            .labelled(max.span(), "the maximum")
            .also(min.span(), "the minimum")
            .expected(format!("maxWorkers of at least {low}"));
        reader.push(diagnostic);
    }
}

/// Most values that what holds for all may come to, once every endpoint has its own copy of it.
const MOST_VALUES: usize = 10_000_000;

/// Refuses a load test whose endpoints together would not fit into memory.
pub(crate) fn bounded(root: &Map, items: &mut Vec<Diagnostic>) {
    let requests = root.entry("requests");
    let count = requests
        .and_then(|entry| entry.value.as_list())
        .map_or(0, <[Node]>::len);
    let mut shared = 0_usize;
    for entry in root
        .iter()
        .filter(|entry| entry.key.as_str() != Some("requests"))
    {
        entry.value.for_each_leaf(&mut |pointer, leaf| {
            // Long texts count by their length, as the YAML reader counts them.
            let length = pointer.as_str().len() + leaf.as_str().map_or(0, str::len);
            shared = shared.saturating_add(1 + length / 64);
        });
    }
    if shared.saturating_mul(count) > MOST_VALUES {
        let message = format!(
            "{count} endpoints share settings of {shared} values, which comes to more than \
             {MOST_VALUES}"
        );
        let span = requests.and_then(|entry| entry.key_span);
        items.push(
            Diagnostic::error("load-test::too-large", message)
                .at(span)
                .hint("put fewer endpoints into one file, or less into `headers`"),
        );
    }
}

/// What is taken, and does not do what it looks like. The document must be today's, and sound.
pub(crate) fn surprises(root: &Map, items: &mut Vec<Diagnostic>) {
    let requests = root.get("requests").and_then(Node::as_list);
    for (position, request) in requests.unwrap_or_default().iter().enumerate() {
        relative(position, request, items);
        unread(position, request, items);
        unweighted(position, root, request, items);
    }
    overdrawn(root, requests.unwrap_or_default(), items);
    idle(root, items);
    running::surprises(root, requests.unwrap_or_default(), items);
}

/// An address without a host is taken, and cannot be run.
fn relative(position: usize, request: &Node, items: &mut Vec<Diagnostic>) {
    let url = request.get("url");
    if let Some(text) = url
        .and_then(Node::as_str)
        .filter(|text| text.starts_with('/'))
    {
        let message =
            format!("`requests[{position}].url`: {text:?} names no host, so it cannot be run");
        items.push(
            Diagnostic::warning("load-test::relative-url", message)
                .at(url.and_then(Node::span))
                .expected("http:// or https://, a host and a path"),
        );
    }
}

/// Where autoscaling is disabled, its other settings are not read.
fn unread(position: usize, request: &Node, items: &mut Vec<Diagnostic>) {
    let Some(autoscale) = request.get("autoscale").and_then(Node::as_map) else {
        return;
    };
    let enabled = autoscale.get("enabled");
    if enabled.and_then(Node::as_bool) != Some(false) {
        return;
    }
    for entry in autoscale {
        let Some(key) = entry.key.as_str().filter(|key| *key != "enabled") else {
            continue;
        };
        let message = format!(
            "`requests[{position}].autoscale.{key}` is not read: autoscaling is disabled here"
        );
        items.push(
            Diagnostic::warning("load-test::unread", message)
                .at(entry.key_span)
                .also(enabled.and_then(Node::span), "disabled here")
                .hint("take it out, or enable autoscaling"),
        );
    }
}

/// An endpoint with an `autoscale` of its own does not take part in `defaultWeight`.
fn unweighted(position: usize, root: &Map, request: &Node, items: &mut Vec<Diagnostic>) {
    let Some(default) = root
        .get("autoscale")
        .and_then(|autoscale| autoscale.get("defaultWeight"))
        .filter(|default| crate::schema::number(default) != Some(1.0))
    else {
        return;
    };
    let Some(own) = request.get("autoscale") else {
        return;
    };
    let enabled = own.get("enabled").and_then(Node::as_bool) == Some(true);
    if enabled && own.get("weight").is_none() {
        let message = format!(
            "`requests[{position}].autoscale` has no weight, so its weight is 1: `defaultWeight` is \
             for endpoints without an `autoscale` of their own"
        );
        items.push(
            Diagnostic::warning("load-test::weight", message)
                .at(own.span())
                .also(default.span(), "the default")
                .hint("write its `weight`"),
        );
    }
}

/// Where endpoints hold rates of their own that use up the rate of all, nothing is left to share.
fn overdrawn(root: &Map, requests: &[Node], items: &mut Vec<Diagnostic>) {
    let Some(autoscale) = root.get("autoscale") else {
        return;
    };
    let Some(target) = autoscale.get("targetRps") else {
        return;
    };
    let is_enabled = |node: &Node| node.get("enabled").and_then(Node::as_bool) == Some(true);
    let own = |request: &Node| {
        let own = request.get("autoscale").filter(|own| is_enabled(own))?;
        own.get("targetRps")?.as_i64()
    };
    let shares = |request: &&Node| match request.get("autoscale") {
        Some(own) => is_enabled(own) && own.get("targetRps").is_none(),
        None => is_enabled(autoscale),
    };
    let taken: i64 = requests.iter().filter_map(own).fold(0, i64::saturating_add);
    let (Some(all), Some(left_over)) = (target.as_i64(), requests.iter().find(shares)) else {
        return;
    };
    if taken >= all {
        let message = format!(
            "endpoints with a rate of their own take {taken} of `autoscale.targetRps`, {all}: \
             nothing is left for those that share it"
        );
        items.push(
            Diagnostic::warning("load-test::overdrawn", message)
                .at(target.span())
                .also(left_over.span(), "this one shares it")
                .expected(format!("more than {taken}")),
        );
    }
}

/// What ends a test early is not read where early exit is off everywhere.
fn idle(root: &Map, items: &mut Vec<Diagnostic>) {
    let is_on = |node: Option<&Node>| node.and_then(Node::as_bool) == Some(true);
    let requests = root
        .get("requests")
        .and_then(Node::as_list)
        .unwrap_or_default();
    let anywhere = is_on(root.get("earlyExitOnError"))
        || requests
            .iter()
            .any(|request| is_on(request.get("earlyExitOnError")));
    let [switch, reasons @ ..] = EARLY_EXIT_KEYS;
    let Some(entry) = reasons
        .iter()
        .find_map(|key| root.entry(key))
        .filter(|_| !anywhere)
    else {
        return;
    };
    let message = format!("`{}` is not read: nothing sets `{switch}`", entry.key);
    items.push(
        Diagnostic::warning("load-test::unread", message)
            .at(entry.key_span)
            .hint(format!("set `{switch}` to true, or take it out")),
    );
}
