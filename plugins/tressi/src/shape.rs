//! The shapes that load tests have had.

use std::fmt;

use plimsoll_core::value::{Map, Node};

/// A shape of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Today's: the per-endpoint document.
    Current,
    /// Tressi 0.0.4 to 0.0.12: requests and headers alone, as every setting was a flag. It is today's
    /// with nothing set.
    Flags,
    /// August 2025: settings at the top, and `autoscale` a boolean.
    Flat,
    /// November 2025: settings below `options`, one rate and one number of workers for all.
    SharedOptions,
    /// Tressi 0.0.13 to 0.0.20: settings below `options`, a rate for each request.
    Options,
}

/// Keys of a request that only [`Shape::Options`] has.
const OF_REQUESTS: [&str; 3] = ["rps", "rampUpDurationSec", "earlyExit"];

/// Keys of `options` that only [`Shape::SharedOptions`] has.
const OF_SHARED: [&str; 3] = ["workers", "rps", "autoscale"];

impl Shape {
    /// The shape of a document. What is no mapping, or is unlike any of them, is taken for today's,
    /// whose messages are the ones of use.
    #[must_use]
    pub fn of(root: &Node) -> Self {
        let Some(map) = root.as_map() else {
            return Self::Current;
        };
        let requests = || {
            map.get("requests")
                .and_then(Node::as_list)
                .unwrap_or_default()
        };
        let has = |node: &Node, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
        if let Some(options) = map.get("options") {
            return match has(options, &OF_SHARED) {
                true => Self::SharedOptions,
                false => Self::Options,
            };
        }
        // What has settings at the top is none of those, and would lose them.
        let is_bare = || {
            map.iter()
                .all(|entry| matches!(entry.key.as_str(), Some("$schema" | "requests")))
        };
        if requests().iter().any(|request| has(request, &OF_REQUESTS)) && is_bare() {
            return Self::Options;
        }
        if map.get("autoscale").and_then(Node::as_bool).is_some() {
            return Self::Flat;
        }
        match is_of_flags(map)
            && !requests()
                .iter()
                .any(|request| has(request, &["autoscale"]))
        {
            true => Self::Flags,
            false => Self::Current,
        }
    }
}

/// Whether a document says by its `$schema` that it is of the time of flags, and has no setting.
fn is_of_flags(map: &Map) -> bool {
    const KEYS: [&str; 3] = ["$schema", "headers", "requests"];
    let known = |key: Option<&str>| key.is_some_and(|key| KEYS.contains(&key));
    map.iter().all(|entry| known(entry.key.as_str()))
        && version(map).is_some_and(|version| version <= 12)
}

/// The `N` of the version `0.0.N` of Tressi that a document names in its `$schema`.
pub(crate) fn version(map: &Map) -> Option<u32> {
    let address = map.get("$schema")?.as_str()?;
    let (_, rest) = address.rsplit_once("v0.0.")?;
    let digits = rest.len()
        - rest
            .trim_start_matches(|next: char| next.is_ascii_digit())
            .len();
    address
        .contains("tressi")
        .then(|| rest[..digits].parse().ok())
        .flatten()
}

/// As it is called.
impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Current => "today's",
            Self::Flags => "that of Tressi 0.0.4 to 0.0.12, whose settings were flags",
            Self::Flat => "that of August 2025, in which `autoscale` is a boolean",
            Self::SharedOptions => "that of November 2025, with one rate below `options`",
            Self::Options => "that of Tressi 0.0.13 to 0.0.20, with `options`",
        })
    }
}

impl Shape {
    /// The name for machines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Flags => "flags",
            Self::Flat => "flat",
            Self::SharedOptions => "shared-options",
            Self::Options => "options",
        }
    }
}
