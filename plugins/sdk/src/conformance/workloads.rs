//! Workloads that the kit makes: written as text, read with places, taken apart into layers.

use std::fmt;
use std::sync::Arc;

use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::manifest::Workload;
use plimsoll_core::span::SourceMap;
use plimsoll_core::value::{Map, Node, Origin, Value};
use plimsoll_core::yaml;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map as JsonMap, Value as Json, json};

use super::rules::{KitRules, OVERRIDES};

/// A workload, and the files that its places point into.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) workload: Workload,
    pub(super) files: Arc<SourceMap>,
}

/// As it is written.
impl fmt::Debug for Made {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.files.files().iter().map(|file| &*file.text);
        formatter.write_str(&text.collect::<String>())
    }
}

impl Made {
    /// What is written, as a workload.
    pub(super) fn of(written: &Json) -> Self {
        let text = yaml::write(&Node::from_json(written, Origin::default()));
        let mut files = SourceMap::default();
        let reading = yaml::read(
            &mut files,
            "kit.yaml",
            text.as_bytes(),
            &yaml::Limits::default(),
        );
        let root = reading.node.unwrap_or_else(|| Node::from(Map::new()));
        let environments = root.get(OVERRIDES).cloned();
        let mut layers = Layers::new();
        layers.push(LayerName::Base, root);
        for entry in environments.iter().filter_map(Node::as_map).flatten() {
            let mut settings = entry.value.clone();
            if settings.is_null() {
                settings.value = Value::Map(Box::new(Map::new()));
            }
            let environment = Environment::new(&entry.key.to_string());
            layers.push(LayerName::Environment(environment), settings);
        }
        Self {
            workload: Workload {
                name: "kit".to_owned(),
                layers,
                rules: Arc::new(KitRules),
            },
            files: Arc::new(files),
        }
    }

    /// The same without the layers of other environments.
    pub(super) fn without_others(&self, environment: &Environment) -> Workload {
        let mut layers = Layers::new();
        for layer in self.workload.layers.iter().skip(1) {
            let other = LayerName::Environment(environment.clone()) != layer.name;
            if matches!(layer.name, LayerName::Environment(_)) && other {
                // Its place among the layers stays, so that the others keep their identities.
                layers.push(LayerName::Flags, Node::from(Map::new()));
            } else {
                layers.push(layer.name.clone(), layer.settings.clone());
            }
        }
        Workload {
            layers,
            ..self.workload.clone()
        }
    }
}

/// A workload with a base, and the environments `production` and `staging`. It resolves for each.
pub(super) fn workload() -> impl Strategy<Value = Made> {
    let environment = || prop_oneof![6 => block(), 1 => Just(Json::Null)];
    (block(), environment(), environment()).prop_map(|(mut base, production, staging)| {
        base[OVERRIDES] = json!({ "production": production, "staging": staging });
        Made::of(&base)
    })
}

/// A mapping of some of what may be written: two keys that environments override, and two that they
/// do not.
fn block() -> impl Strategy<Value = Json> {
    let autoscaling = (
        proptest::option::of(0_u32..4),
        proptest::option::of(4_u32..9),
        proptest::option::of(select(vec![json!(null), json!(7), json!([1, 2])])),
    );
    let autoscaling = autoscaling.prop_map(|(min, max, other)| {
        object([
            ("min_replicas", min.map(Json::from)),
            ("max_replicas", max.map(Json::from)),
            ("other", other),
        ])
    });
    let resources = (value(), value(), value()).prop_map(|(cpu, memory, accelerator)| {
        object([
            ("cpu", cpu),
            ("memory", memory),
            ("accelerator", accelerator),
        ])
    });
    let overridable = (
        proptest::option::of(prop_oneof![6 => resources, 1 => Just(Json::Null)]),
        proptest::option::of(prop_oneof![6 => autoscaling, 1 => Just(Json::Null)]),
    );
    (overridable, value(), value()).prop_map(|((resources, autoscaling), name, notes)| {
        object([
            ("resources", resources),
            ("autoscaling_settings", autoscaling),
            ("model_name", name),
            ("notes", notes),
        ])
    })
}

fn value() -> impl Strategy<Value = Option<Json>> {
    proptest::option::of(select(vec![
        json!(null),
        json!("L4"),
        json!("16Gi"),
        json!(2),
        json!(2.5),
        json!(true),
        json!([]),
        json!(["a", "b"]),
        json!([{ "name": "a" }]),
        json!({}),
        json!({ "accelerator": "H100", "count": 2 }),
        json!({ "accelerator": "H100", "count": { "deep": [1, { "er": null }] } }),
    ]))
}

fn object<const N: usize>(members: [(&str, Option<Json>); N]) -> Json {
    let members = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(members.collect::<JsonMap<_, _>>())
}
