//! `autoscaling_settings` and `environment_overrides`: Plimsoll's own keys. Both are closed: a
//! key that they do not have is an error.

use plimsoll_core::autoscaling::FIELDS as SETTINGS;
use plimsoll_core::schema::{Default, Extra, Field, Model, Type};

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

/// What differs in one environment. Only what is written here overrides.
pub(crate) static ENVIRONMENT: Model = Model {
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
