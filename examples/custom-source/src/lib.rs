//! A configuration source of one's own: `fleet.yaml`, one file with the load lines of many models.
//!
//! ```yaml
//! summarise:
//!   autoscaling_settings: {min_replicas: 1, max_replicas: 3}
//!   environment_overrides:
//!     production:
//!       autoscaling_settings: {max_replicas: 30}
//! translate: {}
//! ```
//!
//! It shows how a file becomes workloads with layers, how a table describes what may be written, and
//! what rules make of a merge. Places come with the values, from the YAML reader.

use plimsoll_sdk::core::context::ContextFile;
use plimsoll_sdk::core::layer::{LayerName, Layers};
use plimsoll_sdk::core::rules::WorkloadRules;
use plimsoll_sdk::core::schema::{Default, Extra, Field, Form, MAX, Model, Reader, Type, dump};
use plimsoll_sdk::core::value::{Map, Node};
use plimsoll_sdk::core::yaml;
use plimsoll_sdk::prelude::*;
use plimsoll_sdk::serde_json::json;

const FILE: &str = "fleet.yaml";
const LARGEST: u64 = 1 << 20;
const SETTINGS: &str = "autoscaling_settings";
const OVERRIDES: &str = "environment_overrides";

static AUTOSCALING: Model = Model {
    extra: Extra::Forbid,
    ..Model::new(
        "AutoscalingSettings",
        "How many replicas to run.",
        &[
            Field::new(
                "min_replicas",
                Type::Int(0, MAX),
                Default::Absent,
                "Fewest replicas.",
            ),
            Field::new(
                "max_replicas",
                Type::Int(1, MAX),
                Default::Absent,
                "Most replicas.",
            ),
        ],
    )
};

static ENVIRONMENT: Model = Model {
    extra: Extra::Forbid,
    ..Model::new(
        "Environment",
        "What differs in an environment.",
        &[Field::new(
            SETTINGS,
            Type::Model(&AUTOSCALING),
            Default::Absent,
            "How many replicas.",
        )],
    )
};

static MODEL: Model = Model {
    extra: Extra::Forbid,
    ..Model::new(
        "Model",
        "One model of the fleet.",
        &[
            Field::new(
                SETTINGS,
                Type::Model(&AUTOSCALING),
                Default::Absent,
                "How many replicas.",
            ),
            Field::new(
                OVERRIDES,
                Type::Map(&Type::Model(&ENVIRONMENT)),
                Default::Absent,
                "By environment.",
            ),
        ],
    )
};

/// Reads `fleet.yaml`.
struct Fleet;

impl Fleet {
    #[expect(clippy::unnecessary_wraps, reason = "a constructor may refuse")]
    fn new(_: NoOptions) -> Result<Self, String> {
        Ok(Self)
    }
}

impl ConfigSource for Fleet {
    fn probe(&self, tree: &dyn SourceTree) -> Confidence {
        let is_there = || matches!(tree.entry(FILE), Ok(Some(_)));
        match tree.focus() {
            Some(FILE) => Confidence::Certain,
            None if is_there() => Confidence::Certain,
            _ => Confidence::No,
        }
    }

    fn load(&self, tree: &Arc<dyn SourceTree>) -> Result<Manifest, Diagnostics> {
        let shown = tree.display(FILE);
        let bytes = tree.read(FILE, LARGEST).map_err(|error| {
            let message = format!("cannot read {shown}: {error}");
            Diagnostics::of(Diagnostic::error("fleet::unreadable", message))
        })?;
        let mut files = SourceMap::default();
        let reading = yaml::read(&mut files, &shown, &bytes, &yaml::Limits::default());
        let mut said = Diagnostics::about(Arc::new(files));
        said.items = reading.diagnostics;
        let models = reading.node.as_ref().and_then(Node::as_map);
        if models.is_none_or(Map::is_empty) && !said.has_errors() {
            let place = reading.node.as_ref().and_then(Node::span);
            let problem = Diagnostic::error("fleet::no-models", format!("{shown} names no model"));
            said.push(problem.at(place).expected("a mapping from names to models"));
        }
        let mut workloads = Vec::new();
        for entry in models.into_iter().flatten() {
            let mut model = entry.value.clone();
            Reader::new("fleet", &mut said.items).model(&MODEL, &mut model);
            workloads.push(workload(&entry.key.to_string(), model));
        }
        let (workloads, diagnostics) = said.unless_errors(workloads)?;
        Ok(Manifest {
            kind: ManifestKind::Truss,
            name: Some("fleet".to_owned()),
            workloads,
            files: Arc::clone(&diagnostics.files),
            main_file: Some(reading.file),
            diagnostics,
        })
    }

    fn package(
        &self,
        _: &Arc<dyn SourceTree>,
        effective: &Effective,
    ) -> Result<Package, Diagnostics> {
        // The settings travel beside it: they are no part of what is built.
        let config = json!({ "model": effective.workload });
        let file = ContextFile::of_bytes("model.json", config.to_string().into_bytes());
        let context = BuildContext::new(vec![file]).map_err(|error| {
            Diagnostics::of(Diagnostic::error("fleet::context", error.to_string()))
        })?;
        Ok(Package {
            config,
            raw_config: None,
            context,
            folder: Some(effective.workload.clone()),
            diagnostics: Diagnostics::default(),
        })
    }
}

/// A model as a workload: the base, and a layer for each environment.
fn workload(name: &str, model: Node) -> Workload {
    let environments = model.get(OVERRIDES).cloned();
    let mut layers = Layers::new();
    layers.push(LayerName::Base, model);
    for entry in environments.iter().filter_map(Node::as_map).flatten() {
        let environment = Environment::new(&entry.key.to_string());
        layers.push(LayerName::Environment(environment), entry.value.clone());
    }
    Workload {
        name: name.to_owned(),
        layers,
        rules: Arc::new(FleetRules),
    }
}

#[derive(Debug)]
struct FleetRules;

impl WorkloadRules for FleetRules {
    fn overridable(&self) -> &'static [&'static str] {
        &[SETTINGS]
    }

    fn overrides_key(&self) -> Option<&'static str> {
        Some(OVERRIDES)
    }

    fn finish(&self, mut merged: Node, _: &Layers, said: &mut Diagnostics) -> Node {
        let mut found = Vec::new();
        Reader::again("fleet", &mut found).model(&MODEL, &mut merged);
        let bound = |key| merged.get(SETTINGS)?.get(key)?.as_i64();
        if let (Some(min), Some(max)) = (bound("min_replicas"), bound("max_replicas"))
            && min > max
        {
            let message = format!("min_replicas is {min}, which is above max_replicas, {max}");
            found.push(Diagnostic::error("fleet::bounds", message).at(merged.span()));
        }
        said.absorb(found);
        merged
    }

    fn with_defaults(&self, finished: &Node) -> Node {
        dump(&MODEL, finished, Form::Full)
    }

    fn compact(&self, finished: &Node) -> Node {
        dump(&MODEL, finished, Form::Compact)
    }
}

plimsoll_sdk::plugin! {
    name: "fleet",
    sources: [("fleet", "A fleet.yaml: the load lines of many models in one file.", Fleet::new)],
}
