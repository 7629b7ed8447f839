//! What a Truss knows about its own settings.

use plimsoll_core::diagnostic::{Diagnostic, Diagnostics};
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::schema::{Form, Reader, dump};
use plimsoll_core::value::{LayerId, Node};

use crate::schema::{OVERRIDES, TRUSS, accelerator_parts};
use crate::source::DOMAIN;

/// The rules of a Truss. Layers must have been read by [`TrussSource`](crate::TrussSource) or like
/// it: values in their types, accelerators in their object form.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrussRules;

impl WorkloadRules for TrussRules {
    fn overridable(&self) -> &'static [&'static str] {
        &["resources", "autoscaling_settings"]
    }

    fn overrides_key(&self) -> Option<&'static str> {
        Some(OVERRIDES)
    }

    fn finish(&self, mut merged: Node, layers: &Layers, diagnostics: &mut Diagnostics) -> Node {
        let mut found = Vec::new();
        Reader::again(DOMAIN, &mut found).model(&TRUSS, &mut merged);
        accelerator(&merged, layers, &mut found);
        instance_type(&merged, &mut found);
        diagnostics.absorb(found);
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        dump(&TRUSS, finished, Form::Full)
    }

    fn compact(&self, finished: &Node) -> Node {
        dump(&TRUSS, finished, Form::Compact)
    }
}

/// Says what is surprising about an accelerator whose parts come from several layers.
fn accelerator(merged: &Node, layers: &Layers, found: &mut Vec<Diagnostic>) {
    let Some(node) = merged
        .get("resources")
        .and_then(|resources| resources.get("accelerator"))
    else {
        return;
    };
    let (name, count) = accelerator_parts(node);
    let Some(count) = count else { return };
    let counted = node
        .get("count")
        .map(|count| count.origin)
        .unwrap_or_default();
    let of_environment = |layer: LayerId| {
        layers
            .get(layer)
            .is_some_and(|layer| matches!(layer.name, LayerName::Environment(_)))
    };
    let Some(name) = name else {
        let message = format!("an accelerator count of {count}, and no accelerator");
        let diagnostic = if of_environment(counted.layer) {
            Diagnostic::error("truss::count-without-accelerator", message)
        } else {
            let message = format!("{message}: it is read as none");
            Diagnostic::warning("truss::count-without-accelerator", message)
        };
        found.push(
            diagnostic
                .at(counted.span)
                .hint("name one: {accelerator: H100, count: 8}"),
        );
        return;
    };
    if count == 0 {
        let message = format!("a count of 0 {name}");
        let diagnostic = if of_environment(counted.layer) {
            Diagnostic::error("truss::zero-accelerators", message)
        } else {
            let message =
                format!("{message}: the platform gets no accelerator and `use_gpu: true`");
            Diagnostic::warning("truss::zero-accelerators", message)
        };
        found.push(
            diagnostic
                .at(counted.span)
                .hint("for no accelerator write `accelerator: null`"),
        );
        return;
    }
    let named = node
        .get("accelerator")
        .map(|name| name.origin)
        .unwrap_or_default();
    if count > 1 && named.layer > counted.layer {
        let layer = layers
            .get(counted.layer)
            .map_or(LayerName::Base, |layer| layer.name.clone());
        let message = format!("{count} {name}: the count is inherited from {layer}");
        found.push(
            Diagnostic::warning("truss::inherited-count", message)
                .at(named.span)
                .also(counted.span, "the count")
                .hint(format!(
                    "for one, write `accelerator: {name}` or `count: 1`"
                )),
        );
    }
}

/// An instance type makes the platform ignore the other resources.
fn instance_type(merged: &Node, found: &mut Vec<Diagnostic>) {
    let Some(resources) = merged.get("resources") else {
        return;
    };
    let Some(instance) = resources
        .get("instance_type")
        .filter(|node| node.as_str().is_some_and(|name| !name.is_empty()))
    else {
        return;
    };
    let others: Vec<_> = ["cpu", "memory", "accelerator"]
        .into_iter()
        .filter_map(|key| Some((key, resources.get(key)?)))
        .collect();
    let Some((_, strongest)) = others.iter().max_by_key(|(_, node)| layer_of(node)) else {
        return;
    };
    let names: Vec<_> = others.iter().map(|(key, _)| format!("`{key}`")).collect();
    let overridden = layer_of(strongest) > layer_of(instance);
    let message = format!(
        "`instance_type` is set, so the platform ignores {}{}",
        names.join(", "),
        if overridden {
            ": the override has no effect"
        } else {
            ""
        },
    );
    let hint = "to have it follow the resources, write `instance_type: null` beside them";
    found.push(
        Diagnostic::warning("truss::instance-type-wins", message)
            .at(strongest.span())
            .also(instance.span(), "the instance type")
            .maybe_hint(overridden.then(|| hint.to_owned())),
    );
}

/// The strongest layer that set a part of a value.
fn layer_of(node: &Node) -> LayerId {
    let mut strongest = node.origin.layer;
    node.for_each_leaf(&mut |_, leaf| strongest = strongest.max(leaf.origin.layer));
    strongest
}
