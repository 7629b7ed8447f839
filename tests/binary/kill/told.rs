//! What a client was told, which a platform must hold from then on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::project::{Push, Settings};

/// What the output of one push says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) environment: bool,
    pub(super) settings: bool,
    /// The key that the archive was uploaded under.
    pub(super) uploaded: Option<String>,
    /// A deployment and its model.
    pub(super) deployed: Option<(String, String)>,
}

impl Said {
    /// Reads the output. A line without an end was not said yet.
    pub(super) fn read(output: &str) -> Self {
        let mut said = Self::default();
        for line in output.split_inclusive('\n') {
            let Some((first, rest)) = line
                .strip_suffix('\n')
                .and_then(|line| line.trim_start().split_once(' '))
            else {
                continue;
            };
            match (first, rest.trim()) {
                ("create-environment", rest) => said.environment |= rest.ends_with("exists"),
                ("update-settings", rest) => said.settings |= rest.ends_with("has the settings"),
                ("upload", rest) => {
                    let key = rest.split_once("plimsoll-uploads/");
                    said.uploaded = key.map(|(_, key)| key.to_owned());
                }
                ("deploy", rest) => {
                    // "the deployment D of the model M is BUILDING"
                    let words: Vec<&str> = rest.split(' ').collect();
                    said.deployed = Some((words[2].to_owned(), words[6].to_owned()));
                }
                _ => {}
            }
        }
        said
    }

    /// What a push says that came to its end.
    pub(super) fn whole(report: &Json) -> Self {
        let deployed = &report["outcome"]["deployments"][0];
        let text = |key: &str| deployed[key].as_str().unwrap().to_owned();
        Self {
            environment: true,
            settings: true,
            uploaded: None,
            deployed: Some((text("deployment_id"), text("model_id"))),
        }
    }
}

/// Everything that was told since the platform was empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Deployments, with their models.
    pub(super) deployments: BTreeMap<String, String>,
    pub(super) uploads: BTreeSet<String>,
    pub(super) environments: BTreeMap<String, Environment>,
}

/// What was told about an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Environment {
    pub(super) settings: Settings,
    /// What serves it, unless nothing was deployed to it yet.
    pub(super) current: Option<String>,
}

impl Told {
    /// Takes in what came of a push.
    pub(super) fn hear(&mut self, push: &Push, said: &Said) {
        let known = self.environments.get(&push.environment);
        let mut environment = known.cloned().unwrap_or(Environment {
            settings: push.settings,
            current: None,
        });
        if said.environment || said.settings || said.deployed.is_some() {
            environment.settings = push.settings;
            if let Some((deployment, model)) = &said.deployed {
                self.deployments.insert(deployment.clone(), model.clone());
                environment.current = Some(deployment.clone());
            }
            self.environments
                .insert(push.environment.clone(), environment);
        }
        self.uploads.extend(said.uploaded.clone());
    }
}
