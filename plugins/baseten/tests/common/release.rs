//! Releases made by hand: effective settings without a source.

use std::sync::Arc;

use plimsoll_core::context::{BuildContext, ContextFile};
use plimsoll_core::diagnostic::Diagnostics;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::Layers;
use plimsoll_core::manifest::{ManifestKind, Workload};
use plimsoll_core::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll_core::rules::WorkloadRules;
use plimsoll_core::value::{Node, Origin};
use serde_json::{Value as Json, json};

/// Takes everything as it is.
#[derive(Debug)]
struct AnyRules;

impl WorkloadRules for AnyRules {
    fn overridable(&self) -> &'static [&'static str] {
        &["resources", "autoscaling_settings"]
    }
    fn finish(&self, merged: Node, _: &Layers, _: &mut Diagnostics) -> Node {
        merged
    }
    fn with_defaults(&self, finished: &Node) -> Node {
        finished.clone()
    }
    fn compact(&self, finished: &Node) -> Node {
        finished.clone()
    }
}

/// A Truss of one file and a configuration.
#[derive(Clone, Debug)]
pub struct Truss {
    pub name: String,
    pub environment: Option<&'static str>,
    pub resources: Json,
    pub autoscaling: Json,
    pub files: Vec<(String, Vec<u8>)>,
    pub overridden: Vec<String>,
    pub options: ReleaseOptions,
    pub raw_config: Option<String>,
}

impl Truss {
    pub fn new(environment: Option<&'static str>) -> Self {
        Self {
            name: "bert".to_owned(),
            environment,
            resources: json!({}),
            autoscaling: json!({}),
            files: vec![("model/model.py".to_owned(), b"class Model: pass\n".to_vec())],
            overridden: Vec::new(),
            options: ReleaseOptions::default(),
            raw_config: Some("model_name: bert\n".to_owned()),
        }
    }

    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), bytes.into()));
        self
    }

    pub fn resources(mut self, resources: Json) -> Self {
        self.resources = resources;
        self
    }

    pub fn autoscaling(mut self, autoscaling: Json) -> Self {
        self.autoscaling = autoscaling;
        self
    }

    pub fn overrides(mut self, key: &str) -> Self {
        self.overridden.push(key.to_owned());
        self
    }

    pub fn release(&self) -> Release {
        let files = self
            .files
            .iter()
            .map(|(path, bytes)| ContextFile::of_bytes(path, bytes.clone()))
            .chain([ContextFile::of_bytes("config.yaml", *b"model_name: bert\n")]);
        self.release_of(BuildContext::new(files.collect()).unwrap())
    }

    pub fn release_of(&self, context: BuildContext) -> Release {
        let mut resources = json!({
            "cpu": "1", "memory": "2Gi", "accelerator": null, "use_gpu": false,
        });
        for (key, value) in self.resources.as_object().unwrap() {
            resources[key] = value.clone();
        }
        resources["use_gpu"] = json!(!resources["accelerator"].is_null());
        let config = json!({
            "model_name": self.name,
            "python_version": "py311",
            "requirements": [],
            "environment_variables": {"SECRET_SETTING": "canary-environment-variable"},
            "resources": resources,
        });
        let mut written = json!({"model_name": self.name, "resources": self.resources});
        if self.autoscaling != json!({}) {
            written["autoscaling_settings"] = self.autoscaling.clone();
        }
        let environment = self.environment.map(Environment::new);
        let workload = Workload {
            name: self.name.clone(),
            layers: Layers::new(),
            rules: Arc::new(AnyRules),
        };
        let effective = Effective::checked(
            &workload,
            environment.as_ref(),
            Node::from_json(&written, Origin::default()),
            self.overridden.clone(),
            Diagnostics::default(),
        )
        .unwrap();
        let digest = context.digest(&config, &mut |_| ()).unwrap();
        Release {
            kind: ManifestKind::Truss,
            name: self.name.clone(),
            environment,
            workloads: vec![ReleaseWorkload {
                effective,
                config,
                raw_config: self.raw_config.as_deref().map(Into::into),
                context,
                digest,
            }],
            source: None,
            options: self.options.clone(),
        }
    }
}
