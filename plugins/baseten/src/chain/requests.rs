//! Chains over REST: one method each, one attempt each.

use plimsoll_baseten_api as api;
use reqwest::{Method, Url};
use serde::Deserialize;

use crate::client::Client;
use crate::client::requests::NO_BODY;
use crate::error::ApiError;

/// A list of environments.
#[derive(Debug, Deserialize)]
pub(crate) struct EnvironmentNames {
    pub(crate) environments: Vec<EnvironmentName>,
}

/// An environment, as far as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct EnvironmentName {
    pub(crate) name: String,
}

impl Client {
    /// `GET /v1/instance_types`.
    pub(crate) async fn instance_types(&self) -> Result<api::InstanceTypes, ApiError> {
        let url = self.url(&["instance_types"]);
        self.send("list the instance types", Method::GET, url, NO_BODY)
            .await
    }

    /// `GET /v1/chains/{chain}/deployments`.
    pub(crate) async fn chain_deployments(
        &self,
        chain: &str,
    ) -> Result<api::ChainDeployments, ApiError> {
        let url = self.url(&["chains", chain, "deployments"]);
        let what = "list the chain's deployments";
        self.send(what, Method::GET, url, NO_BODY).await
    }

    /// `GET /v1/chains/{chain}/environments`, of which the names are read: the OpenAPI document
    /// gives the list another type than the one.
    pub(crate) async fn chain_environments(
        &self,
        chain: &str,
    ) -> Result<EnvironmentNames, ApiError> {
        let url = self.url(&["chains", chain, "environments"]);
        let what = "list the chain's environments";
        self.send(what, Method::GET, url, NO_BODY).await
    }

    /// `GET /v1/chains/{chain}/environments/{environment}`.
    pub(crate) async fn chain_environment(
        &self,
        chain: &str,
        environment: &str,
    ) -> Result<api::ChainEnvironment, ApiError> {
        let url = self.url(&["chains", chain, "environments", environment]);
        let what = "read the chain's environment";
        self.send(what, Method::GET, url, NO_BODY).await
    }

    /// `POST /v1/chains/{chain}/environments`.
    pub(crate) async fn create_chain_environment(
        &self,
        chain: &str,
        request: &api::CreateChainEnvironmentRequest,
    ) -> Result<api::ChainEnvironment, ApiError> {
        let url = self.url(&["chains", chain, "environments"]);
        self.send("create the environment", Method::POST, url, Some(request))
            .await
    }

    /// `PATCH …/environments/{environment}/chainlet_settings/autoscaling_settings`.
    pub(crate) async fn update_chainlet_settings(
        &self,
        chain: &str,
        environment: &str,
        request: &api::UpdateChainletAutoscalingRequest,
    ) -> Result<api::SettingsUpdated, ApiError> {
        let url = self.chainlet_settings_url(chain, environment, &["autoscaling_settings"]);
        let what = "change the chainlets' settings";
        self.send(what, Method::PATCH, url, Some(request)).await
    }

    /// `POST …/environments/{environment}/chainlet_settings/instance_types/update`.
    pub(crate) async fn update_chainlet_instance_types(
        &self,
        chain: &str,
        environment: &str,
        request: &api::UpdateChainletInstanceTypesRequest,
    ) -> Result<api::UpdateChainletInstanceTypesResponse, ApiError> {
        let url = self.chainlet_settings_url(chain, environment, &["instance_types", "update"]);
        let what = "change the chainlets' instance types";
        self.send(what, Method::POST, url, Some(request)).await
    }

    fn chainlet_settings_url(&self, chain: &str, environment: &str, rest: &[&str]) -> Url {
        let path = [
            "chains",
            chain,
            "environments",
            environment,
            "chainlet_settings",
        ];
        self.url(&[&path, rest].concat())
    }
}
