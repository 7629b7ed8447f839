//! What an endpoint knows about its own settings.

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::layer::Layers;
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::schema::{Form, Reader, dump};
use plimsoll_core::value::{Map, Node};

use crate::schema::{ENDPOINT, keep_only};
use crate::source::DOMAIN;

/// Settings of `autoscale` that the scaling policy `tressi` alone goes by, so that to write one is to
/// choose it.
pub(crate) const RULE_OPTIONS: [&str; 5] = [
    "scaleUpThreshold",
    "scaleDownThreshold",
    "scaleUpFactor",
    "scaleDownFactor",
    "cooldownPeriod",
];

/// The rules of an endpoint. With layers made by [`LoadTestSource`](crate::LoadTestSource), merged key
/// by key, what is finished is what the document's resolver gives.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndpointRules;

impl WorkloadRules for EndpointRules {
    /// A load test has no environments.
    fn overridable(&self) -> &'static [&'static str] {
        &[]
    }

    fn settings_keys(&self) -> &'static [&'static str] {
        &[
            "autoscale",
            "workers",
            "concurrentRequests",
            "rps",
            "duration",
            "rampUpTime",
            "earlyExitOnError",
            "errorRateThreshold",
            "errorRateWindow",
            "errorCountThreshold",
            "errorStatusCodes",
            "thresholds",
            "testThresholds",
            "goodput",
            "timeout",
            "arrivals",
            "data",
            "scaling",
        ]
    }

    fn finish(&self, mut merged: Node, _: &Layers, diagnostics: &mut Diagnostics) -> Node {
        let mut found = Vec::new();
        if let Some(map) = merged.as_map_mut() {
            if !map.contains("method") {
                map.set("method", Node::from("GET"));
            }
            autoscale(map);
        }
        Reader::again(DOMAIN, &mut found).model(&ENDPOINT, &mut merged);
        rate(&merged, &mut found);
        diagnostics.absorb(found);
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        let mut full = dump(&ENDPOINT, finished, Form::Full);
        if let Some(map) = full.as_map_mut()
            && let Some(policy) = default_policy(finished).filter(|_| !map.contains("scaling"))
        {
            map.set("scaling", Node::from(policy));
        }
        full
    }

    fn compact(&self, finished: &Node) -> Node {
        dump(&ENDPOINT, finished, Form::Compact)
    }
}

/// The policy that scales the workers where none is chosen: `tressi` where something is written that it
/// alone goes by, and else `little`, which holds the rate with the fewest workers. `None` where
/// workers are fixed.
fn default_policy(endpoint: &Node) -> Option<&'static str> {
    let autoscale = endpoint.get("autoscale")?;
    if autoscale.get("enabled").and_then(Node::as_bool) != Some(true) {
        return None;
    }
    let is_written = |key: &&str| autoscale.get(key).is_some();
    match RULE_OPTIONS.iter().any(is_written) {
        true => Some("tressi"),
        false => Some("little"),
    }
}

/// An endpoint without autoscaling has no other settings of it.
fn autoscale(endpoint: &mut Map) {
    if !endpoint.contains("autoscale") {
        endpoint.set("autoscale", Node::from(Map::new()));
    }
    let Some(map) = endpoint.get_mut("autoscale").and_then(Node::as_map_mut) else {
        return;
    };
    if !map.contains("enabled") {
        map.set("enabled", Node::from(false));
    }
    if map.get("enabled").and_then(Node::as_bool) == Some(false) {
        keep_only(map, "enabled");
    }
}

/// Autoscaling holds a rate, and where there is none it has nothing to go by.
fn rate(endpoint: &Node, found: &mut Vec<Diagnostic>) {
    let Some(autoscale) = endpoint.get("autoscale") else {
        return;
    };
    let enabled = autoscale.get("enabled");
    let is_enabled = enabled.and_then(Node::as_bool) == Some(true);
    if is_enabled && autoscale.get("targetRps").is_none() && endpoint.get("rps").is_none() {
        let message = "autoscaling has no rate to hold: `targetRps` is not set";
        found.push(
            Diagnostic::warning("load-test::no-rate", message)
                .at(enabled.and_then(Node::span))
                .expected("targetRps: requests a second")
                .hint("set it for this endpoint, or for all of them"),
        );
    }
}
