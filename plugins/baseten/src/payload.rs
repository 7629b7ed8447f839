//! What is said about a deployment when it is checked, prepared and created: the same each time.

use plimsoll_baseten_api::{self as api, DeploymentPayload, JsonObject, limits};
use plimsoll_core::autoscaling::AutoscalingSettings;
use plimsoll_core::release::{Release, ReleaseWorkload};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Where in a payload the platform takes autoscaling settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placement {
    /// As the key `autoscaling_settings` of the configuration.
    pub(crate) config: bool,
    /// As the payload's own `autoscaling_settings`.
    pub(crate) payload: bool,
}

impl Placement {
    /// What to ask a platform for, best first.
    pub(crate) const ALL: [Self; 4] = [
        Self {
            config: true,
            payload: true,
        },
        Self {
            config: false,
            payload: true,
        },
        Self {
            config: true,
            payload: false,
        },
        Self {
            config: false,
            payload: false,
        },
    ];

    pub(crate) fn words(self) -> &'static str {
        match (self.config, self.payload) {
            (true, true) => "in the configuration and beside it",
            (false, true) => "beside the configuration, but not in it",
            (true, false) => "in the configuration, but not beside it",
            (false, false) => "neither in the configuration nor beside it",
        }
    }
}

/// What a payload is made of.
pub(crate) struct PayloadParts<'a> {
    pub(crate) release: &'a Release,
    pub(crate) workload: &'a ReleaseWorkload,
    /// The environment, unless there is none or it does not exist yet.
    pub(crate) environment: Option<&'a str>,
    /// Whether the environment is to be created with the deployment.
    pub(crate) create_environment: bool,
    pub(crate) preserve: bool,
    pub(crate) placement: Placement,
    pub(crate) labels: JsonObject,
}

impl PayloadParts<'_> {
    pub(crate) fn build(self) -> DeploymentPayload {
        let settings = self.workload.autoscaling();
        let in_config = self.placement.config.then_some(&settings);
        let mut payload = DeploymentPayload::new(config(self.workload, in_config));
        payload.raw_config = raw_config(self.workload).map(str::to_owned);
        payload.user_env = Some(JsonObject::from_iter([(
            "plimsoll_version".to_owned(),
            Json::from(env!("CARGO_PKG_VERSION")),
        )]));
        if let Some(environment) = self.environment {
            payload.environment_name = Some(environment.to_owned());
            payload.preserve_env_instance_type = self.preserve;
            // Platforms that do not know the key are not troubled with it needlessly.
            payload.create_environment_if_missing = self.create_environment.then_some(true);
        }
        let options = &self.release.options;
        payload.deploy_timeout_minutes = options.deploy_timeout_minutes;
        payload.deployment_name.clone_from(&options.deployment_name);
        payload.labels = Some(self.labels);
        if self.placement.payload && !settings.is_empty() {
            payload.autoscaling_settings = Some(wire(&settings));
        }
        payload
    }
}

/// The configuration as it is sent: without what is Plimsoll's own, but for the settings where the
/// platform takes them there.
fn config(workload: &ReleaseWorkload, settings: Option<&AutoscalingSettings>) -> JsonObject {
    let mut config = workload.config.as_object().cloned().unwrap_or_default();
    config.shift_remove("environment_overrides");
    config.shift_remove("autoscaling_settings");
    if let Some(settings) = settings.filter(|settings| !settings.is_empty()) {
        let written = settings
            .written()
            .map(|(field, value)| (field.name.to_owned(), Json::from(value)));
        config.insert(
            "autoscaling_settings".to_owned(),
            written.collect::<JsonObject>().into(),
        );
    }
    config
}

/// The configuration as the user wrote it, unless it is longer than the platform keeps.
pub(crate) fn raw_config(workload: &ReleaseWorkload) -> Option<&str> {
    let raw = workload.raw_config.as_deref()?;
    (raw.len() <= limits::RAW_CONFIG_MAX_BYTES).then_some(raw)
}

/// The settings under the names they have on the wire.
pub(crate) fn wire(settings: &AutoscalingSettings) -> api::UpdateAutoscalingSettings {
    api::UpdateAutoscalingSettings {
        min_replica: settings.min_replicas,
        max_replica: settings.max_replicas,
        autoscaling_window: settings.scaling_window_seconds,
        scale_down_delay: settings.scale_down_delay_seconds,
        concurrency_target: settings.concurrency_target,
        target_utilization_percentage: settings.target_utilization_percentage,
        target_in_flight_tokens: settings.target_in_flight_tokens.map(u64::from),
        max_scale_down_rate: settings.max_scale_down_rate,
    }
}
