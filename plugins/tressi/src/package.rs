//! What runs a load test is given of one endpoint.
//!
//! There is no image: the build context is the data file, where there is one. The configuration says
//! what an endpoint does, in units that its names carry, with every default filled in:
//!
//! | member | what it is |
//! |---|---|
//! | `endpointKey` | the endpoint's name |
//! | `request` | `method`, `url`, `headers`, `payload` (null where nothing is sent), with their [places](crate::template) as they are written |
//! | `rate` | `{"own": r}`: it holds r requests a second. `{"share": {"of": r, "weight": w}}`: of those r that no endpoint has for its own, it holds its part by weight. null: as fast as its workers go |
//! | `rampUpSeconds`, `durationSeconds` | the ramp from 0 to the rate; the length of the test |
//! | `workers` | `{"fixed": n}`, or `{"autoscaled": {"min", "max"}}`, in which `max` may be null: no bound |
//! | `timeoutSeconds` | the longest from the send to the end of a response |
//! | `arrivals` | `constant`: requests are spaced evenly. `poisson`: as of independent users |
//! | `concurrentRequests` | most requests in flight of one worker; null where it is not said |
//! | `policy` | `name` and `options` of the scaling policy, as its registration takes them; null where workers are fixed |
//! | `distribution` | `strategy`, `budget` of workers of all (null: no bound), and this one's `weight` and `priority`; null where workers are fixed |
//! | `autoscale` | what the document's resolver gives, as it gives it |
//! | `earlyExit` | `endpoint`: when this one ends before its time; `test`: when all do; null each where nothing does |
//! | `thresholds`, `testThresholds` | what this endpoint, and what all together must keep to, each a text of [`Threshold`](plimsoll_core::threshold::Threshold); the latter are the same in each endpoint |
//! | `goodput` | what a request must keep to, for it to be good: texts of [`Objective`](plimsoll_core::threshold::Objective) |
//! | `data` | the file in the build context whose rows fill the places; null where there is none |
//! | `export` | the folder to write reports to; null where it is not said |

use std::sync::Arc;

use plimsoll_core::context::{BuildContext, Package};
use plimsoll_core::diagnostic::{Diagnostic, Diagnostics, Severity};
use plimsoll_core::effective::Effective;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::tree::SourceTree;
use plimsoll_core::value::Node;
use serde_json::{Map, Value as Json, json};

use crate::data::DataFiles;
use crate::rules::RULE_OPTIONS;
use crate::schema::EARLY_EXIT_KEYS;
use crate::template;

/// Settings of `autoscale` that are options of the policy `tressi` beside [`RULE_OPTIONS`].
const BOUNDS: [&str; 2] = ["minWorkers", "maxWorkers"];

/// Packages an endpoint, whose settings are resolved.
pub(crate) fn package(
    tree: &Arc<dyn SourceTree>,
    effective: &Effective,
) -> Result<Package, Diagnostics> {
    let mut diagnostics = Diagnostics::about(Arc::clone(effective.files()));
    let url = effective.config.get("url");
    if url
        .and_then(Node::as_str)
        .is_none_or(|url| url.starts_with('/'))
    {
        let message = format!(
            "`{}` names no host, so it cannot be run",
            effective.workload
        );
        diagnostics.push(
            Diagnostic::error("load-test::relative-url", message)
                .at(url.and_then(Node::span))
                .expected("http:// or https://, a host and a path"),
        );
    }
    let mut unknown = Vec::new();
    template::unknown(&effective.config, &mut unknown);
    for mut place in unknown {
        place.severity = Severity::Error;
        diagnostics.push(place);
    }
    let data = DataFiles::of(tree).find(&[&effective.config]);
    let data = data.unwrap_or_else(|problems| {
        diagnostics.absorb(problems);
        None
    });
    let files = data.iter().map(|data| data.in_context(tree)).collect();
    let context = BuildContext::new(files).unwrap_or_else(|error| {
        let message = format!("`data`: {error}");
        diagnostics.push(Diagnostic::error("load-test::data-file", message));
        BuildContext::default()
    });
    let path = data.map(|data| data.path);
    let (config, diagnostics) = diagnostics.unless_errors(config(effective, path.as_deref()))?;
    Ok(Package {
        config,
        raw_config: None,
        context,
        folder: None,
        diagnostics,
    })
}

fn config(effective: &Effective, data: Option<&str>) -> Json {
    let full = effective.with_defaults();
    let layers = effective.workload().layers;
    let get = |key: &str| full.get(key).map_or(Json::Null, Node::to_json);
    let autoscale = full.get("autoscale");
    let setting = |key: &str| {
        let value = autoscale.and_then(|autoscale| autoscale.get(key));
        value.map_or(Json::Null, Node::to_json)
    };
    let enabled = setting("enabled") == true;
    json!({
        "endpointKey": effective.workload,
        "request": {
            "method": get("method"),
            "url": get("url"),
            "headers": get("headers"),
            "payload": get("payload"),
        },
        "rate": rate(effective, &layers),
        "rampUpSeconds": if enabled { setting("rampUpTime") } else { get("rampUpTime") },
        "durationSeconds": get("duration"),
        "workers": if enabled {
            let max = most_workers(effective);
            json!({ "autoscaled": { "min": setting("minWorkers"), "max": max } })
        } else {
            json!({ "fixed": get("workers") })
        },
        "concurrentRequests": get("concurrentRequests"),
        "timeoutSeconds": get("timeout"),
        "arrivals": get("arrivals"),
        "policy": enabled.then(|| policy(&full, &setting)),
        "distribution": enabled.then(|| json!({
            "strategy": setting("distributionStrategy"),
            "budget": budget(effective, &layers),
            "weight": setting("weight"),
            "priority": setting("priority"),
        })),
        "autoscale": resolved(effective),
        "earlyExit": {
            "endpoint": early_exit(&layers, &LayerName::Base, Some(&full)),
            "test": early_exit(&layers, &LayerName::Global, None),
        },
        "thresholds": get("thresholds"),
        "testThresholds": get("testThresholds"),
        "goodput": get("goodput"),
        "data": data,
        "export": get("export"),
    })
}

/// The policy that scales the workers, and its options.
fn policy(full: &Node, setting: &dyn Fn(&str) -> Json) -> Json {
    let scaling = full.get("scaling");
    let name =
        scaling.and_then(|scaling| scaling.as_str().or_else(|| scaling.get("policy")?.as_str()));
    let mut options = Map::new();
    if name == Some("tressi") {
        let keys = RULE_OPTIONS.iter().chain(&BOUNDS);
        options.extend(keys.map(|key| ((*key).to_owned(), setting(key))));
    }
    let given = scaling.and_then(|scaling| scaling.get("options"));
    if let Some(Json::Object(given)) = given.map(Node::to_json) {
        options.extend(given);
    }
    json!({ "name": name, "options": options })
}

/// What the document's resolver gives: `useGlobalWorkers` where an endpoint disables autoscaling,
/// and the key of the endpoint where it is autoscaled.
fn resolved(effective: &Effective) -> Json {
    let autoscale = effective.config.get("autoscale");
    let Some(Json::Object(mut resolved)) = autoscale.map(Node::to_json) else {
        return json!({ "enabled": false });
    };
    if resolved.get("enabled") == Some(&json!(true)) {
        resolved.insert("endpointKey".to_owned(), json!(effective.workload));
        let layers = effective.workload().layers;
        if own(&layers, "autoscale").is_none() && !resolved.contains_key("weight") {
            resolved.insert("weight".to_owned(), json!(1));
        }
    } else if own(&effective.workload().layers, "autoscale").is_some() {
        resolved.insert("useGlobalWorkers".to_owned(), json!(true));
    }
    Json::Object(resolved)
}

/// What the endpoint itself has under a key.
fn own<'a>(layers: &'a Layers, key: &str) -> Option<&'a Node> {
    layers.named(&LayerName::Base)?.settings.get(key)
}

fn global<'a>(layers: &'a Layers, key: &str) -> Option<&'a Node> {
    layers.named(&LayerName::Global)?.settings.get(key)
}

/// A rate is the endpoint's own where it stands in its own `autoscale`; else it is one that several
/// hold together.
fn rate(effective: &Effective, layers: &Layers) -> Json {
    let autoscale = effective.config.get("autoscale");
    let setting = |key: &str| autoscale.and_then(|autoscale| autoscale.get(key));
    let enabled = setting("enabled").and_then(Node::as_bool) == Some(true);
    let is_shared = |node: &Node| {
        let layer = layers.get(node.origin.layer);
        layer.is_some_and(|layer| layer.name == LayerName::Global)
    };
    let target = setting("targetRps").filter(|_| enabled);
    match target.or_else(|| effective.config.get("rps")) {
        None => Json::Null,
        Some(rate) if target.is_some() && !is_shared(rate) => json!({ "own": rate.to_json() }),
        Some(rate) => {
            let weight = setting("weight").map_or_else(|| json!(1), Node::to_json);
            json!({ "share": { "of": rate.to_json(), "weight": weight } })
        }
    }
}

/// Most workers of this endpoint: its bound, else `workers`, which older files have it by.
fn most_workers(effective: &Effective) -> Json {
    let autoscale = effective.config.get("autoscale");
    let most = autoscale.and_then(|autoscale| autoscale.get("maxWorkers"));
    most.or_else(|| effective.config.get("workers"))
        .map_or(Json::Null, Node::to_json)
}

/// Most workers of all endpoints together that are autoscaled.
fn budget(effective: &Effective, layers: &Layers) -> Json {
    let most = global(layers, "autoscale").and_then(|autoscale| autoscale.get("maxWorkers"));
    most.or_else(|| effective.config.get("workers"))
        .map_or(Json::Null, Node::to_json)
}

/// What ends an endpoint or a test before its time, where a layer says so. An endpoint goes by what
/// is effective for it, so that what it does not say is as all have it.
fn early_exit(layers: &Layers, name: &LayerName, effective: Option<&Node>) -> Json {
    let Some(layer) = layers.named(name) else {
        return Json::Null;
    };
    let written = |key: &str| layer.settings.get(key).is_some();
    let from = effective.unwrap_or(&layer.settings);
    let on = from.get("earlyExitOnError").and_then(Node::as_bool) == Some(true);
    if !on || !EARLY_EXIT_KEYS.iter().any(|key| written(key)) {
        return Json::Null;
    }
    let get = |key: &str| from.get(key).map_or(Json::Null, Node::to_json);
    let mut exit = Map::new();
    exit.insert("errorRate".to_owned(), get("errorRateThreshold"));
    exit.insert("errorRateWindowSeconds".to_owned(), get("errorRateWindow"));
    exit.insert("errorCount".to_owned(), get("errorCountThreshold"));
    exit.insert("statusCodes".to_owned(), get("errorStatusCodes"));
    Json::Object(exit)
}
