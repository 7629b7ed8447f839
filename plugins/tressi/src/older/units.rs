//! Units of older files: shares as fractions or in percent, times in milliseconds.

use plimsoll_core::diagnostic::Diagnostic;
use plimsoll_core::value::{Map, Node, Value};

use super::Said;
use crate::schema::number;

/// The version from which an early exit's `errorRateThreshold` is in percent, and its window in
/// seconds. Before it the one is a fraction, and the other in milliseconds.
const PERCENT_SINCE: u32 = 20;

/// A share of errors as a fraction, whatever its block has it in.
///
/// The window beside it tells the unit, else the version of the file, else the size. A bare 1 is 1 %
/// for Tressi 0.0.20, and all of it for those before: what nothing tells is taken as the newest
/// reads it, with a warning.
pub(super) fn fraction(
    threshold: &Node,
    block: &Map,
    version: Option<u32>,
    place: &str,
    said: &mut Said,
) -> Node {
    let Some(size) = number(threshold) else {
        return threshold.clone();
    };
    let told = match (
        block.contains("monitoringWindowSeconds"),
        block.contains("monitoringWindowMs"),
    ) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => version.map(|version| version >= PERCENT_SINCE),
    };
    let percent = match told {
        _ if size == 0.0 => return threshold.clone(),
        Some(true) => size >= 1.0,
        Some(false) => size > 1.0,
        None => size >= 1.0,
    };
    let doubt = match told {
        Some(true) => size < 1.0,
        Some(false) => size > 1.0,
        None => size == 1.0,
    };
    let converted = match percent {
        true => shifted(threshold, size, -2),
        false => threshold.clone(),
    };
    if doubt {
        let (read, other) = match percent {
            true => (format!("{size} %"), format!("the fraction {size}")),
            false => (format!("the fraction {size}"), format!("{size} %")),
        };
        let message = format!("`{place}` is read as {read}, and may have been meant as {other}");
        said.items.push(
            Diagnostic::warning("load-test::ambiguous-unit", message)
                .at(threshold.span())
                .hint("before Tressi 0.0.20 it is a fraction from 0 to 1, since then in percent"),
        );
    }
    converted
}

/// Milliseconds in seconds.
pub(super) fn seconds(milliseconds: &Node) -> Node {
    match number(milliseconds) {
        Some(size) => shifted(milliseconds, size, -3),
        None => milliseconds.clone(),
    }
}

/// A number times a power of ten, to the digit: 33.3 % is 0.333, and not a neighbour of it.
fn shifted(node: &Node, size: f64, places: i32) -> Node {
    let number: f64 = format!("{size}e{places}").parse().unwrap_or(size);
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    let value = match number.fract() == 0.0 && number.abs() < 1e15 {
        true => Value::Int(number as i64),
        false => Value::Float(number),
    };
    Node::with_origin(value, node.origin)
}
