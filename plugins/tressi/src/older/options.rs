//! November 2025 to Tressi 0.0.20: settings below `options`.

use plimsoll_core::value::{Entry, Map, Node, Value};

use super::early_exit::Block;
use super::{Said, Shared, is_true};
use crate::shape::version;

/// Settings with an equivalent that means the same, and its name.
const SAME: [(&str, &str); 6] = [
    ("durationSec", "duration"),
    ("concurrentRequests", "concurrentRequests"),
    ("earlyExitOnError", "earlyExitOnError"),
    ("errorRateThreshold", "errorRateThreshold"),
    ("errorCountThreshold", "errorCountThreshold"),
    ("errorStatusCodes", "errorStatusCodes"),
];

/// Settings without one, and what is there instead.
const NONE: [(&str, &str); 5] = [
    ("threads", "a load test runs on as many cores as it needs"),
    (
        "workerMemoryLimit",
        "workers share the memory of one process",
    ),
    ("useUI", "`plimsoll run --quiet` shows one line"),
    (
        "silent",
        "`plimsoll run --json` prints nothing but the report",
    ),
    (
        "adaptiveConcurrency",
        "workers follow the rate, by `autoscale`",
    ),
];

pub(super) fn today(mut older: Map, shared: bool, said: &mut Said) -> Map {
    let version = version(&older);
    let mut options = match older.remove("options").map(|entry| entry.value.value) {
        Some(Value::Map(options)) => *options,
        _ => Map::new(),
    };
    let mut out = Map::new();
    keep(&mut out, "$schema", older.remove("$schema"));
    let headers = options
        .remove("headers")
        .or_else(|| older.remove("headers"));
    keep(&mut out, "headers", headers);
    let ramp = ["rampUpDurationSec", "rampUpTimeSec"].map(|key| options.remove(key));
    let ramp = ramp.into_iter().flatten().next().filter(above_zero);
    load(&mut out, &mut options, ramp.as_ref(), shared);
    for (key, today) in SAME {
        keep(&mut out, today, options.remove(key));
    }
    export(&mut out, options.remove("exportPath"), said);
    let mut exit = Map::new();
    if let Some(entry) = options.remove("workerEarlyExit") {
        let (place, span) = ("options.workerEarlyExit", entry.key_span);
        let block = Block {
            place,
            on_elsewhere: false,
            version,
        };
        block.today(&entry, &mut exit, said);
        let requests = older.get("requests").and_then(Node::as_list);
        let mut requests = requests.unwrap_or_default().iter();
        if !exit.is_empty() && requests.all(|request| request.get("earlyExit").is_some()) {
            said.left_out(place, "every request has its own", span);
        }
    }
    name_the_rest("options.", &options, said);
    if let Some(mut entry) = older.remove("requests") {
        let context = Context {
            // An autoscaled endpoint goes by `autoscale` alone.
            ramp: ramp.filter(|_| shared && !is_true_in(&out, "autoscale")),
            default_rate: !shared,
            exit,
            exits_early: is_true(out.get("earlyExitOnError")),
            version,
        };
        for (position, request) in entry.value.as_list_mut().into_iter().flatten().enumerate() {
            context.request(position, request, said);
        }
        keep(&mut out, "requests", Some(entry));
    }
    name_the_rest("", &older, said);
    out
}

/// The rate and the workers of all.
fn load(out: &mut Map, options: &mut Map, ramp: Option<&Entry>, shared: bool) {
    let ramp_value = ramp.map(|entry| entry.value.clone());
    let switch = options.remove("autoscale");
    let autoscaled = is_true(switch.as_ref().map(|entry| &entry.value));
    if let Some(switch) = &switch {
        let mut take = |key: &str| options.remove(key).map(|entry| entry.value);
        let settings = match autoscaled {
            true => (take("rps"), take("workers"), ramp_value.clone()),
            false => (None, None, None),
        };
        let (rate, workers, ramp) = settings;
        let shared = Shared {
            enabled: &switch.value,
            rate,
            workers,
            ramp,
        };
        out.insert("autoscale".into(), switch.key_span, shared.autoscale());
    } else if let Some(ramp) = ramp.filter(|_| !shared) {
        // Each endpoint has a rate of its own, and inherits the ramp.
        let mut enabled = Node::from(true);
        enabled.origin = ramp.value.origin;
        let shared = Shared {
            enabled: &enabled,
            rate: None,
            workers: None,
            ramp: ramp_value.clone(),
        };
        out.insert("autoscale".into(), ramp.key_span, shared.autoscale());
    }
    keep(out, "workers", options.remove("workers"));
    keep(out, "rps", options.remove("rps"));
    if shared && !autoscaled {
        keep(out, "rampUpTime", ramp.cloned());
    }
}

/// What a request must know of the whole.
struct Context {
    /// The ramp of all, where an endpoint with a rate of its own does not inherit it.
    ramp: Option<Entry>,
    /// Whether a request without a rate has one of 1.
    default_rate: bool,
    /// What ends an endpoint that does not say so itself. It ends no other, as what stands at the
    /// top today would.
    exit: Map,
    /// Whether the test as a whole may end early.
    exits_early: bool,
    version: Option<u32>,
}

impl Context {
    fn request(&self, position: usize, node: &mut Node, said: &mut Said) {
        let origin = node.origin;
        let Some(map) = node.as_map_mut() else { return };
        let ramp = map.remove("rampUpDurationSec").filter(above_zero);
        let rate = map.remove("rps").or_else(|| {
            self.default_rate.then(|| Entry {
                key: "rps".into(),
                key_span: origin.span,
                value: Node::with_origin(Value::Int(1), origin),
            })
        });
        if let Some(rate) = rate {
            let mut enabled = Node::from(true);
            enabled.origin = rate.value.origin;
            let mut autoscale = Map::new();
            autoscale.set("enabled", enabled);
            autoscale.insert("targetRps".into(), rate.key_span, rate.value.clone());
            keep(
                &mut autoscale,
                "rampUpTime",
                ramp.or_else(|| self.ramp.clone()),
            );
            let mut autoscale = Node::from(autoscale);
            autoscale.origin = rate.value.origin;
            map.insert("autoscale".into(), rate.key_span, autoscale);
        } else if let Some(ramp) = ramp {
            let place = format!("requests[{position}].rampUpDurationSec");
            let why = "the endpoint has no rate of its own";
            said.no_equivalent(&place, why, ramp.key_span);
        }
        if let Some(entry) = map.remove("earlyExit") {
            let block = Block {
                place: &format!("requests[{position}].earlyExit"),
                on_elsewhere: self.exits_early,
                version: self.version,
            };
            block.today(&entry, map, said);
        } else {
            for entry in self.exit.iter().cloned() {
                map.insert(entry.key, entry.key_span, entry.value);
            }
        }
        self.name_unknown(position, map, said);
    }

    fn name_unknown(&self, position: usize, map: &mut Map, said: &mut Said) {
        const KNOWN: [&str; 10] = [
            "url",
            "method",
            "headers",
            "payload",
            "autoscale",
            "earlyExitOnError",
            "errorRateThreshold",
            "errorRateWindow",
            "errorCountThreshold",
            "errorStatusCodes",
        ];
        let unknown = map
            .iter()
            .map(|entry| entry.key.to_string())
            .filter(|key| !KNOWN.contains(&key.as_str()));
        for key in unknown.collect::<Vec<_>>() {
            let span = map.remove(&key).and_then(|entry| entry.key_span);
            let place = format!("requests[{position}].{key}");
            said.no_equivalent(&place, "no release of Tressi has it", span);
        }
    }
}

/// `exportPath`: a folder has an equivalent in the file, `true` one on the command line.
fn export(out: &mut Map, entry: Option<Entry>, said: &mut Said) {
    let Some(entry) = entry else { return };
    match entry.value.as_bool() {
        None => keep(out, "export", Some(entry)),
        Some(true) => {
            let why = "`plimsoll run --out DIR` names the folder";
            said.no_equivalent("options.exportPath", why, entry.key_span);
        }
        Some(false) => {}
    }
}

fn name_the_rest(parent: &str, rest: &Map, said: &mut Said) {
    for entry in rest {
        let key = entry.key.to_string();
        let known = NONE
            .iter()
            .find(|(name, _)| *name == key && !parent.is_empty());
        let why = known.map_or("no release of Tressi has it", |(_, why)| why);
        said.no_equivalent(&format!("{parent}{key}"), why, entry.key_span);
    }
}

/// Writes what an entry holds under today's name.
fn keep(out: &mut Map, key: &str, entry: Option<Entry>) {
    if let Some(entry) = entry {
        out.insert(key.into(), entry.key_span, entry.value);
    }
}

fn above_zero(entry: &Entry) -> bool {
    entry.value.as_i64().is_some_and(|number| number > 0)
}

fn is_true_in(out: &Map, key: &str) -> bool {
    is_true(out.get(key).and_then(|node| node.get("enabled")))
}
