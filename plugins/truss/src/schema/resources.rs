//! `resources`: processors, memory and accelerators of one replica.

use plimsoll_core::schema::{Default, Extra, Field, Form, MAX, Model, Reader, Type};
use plimsoll_core::value::{Node, Origin, Value};

use super::accelerator::{ACCELERATOR, parts};
use crate::checks;

/// Processors, memory and accelerators of one replica.
pub(crate) static RESOURCES: Model = Model {
    before: Some(drop_use_gpu),
    dumped: Some(finish),
    ..Model::new(
        "Resources",
        "Processors, memory and accelerators of one replica.",
        FIELDS,
    )
};

/// The same keys where only what differs is written. It has the same types; what is left out is
/// inherited, so it is never shown with defaults.
pub(crate) static RESOURCES_BLOCK: Model = Model {
    extra: Extra::Forbid,
    before: Some(drop_use_gpu),
    dumped: Some(inherit_accelerator),
    ..Model::new(
        "ResourcesOverrides",
        "Resources that differ, key by key.",
        FIELDS,
    )
};

static FIELDS: &[Field] = &[
    Field::new(
        "cpu",
        Type::StrWith(checks::cpu),
        Default::Str("1"),
        "Processors: a number, or thousandths as in `500m`.",
    ),
    Field::new(
        "memory",
        Type::StrWith(checks::memory),
        Default::Str("2Gi"),
        "Memory: a number of bytes, or with a unit: k M G T P E Ki Mi Gi Ti Pi Ei.",
    ),
    Field::new(
        "accelerator",
        Type::Custom(&ACCELERATOR),
        Default::Null,
        "Accelerator and how many: `H100`, `H100:2`, or {accelerator: H100, count: 2}.",
    ),
    Field::new(
        "instance_type",
        Type::Nullable(&Type::Str),
        Default::Absent,
        "Name of an instance type. The platform then ignores the other resources.",
    ),
    Field::new(
        "node_count",
        Type::Nullable(&Type::StrictInt(1, MAX)),
        Default::Absent,
        "How many nodes one replica spans.",
    ),
    Field::new(
        "fabric",
        Type::Nullable(&Type::Model(&FABRIC)),
        Default::Absent,
        "What network is needed between nodes.",
    ),
    Field::new(
        "use_gpu",
        Type::Any,
        Default::Absent,
        "Follows from `accelerator`; what is written counts for nothing.",
    ),
];

static FABRIC: Model = Model {
    dumped: Some(without_nulls),
    ..Model::new(
        "FabricRequirement",
        "What network is needed between nodes.",
        FABRIC_FIELDS,
    )
};

static FABRIC_FIELDS: &[Field] = &[
    Field::new(
        "use_rdma",
        Type::Nullable(&Type::Bool),
        Default::Absent,
        "Whether to use RDMA.",
    ),
    Field::new(
        "preferences",
        Type::Nullable(&Type::List(&Type::Str)),
        Default::Absent,
        "Networks that will do, best first.",
    ),
];

fn without_nulls(_: &Node, out: &mut Node, _: Form) {
    let Some(map) = out.as_map_mut() else { return };
    for field in FABRIC_FIELDS {
        if map.get(field.name).is_some_and(Node::is_null) {
            map.remove(field.name);
        }
    }
}

/// Keeps the object form of an accelerator that inherits its name or its count: the short form would
/// set both.
fn inherit_accelerator(node: &Node, out: &mut Node, _: Form) {
    let written = node
        .get("accelerator")
        .filter(|node| node.as_map().is_some());
    if let (Some(accelerator), Some(map)) = (written, out.as_map_mut())
        && ["accelerator", "count"]
            .iter()
            .any(|part| accelerator.get(part).is_none())
    {
        map.set("accelerator", accelerator.clone());
    }
}

/// `use_gpu` is computed; what is written there counts for nothing.
fn drop_use_gpu(node: &mut Node, _: &mut Reader<'_>) {
    if let Some(map) = node.as_map_mut() {
        map.remove("use_gpu");
    }
}

/// Leaves out what is unset, and adds `use_gpu`.
fn finish(node: &Node, out: &mut Node, _: Form) {
    let accelerator = node.get("accelerator");
    let has_accelerator = accelerator.is_some_and(|node| parts(node).0.is_some());
    let origin = accelerator.map_or(Origin::default(), super::accelerator::strongest_origin);
    let Some(map) = out.as_map_mut() else { return };
    for optional in ["instance_type", "node_count", "fabric"] {
        let unset = map.get(optional).is_some_and(|value| match &value.value {
            Value::Null => true,
            Value::Str(text) => text.is_empty(),
            _ => false,
        });
        if unset {
            map.remove(optional);
        }
    }
    map.set(
        "use_gpu",
        Node::with_origin(Value::Bool(has_accelerator), origin),
    );
}
