//! Endpoints: their names, and the layers that hold for each.

use std::collections::HashMap;

use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::value::{Map, Node, Value};

/// The names of the endpoints, in order: method and address, as `GET http://host/path`. The second
/// one of a name, which differs by what it sends, is `GET http://host/path #2`.
pub(crate) fn names(requests: &[Node]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let name = |request: &Node| {
        let text = |key: &str| request.get(key).and_then(Node::as_str);
        let method = text("method").unwrap_or("GET").to_ascii_uppercase();
        let key = format!("{method} {}", text("url").unwrap_or_default());
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        match *count {
            1 => key,
            count => format!("{key} #{count}"),
        }
    };
    requests.iter().map(name).collect()
}

/// The layers of an endpoint: what holds for all, and its own.
///
/// They are made so that merging key by key is the document's resolver. An endpoint with an
/// `autoscale` of its own is merged with that of all. One without has the weight that is the default
/// there. What is disabled loses its other settings once it is merged, by the
/// [rules](crate::EndpointRules).
///
/// Thresholds of all requests together are not the endpoint's own: they are its `testThresholds`. A
/// policy of its own has nothing of the options that the policy of all has.
pub(crate) fn layers(root: &Node, request: &Node) -> Layers {
    let mut layers = Layers::new();
    let mut global = Map::new();
    for entry in root.as_map().into_iter().flatten() {
        let mut key = entry.key.clone();
        let value = match entry.key.as_str() {
            Some("requests") => continue,
            Some("scaling") if request.get("scaling").is_some() => continue,
            Some("thresholds") => {
                key = "testThresholds".into();
                entry.value.clone()
            }
            Some("headers") => headers(&entry.value, request.get("headers")),
            Some("autoscale") if request.get("autoscale").is_none() => weighted(&entry.value),
            _ => entry.value.clone(),
        };
        global.insert(key, entry.key_span, value);
    }
    let global = Node::with_origin(Value::Map(Box::new(global)), root.origin);
    layers.push(LayerName::Global, global);
    layers.push(LayerName::Base, request.clone());
    layers
}

/// `autoscale` of all for an endpoint that has none: with the weight that is the default.
fn weighted(autoscale: &Node) -> Node {
    let mut autoscale = autoscale.clone();
    if let Some(map) = autoscale.as_map_mut()
        && let Some(entry) = map.entry("defaultWeight").cloned()
    {
        map.insert("weight".into(), entry.key_span, entry.value);
    }
    autoscale
}

/// Headers of all, less those that the endpoint has: names of headers have no case.
fn headers(all: &Node, own: Option<&Node>) -> Node {
    let own = own.and_then(Node::as_map);
    let has = |name: &str| {
        let mut own = own.into_iter().flatten();
        own.any(|entry| {
            entry
                .key
                .as_str()
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        })
    };
    let mut kept = Map::new();
    for entry in all.as_map().into_iter().flatten() {
        if !entry.key.as_str().is_some_and(has) {
            kept.insert(entry.key.clone(), entry.key_span, entry.value.clone());
        }
    }
    Node::with_origin(Value::Map(Box::new(kept)), all.origin)
}
