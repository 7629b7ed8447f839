//! Releases that the kit makes: one model, as it changes.

use std::sync::Arc;

use plimsoll_core::context::{BuildContext, ContextFile};
use plimsoll_core::digest::BuildDigester;
use plimsoll_core::effective::Effective;
use plimsoll_core::environment::Environment;
use plimsoll_core::layer::{LayerName, Layers};
use plimsoll_core::manifest::{ManifestKind, Workload};
use plimsoll_core::release::{Release, ReleaseOptions, ReleaseWorkload};
use plimsoll_core::value::{Node, Origin};
use serde_json::{Value as Json, json};

use super::merge;
use super::rules::KitRules;

/// What must show nowhere: an environment variable of the releases has it.
pub const CANARY: &str = "canary-of-the-kit";

/// One Truss of this name, three times: new, with other autoscaling settings, with another file. All
/// are for `production`.
#[must_use]
pub fn releases(name: &str) -> Vec<Release> {
    [
        (json!({ "min_replicas": 1, "max_replicas": 3 }), "1"),
        (json!({ "min_replicas": 2, "max_replicas": 3 }), "1"),
        (json!({ "min_replicas": 2, "max_replicas": 3 }), "2"),
    ]
    .into_iter()
    .filter_map(|(settings, version)| release(name, &settings, version))
    .collect()
}

fn release(name: &str, settings: &Json, version: &str) -> Option<Release> {
    let environment = Environment::production();
    let resources = json!({ "cpu": "1", "memory": "2Gi", "accelerator": null, "use_gpu": false });
    let written = json!({
        "model_name": name,
        "resources": resources,
        "autoscaling_settings": settings,
    });
    let config = json!({
        "model_name": name,
        "python_version": "py311",
        "requirements": [],
        "environment_variables": { "SETTING": CANARY },
        "resources": resources,
    });
    let mut layers = Layers::new();
    layers.push(
        LayerName::Base,
        Node::from_json(&written, Origin::default()),
    );
    let workload = Workload {
        name: name.to_owned(),
        layers,
        rules: Arc::new(KitRules),
    };
    let raw_config = format!("model_name: {name}\n");
    let code = format!("class Model:\n    VERSION = {version}\n");
    let files = vec![
        ContextFile::of_bytes("config.yaml", raw_config.clone().into_bytes()),
        ContextFile::of_bytes("model/model.py", code.into_bytes()),
    ];
    // Files in memory can be read, and these make a context; who sees less of them sees it at once.
    let context = BuildContext::new(files).ok()?;
    let digest = context
        .digest(&config, &mut |_| {})
        .unwrap_or_else(|_| BuildDigester::new().finish(&config));
    let effective: Effective =
        merge::resolve(&workload, Some(&environment), &Arc::default()).ok()?;
    Some(Release {
        kind: ManifestKind::Truss,
        name: name.to_owned(),
        environment: Some(environment),
        workloads: vec![ReleaseWorkload {
            effective,
            config,
            raw_config: Some(raw_config.into()),
            context,
            digest,
        }],
        source: None,
        options: ReleaseOptions::default(),
    })
}
