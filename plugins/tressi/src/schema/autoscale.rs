//! `autoscale`: how the workers of an endpoint follow the rate that it is to hold.

use plimsoll_core::schema::{Custom, Default, Extra, Field, Form, Model, Reader, Type};
use plimsoll_core::value::{Map, Node};
use serde_json::{Value as Json, json};

use super::types::{COUNT, FLAG, FROM_ZERO, Number};
use crate::checks;

const PRIORITIES: &[&str] = &["high", "medium", "low"];
const STRATEGIES: &[&str] = &["proportional", "equal", "priority-based"];

/// The keys in the order that they are written in.
pub(crate) const AUTOSCALE_KEYS: [&str; 14] = [
    "enabled",
    "targetRps",
    "maxWorkers",
    "rampUpTime",
    "scaleUpThreshold",
    "scaleDownThreshold",
    "scaleUpFactor",
    "scaleDownFactor",
    "cooldownPeriod",
    "weight",
    "priority",
    "minWorkers",
    "distributionStrategy",
    "defaultWeight",
];

const UP_TO_ONE: Type = Type::Custom(&Number {
    low: 0.0,
    above: false,
    high: 1.0,
});
const FROM_ONE: Type = Type::Custom(&Number {
    low: 1.0,
    above: false,
    high: f64::INFINITY,
});
const FROM_A_TENTH: Type = Type::Custom(&Number {
    low: 0.1,
    above: false,
    high: 1.0,
});

/// Where a block of settings stands: it decides what is required, and which keys there are.
macro_rules! fields {
    ($enabled:expr, $($more:expr),+ $(,)?) => {
        &[
            Field::new(
                "enabled",
                FLAG,
                $enabled,
                "Whether the number of workers follows the rate.",
            ),
            Field::new(
                "targetRps",
                COUNT,
                Default::Null,
                "Rate to hold, in requests a second.",
            ),
            Field::new("maxWorkers", COUNT, Default::Null, "Most workers."),
            Field::new("minWorkers", COUNT, Default::Int(1), "Fewest workers."),
            Field::new(
                "rampUpTime",
                FROM_ZERO,
                Default::Int(0),
                "Time to reach the rate, in seconds.",
            ),
            Field::new(
                "scaleUpThreshold",
                UP_TO_ONE,
                Default::Float(0.9),
                "Share of the rate below which workers are added.",
            ),
            Field::new(
                "scaleDownThreshold",
                FROM_ONE,
                Default::Float(1.1),
                "Share of the rate above which workers are removed.",
            ),
            Field::new(
                "scaleUpFactor",
                FROM_A_TENTH,
                Default::Float(0.25),
                "Share of the missing workers that is added at a time.",
            ),
            Field::new(
                "scaleDownFactor",
                FROM_A_TENTH,
                Default::Float(0.25),
                "Share of the surplus workers that is removed at a time.",
            ),
            Field::new(
                "cooldownPeriod",
                COUNT,
                Default::Int(2),
                "Time between two changes, in seconds.",
            ),
            $($more),+
        ]
    };
}

const WEIGHT: Field = Field::new(
    "weight",
    FROM_A_TENTH,
    Default::Int(1),
    "Share of workers, and of a rate that is held together, relative to the others'.",
);
const PRIORITY: Field = Field::new(
    "priority",
    Type::Enum(PRIORITIES),
    Default::Str("medium"),
    "Rank, where the strategy is `priority-based`.",
);
const STRATEGY: Field = Field::new(
    "distributionStrategy",
    Type::Enum(STRATEGIES),
    Default::Str("proportional"),
    "How endpoints share the workers there may be.",
);
const DEFAULT_WEIGHT: Field = Field::new(
    "defaultWeight",
    FROM_A_TENTH,
    Default::Int(1),
    "Weight of endpoints that have no `autoscale` of their own.",
);

/// The settings of one endpoint, as they are written.
pub(crate) static OF_ENDPOINT: Model = Model {
    extra: Extra::Forbid,
    after: Some(checks::worker_bounds),
    ..Model::new(
        "EndpointAutoscale",
        "How the workers of this endpoint follow its rate.",
        fields!(Default::Required, WEIGHT, PRIORITY),
    )
};

/// The settings of all endpoints, as they are written.
static OF_ALL: Model = Model {
    extra: Extra::Forbid,
    after: Some(checks::worker_bounds),
    ..Model::new(
        "GlobalAutoscale",
        "How the workers of endpoints follow their rates.",
        fields!(Default::Required, STRATEGY, DEFAULT_WEIGHT),
    )
};

/// What is effective for one endpoint: its own over those of all.
pub(super) static EFFECTIVE: Model = Model {
    after: Some(checks::worker_bounds),
    dumped: Some(nothing_where_disabled),
    ..Model::new(
        "Autoscale",
        "How the workers of this endpoint follow its rate.",
        fields!(
            Default::Required,
            WEIGHT,
            PRIORITY,
            STRATEGY,
            DEFAULT_WEIGHT
        ),
    )
};

/// What is disabled has no other settings, and no defaults of them.
fn nothing_where_disabled(node: &Node, out: &mut Node, _: Form) {
    if let Some(map) = out.as_map_mut()
        && node.get("enabled").and_then(Node::as_bool) != Some(true)
    {
        keep_only(map, "enabled");
    }
}

/// Leaves one entry of a mapping.
pub(crate) fn keep_only(map: &mut Map, key: &str) {
    let kept = map.remove(key);
    *map = Map::new();
    if let Some(entry) = kept {
        map.insert(entry.key, entry.key_span, entry.value);
    }
}

/// `autoscale` of all endpoints: a mapping, or the boolean of older files.
#[derive(Debug)]
pub(super) struct Global;

impl Custom for Global {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        match (node.as_bool(), node.as_map()) {
            (Some(_), _) => {}
            (None, Some(_)) => reader.model(&OF_ALL, node),
            (None, None) => reader.wrong_type(node, &self.describe()),
        }
    }

    fn dump(&self, node: &Node, form: Form) -> Node {
        plimsoll_core::schema::dump(&OF_ALL, node, form)
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [
            { "$ref": format!("#/$defs/{}", OF_ALL.name) },
            { "type": "boolean", "deprecated": true },
        ] })
    }

    fn describe(&self) -> String {
        format!(
            "a mapping ({}), or a boolean as in older files",
            OF_ALL.name
        )
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&OF_ALL]
    }
}
