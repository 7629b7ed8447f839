//! August 2025: `autoscale` is a boolean, and `rps`, `workers` and `rampUpTime` are what it goes by.

use plimsoll_core::value::{Map, Node};

use super::{Shared, is_true};

/// The settings of an autoscaled test move into `autoscale`. Where an endpoint is not autoscaled it
/// goes by those settings itself, so there they stay as well.
pub(super) fn today(map: &mut Map) {
    let Some(enabled) = map.get("autoscale").cloned() else {
        return;
    };
    let mut shared = Shared {
        enabled: &enabled,
        rate: None,
        workers: None,
        ramp: None,
    };
    if is_true(Some(&enabled)) {
        let stays = fixed_endpoints(map);
        let mut take = |key: &str| match stays {
            true => map.get(key).cloned(),
            false => map.remove(key).map(|entry| entry.value),
        };
        shared.rate = take("rps");
        shared.workers = take("workers");
        shared.ramp = take("rampUpTime");
    }
    let autoscale = shared.autoscale();
    if let Some(value) = map.get_mut("autoscale") {
        *value = autoscale;
    }
}

/// Whether an endpoint is not autoscaled.
fn fixed_endpoints(map: &Map) -> bool {
    let disabled = |request: &Node| {
        let own = request.get("autoscale")?.get("enabled")?.as_bool()?;
        Some(!own)
    };
    let requests = map.get("requests").and_then(Node::as_list);
    requests
        .unwrap_or_default()
        .iter()
        .filter_map(disabled)
        .any(|disabled| disabled)
}
