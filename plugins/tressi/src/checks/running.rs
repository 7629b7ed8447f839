//! Settings of how a test runs that do not do what they look like.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::threshold::{Metric, Threshold};
use plimsoll_core::value::{Entry, Map, Node};

use crate::rules::RULE_OPTIONS;
use crate::template;

/// What there is to say of a document of today's shape, which must be sound.
pub(super) fn surprises(root: &Map, requests: &[Node], items: &mut Vec<Diagnostic>) {
    let whole = Node::from(only(root, "headers"));
    template::unknown(&whole, items);
    for (position, request) in requests.iter().enumerate() {
        template::unknown(request, items);
        let place = format!("requests[{position}].");
        if let Some(request) = request.as_map() {
            let enabled = is_enabled(root, request);
            unscaled(&place, request, enabled, items);
            let scaling = request.get("scaling").or_else(|| root.get("scaling"));
            unruled(&place, request, scaling, items);
            let objectives = [request.get("goodput").or_else(|| root.get("goodput"))];
            no_objective(&place, request, &objectives, items);
        }
    }
    let requests: Vec<&Map> = requests.iter().filter_map(Node::as_map).collect();
    let enabled = requests.iter().any(|request| is_enabled(root, request));
    unscaled("", root, enabled, items);
    if requests.iter().all(|request| !request.contains("scaling")) {
        unruled("", root, root.get("scaling"), items);
    }
    let objectives = requests.iter().map(|request| request.get("goodput"));
    let objectives: Vec<_> = objectives.chain([root.get("goodput")]).collect();
    no_objective("", root, &objectives, items);
}

fn only(map: &Map, key: &str) -> Map {
    let mut out = Map::new();
    if let Some(Entry { value, .. }) = map.entry(key) {
        out.set(key, value.clone());
    }
    out
}

/// Whether an endpoint is autoscaled.
fn is_enabled(root: &Map, request: &Map) -> bool {
    let autoscale = request.get("autoscale").or_else(|| root.get("autoscale"));
    let enabled = autoscale.and_then(|autoscale| autoscale.get("enabled"));
    enabled.and_then(Node::as_bool) == Some(true)
}

/// A policy scales nothing where nothing is autoscaled.
fn unscaled(place: &str, block: &Map, enabled: bool, items: &mut Vec<Diagnostic>) {
    if let Some(entry) = block.entry("scaling").filter(|_| !enabled) {
        let message = format!("`{place}scaling` is not read: nothing is autoscaled by it");
        items.push(
            Diagnostic::warning("load-test::unread", message)
                .at(entry.key_span)
                .hint("take it out, or enable autoscaling"),
        );
    }
}

/// Thresholds and factors of `autoscale` are options of one policy.
fn unruled(place: &str, block: &Map, scaling: Option<&Node>, items: &mut Vec<Diagnostic>) {
    let name = |node: &Node| {
        Some(
            node.as_str()
                .or_else(|| node.get("policy")?.as_str())?
                .to_owned(),
        )
    };
    let Some((scaling, name)) = scaling.and_then(|node| Some((node, name(node)?))) else {
        return;
    };
    let autoscale = block.get("autoscale").and_then(Node::as_map);
    for entry in autoscale.into_iter().flatten() {
        let Some(key) = entry.key.as_str().filter(|key| RULE_OPTIONS.contains(key)) else {
            continue;
        };
        if name != "tressi" {
            let message = format!(
                "`{place}autoscale.{key}` is not read: workers are scaled by `{name}`, and it is an \
                 option of `tressi`"
            );
            items.push(
                Diagnostic::warning("load-test::unread", message)
                    .at(entry.key_span)
                    .also(scaling.span(), "scaled by this")
                    .hint("take one of them out"),
            );
        }
    }
}

/// A threshold of goodput is kept by what is no better than any other request where nothing says what
/// is good.
fn no_objective(
    place: &str,
    block: &Map,
    objectives: &[Option<&Node>],
    items: &mut Vec<Diagnostic>,
) {
    let is_said = |node: &Node| node.as_list().is_some_and(|list| !list.is_empty());
    if objectives.iter().flatten().copied().any(is_said) {
        return;
    }
    let thresholds = block.get("thresholds").and_then(Node::as_list);
    for (position, node) in thresholds.unwrap_or_default().iter().enumerate() {
        let threshold = node
            .as_str()
            .and_then(|text| text.parse::<Threshold>().ok());
        if threshold.is_some_and(|threshold| threshold.metric == Metric::Goodput) {
            let message = format!(
                "`{place}thresholds[{position}]` is about goodput, and no `goodput` says what is good"
            );
            items.push(
                Diagnostic::warning("load-test::no-objective", message)
                    .at(node.span())
                    .expected("goodput: what a request must keep to, such as ttft<500ms"),
            );
        }
    }
}
