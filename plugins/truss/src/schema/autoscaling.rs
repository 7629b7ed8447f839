//! `autoscaling_settings` and `environment_overrides`: Plimsoll's own keys. Both are closed: a
//! key that they do not have is an error.

use plimsoll_core::autoscaling::FIELDS as SETTINGS;
use plimsoll_core::pointer::Pointer;
use plimsoll_core::schema::{
    Custom, Default, Extra, Field, Form, Model, Reader, Type, UnknownKey, dump, schema_of,
    unknown_keys,
};
use plimsoll_core::value::{Map, Node, Value};
use serde_json::Value as Json;

use super::RESOURCES_BLOCK;
use crate::checks;

const COUNT: usize = SETTINGS.len();

const TYPES: [Type; COUNT] = {
    let mut types = [const { Type::Any }; COUNT];
    let mut position = 0;
    while position < COUNT {
        let (low, high) = SETTINGS[position].range;
        types[position] = Type::Int(low as i64, high as i64);
        position += 1;
    }
    types
};

static FIELDS: [Field; COUNT] = {
    let mut types = TYPES;
    let mut fields = [const { Field::new("", Type::Any, Default::Absent, "") }; COUNT];
    let mut position = 0;
    while position < COUNT {
        let setting = SETTINGS[position];
        let kind = std::mem::replace(&mut types[position], Type::Any);
        fields[position] = Field::new(setting.name, kind, Default::Absent, setting.doc);
        position += 1;
    }
    fields
};

/// How many replicas to run.
pub static AUTOSCALING: Model = Model {
    extra: Extra::Forbid,
    after: Some(checks::replica_bounds),
    ..Model::new("AutoscalingSettings", "How many replicas to run.", &FIELDS)
};

/// The key of the base that has what differs in environments.
pub(crate) const OVERRIDES: &str = "environment_overrides";

static ENVIRONMENTS: Type = Type::Map(&Type::Nullable(&Type::Model(&ENVIRONMENT)));

/// `environment_overrides`: always shown as it is written, for a default that it showed would
/// override.
#[derive(Debug)]
pub(crate) struct Overrides;

impl Custom for Overrides {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        reader.value(&ENVIRONMENTS, node);
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        let Some(map) = node.as_map() else {
            return node.clone();
        };
        let mut out = Map::with_capacity(map.len());
        for entry in map {
            let shown = dump(&ENVIRONMENT, &entry.value, Form::Written);
            out.insert(entry.key.clone(), entry.key_span, shown);
        }
        Node::with_origin(Value::Map(Box::new(out)), node.origin)
    }

    fn schema(&self) -> Json {
        schema_of(&ENVIRONMENTS)
    }

    fn describe(&self) -> String {
        "a mapping from environments to what differs there".to_owned()
    }

    fn models(&self) -> Vec<&'static Model> {
        vec![&ENVIRONMENT]
    }

    fn unknown_keys(&self, node: &Node) -> Vec<UnknownKey> {
        let mut found = Vec::new();
        for entry in node.as_map().into_iter().flatten() {
            for unknown in unknown_keys(&ENVIRONMENT, &entry.value) {
                let mut parent = Pointer::root().join(&entry.key.to_string());
                unknown
                    .parent
                    .tokens()
                    .for_each(|token| parent.push(&token));
                found.push(UnknownKey { parent, ..unknown });
            }
        }
        found
    }
}

/// What differs in one environment. Only what is written here overrides.
static ENVIRONMENT: Model = Model {
    extra: Extra::Forbid,
    ..Model::new(
        "EnvironmentOverrides",
        "What differs in one environment. Only what is written here overrides.",
        &[
            Field::new(
                "resources",
                Type::Nullable(&Type::Model(&RESOURCES_BLOCK)),
                Default::Absent,
                "Resources that differ, key by key.",
            ),
            Field::new(
                "autoscaling_settings",
                Type::Nullable(&Type::Model(&AUTOSCALING)),
                Default::Absent,
                "Autoscaling settings that differ, key by key.",
            ),
        ],
    )
};
