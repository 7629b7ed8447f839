//! `workerEarlyExit` of `options` and `earlyExit` of a request: what ends them before their time.

use plimsoll_core::value::{Entry, Map, Node};

use super::units::{fraction, seconds};
use super::{Said, is_true};

/// Where a block stands.
pub(super) struct Block<'a> {
    pub(super) place: &'a str,
    /// Whether it is on where this block does not say so, so that this one turns it off.
    pub(super) on_elsewhere: bool,
    pub(super) version: Option<u32>,
}

impl Block<'_> {
    /// Writes the settings of a block as today's.
    pub(super) fn today(&self, entry: &Entry, out: &mut Map, said: &mut Said) {
        let Some(block) = entry.value.as_map() else {
            return;
        };
        self.name_unknown(block, said);
        let enabled = block.get("enabled");
        if !is_true(enabled) {
            if self.on_elsewhere {
                let mut off = Node::from(false);
                off.origin = enabled.unwrap_or(&entry.value).origin;
                out.insert("earlyExitOnError".into(), entry.key_span, off);
            }
            if says_something(block) {
                said.left_out(self.place, "it is off, and stays so", entry.key_span);
            }
            return;
        }
        if let Some(entry) = block.entry("enabled") {
            out.insert(
                "earlyExitOnError".into(),
                entry.key_span,
                entry.value.clone(),
            );
        }
        if let Some(entry) = block.entry("errorRateThreshold") {
            let place = format!("{}.errorRateThreshold", self.place);
            let share = fraction(&entry.value, block, self.version, &place, said);
            out.insert("errorRateThreshold".into(), entry.key_span, share);
        }
        let window = match block.entry("monitoringWindowSeconds") {
            Some(entry) => Some((entry.key_span, entry.value.clone())),
            None => block
                .entry("monitoringWindowMs")
                .map(|entry| (entry.key_span, seconds(&entry.value))),
        };
        if let Some((span, window)) = window {
            out.insert("errorRateWindow".into(), span, window);
        }
        // No codes are said only where those of all would hold otherwise.
        if let Some(entry) = block.entry("exitStatusCodes")
            && (self.on_elsewhere || entry.value.as_list().is_some_and(|codes| !codes.is_empty()))
        {
            out.insert(
                "errorStatusCodes".into(),
                entry.key_span,
                entry.value.clone(),
            );
        }
    }

    fn name_unknown(&self, block: &Map, said: &mut Said) {
        const KNOWN: [&str; 5] = [
            "enabled",
            "errorRateThreshold",
            "exitStatusCodes",
            "monitoringWindowMs",
            "monitoringWindowSeconds",
        ];
        for entry in block {
            let key = entry.key.to_string();
            if !KNOWN.contains(&key.as_str()) {
                let place = format!("{}.{key}", self.place);
                said.no_equivalent(&place, "no release of Tressi has it", entry.key_span);
            }
        }
    }
}

/// Whether a block that is off has more than the zeros and empty lists that Tressi fills in.
fn says_something(block: &Map) -> bool {
    let share = block
        .get("errorRateThreshold")
        .and_then(crate::schema::number);
    let codes = block.get("exitStatusCodes").and_then(Node::as_list);
    share.is_some_and(|share| share > 0.0) || codes.is_some_and(|codes| !codes.is_empty())
}
