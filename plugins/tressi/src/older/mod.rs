//! Files of older shapes, brought into today's. Every value keeps its place; what is implied has the
//! place of what implies it.

mod early_exit;
mod flat;
mod options;
mod tables;
mod units;

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::span::Span;
use plimsoll_core::value::{Map, Node};

use crate::shape::Shape;
pub(crate) use tables::OPTIONS_FILE;

/// What comes of an older file.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// What matters to whoever reads the file as it is.
    pub(crate) items: Vec<Diagnostic>,
    /// What has no equivalent today.
    pub(crate) lost: Vec<Diagnostic>,
}

impl Said {
    fn no_equivalent(&mut self, place: &str, why: &str, span: Option<Span>) {
        let message = format!("`{place}` has no equivalent: {why}");
        self.lost
            .push(Diagnostic::warning("load-test::no-equivalent", message).at(span));
    }

    fn left_out(&mut self, place: &str, why: &str, span: Option<Span>) {
        let message = format!("`{place}` is left out: {why}");
        self.lost
            .push(Diagnostic::note("load-test::left-out", message).at(span));
    }
}

/// Brings a document into today's shape. It must be sound for its own.
pub(crate) fn today(shape: Shape, root: &mut Node, said: &mut Said) {
    let Some(map) = root.as_map_mut() else { return };
    match shape {
        Shape::Current | Shape::Flags => {}
        Shape::Flat => flat::today(map),
        Shape::SharedOptions | Shape::Options => {
            let older = std::mem::take(map);
            *map = options::today(older, shape == Shape::SharedOptions, said);
        }
    }
}

/// What shows the shape of a document.
pub(crate) fn sign(shape: Shape, root: &Node) -> Option<Span> {
    let map = root.as_map()?;
    let key = match shape {
        Shape::Current => return None,
        Shape::Flags => "$schema",
        Shape::Flat => "autoscale",
        Shape::SharedOptions | Shape::Options if map.contains("options") => "options",
        Shape::SharedOptions | Shape::Options => "requests",
    };
    map.entry(key)?.key_span
}

/// `autoscale` of all endpoints, from the settings that were shared.
struct Shared<'a> {
    /// The boolean that stood for it.
    enabled: &'a Node,
    rate: Option<Node>,
    workers: Option<Node>,
    ramp: Option<Node>,
}

impl Shared<'_> {
    fn autoscale(self) -> Node {
        let mut map = Map::new();
        map.set("enabled", self.enabled.clone());
        let others = [
            ("targetRps", self.rate),
            ("maxWorkers", self.workers),
            ("rampUpTime", self.ramp),
        ];
        for (key, value) in others {
            if let Some(value) = value {
                map.insert(key.into(), value.span(), value);
            }
        }
        let mut node = Node::from(map);
        node.origin = self.enabled.origin;
        node
    }
}

fn is_true(node: Option<&Node>) -> bool {
    node.and_then(Node::as_bool) == Some(true)
}
