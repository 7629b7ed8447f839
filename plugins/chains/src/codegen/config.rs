//! `config.yaml` of a chainlet.

use plimsoll_core::effective::Effective;
use plimsoll_core::value::Node;
use plimsoll_core::yaml::{Style, write_with};
use plimsoll_truss::without_own;
use serde_json::Value as Json;

use crate::chain::Chainlet;

/// The configuration to send: every key, without Plimsoll's own.
pub(super) fn packaged(effective: &Effective) -> Node {
    without_own(effective.with_defaults())
}

/// The configuration as it is sent: the model has no name of its own before it is pushed.
pub(super) fn sent(chainlet: &Chainlet, config: &Node) -> Json {
    let mut sent = config.to_json();
    sent["model_name"] = Json::from(chainlet.display_name.as_str());
    sent
}

/// The file in the archive.
pub(super) fn archived(chainlet: &Chainlet, effective: &Effective, config: &Node) -> String {
    format!("{}{}", head(chainlet, effective), text(config))
}

/// The file that code generation writes: what is sent, and the autoscaling settings beside it.
pub(super) fn written(chainlet: &Chainlet, effective: &Effective) -> String {
    let mut config = packaged(effective);
    let settings = effective.config.get("autoscaling_settings");
    let settings = settings.filter(|settings| settings.as_map().is_some());
    if let (Some(settings), Some(map)) = (settings, config.as_map_mut()) {
        map.set("autoscaling_settings", settings.clone());
    }
    archived(chainlet, effective, &config)
}

fn head(chainlet: &Chainlet, effective: &Effective) -> String {
    let environment = effective.environment.as_ref();
    let resolved_for = environment.map_or_else(|| "the base".to_owned(), ToString::to_string);
    // A name is free text: a line break in it must not end the comment.
    let resolved_for = resolved_for.escape_debug();
    format!(
        "# Effective configuration of the chainlet {} for {resolved_for}.\n",
        chainlet.class
    )
}

fn text(config: &Node) -> String {
    write_with(config, Style { sort_keys: true })
}
