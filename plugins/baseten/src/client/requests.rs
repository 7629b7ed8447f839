//! The requests: one method each, one attempt each.

use plimsoll_baseten_api as api;
use reqwest::Method;

use super::Client;
use crate::error::ApiError;

/// A request without a body.
pub(crate) const NO_BODY: Option<&()> = None;

impl Client {
    /// `GET /v1/teams`.
    pub(crate) async fn teams(&self) -> Result<api::Teams, ApiError> {
        let url = self.url(&["teams"]);
        self.send("list the teams", Method::GET, url, NO_BODY).await
    }

    /// `GET /v1/models?name=`, of one team where one is given.
    pub(crate) async fn models(
        &self,
        team_id: Option<&str>,
        name: &str,
    ) -> Result<api::Models, ApiError> {
        let mut url = self.models_url(team_id);
        url.query_pairs_mut().append_pair("name", name);
        self.send("find the model", Method::GET, url, NO_BODY).await
    }

    /// `GET /v1/models/{model}/environments`.
    pub(crate) async fn environments(&self, model: &str) -> Result<api::Environments, ApiError> {
        let url = self.url(&["models", model, "environments"]);
        self.send("list the environments", Method::GET, url, NO_BODY)
            .await
    }

    /// `GET /v1/models/{model}/environments/{environment}`.
    pub(crate) async fn environment(
        &self,
        model: &str,
        environment: &str,
    ) -> Result<api::Environment, ApiError> {
        let url = self.url(&["models", model, "environments", environment]);
        self.send("read the environment", Method::GET, url, NO_BODY)
            .await
    }

    /// `GET /v1/models/{model}/deployments`.
    pub(crate) async fn deployments(&self, model: &str) -> Result<api::Deployments, ApiError> {
        let url = self.url(&["models", model, "deployments"]);
        self.send("list the deployments", Method::GET, url, NO_BODY)
            .await
    }

    /// `GET /v1/models/{model}/deployments/{deployment}`.
    pub(crate) async fn deployment(
        &self,
        model: &str,
        deployment: &str,
    ) -> Result<api::Deployment, ApiError> {
        let url = self.url(&["models", model, "deployments", deployment]);
        self.send("read the deployment", Method::GET, url, NO_BODY)
            .await
    }

    /// `GET /v1/models/{model}/deployments/{deployment}/config`.
    pub(crate) async fn deployment_config(
        &self,
        model: &str,
        deployment: &str,
    ) -> Result<api::DeploymentConfig, ApiError> {
        let url = self.url(&["models", model, "deployments", deployment, "config"]);
        let what = "read the deployment's configuration";
        self.send(what, Method::GET, url, NO_BODY).await
    }

    /// `POST /v1/models/{model}/deployments/{deployment}/logs`: the newest lines, newest first.
    pub(crate) async fn logs(
        &self,
        model: &str,
        deployment: &str,
        limit: u32,
    ) -> Result<api::Logs, ApiError> {
        let url = self.url(&["models", model, "deployments", deployment, "logs"]);
        let query = api::LogsQuery {
            limit: Some(limit),
            direction: Some(api::SortOrder::Desc),
            ..api::LogsQuery::default()
        };
        self.send("read the logs", Method::POST, url, Some(&query))
            .await
    }

    /// `POST /v1/prepare_model_upload`.
    pub(crate) async fn prepare(
        &self,
        request: &api::PrepareModelUploadRequest,
    ) -> Result<api::PrepareModelUploadResponse, ApiError> {
        let url = self.url(&["prepare_model_upload"]);
        let what = if request.dry_run {
            "check the deployment"
        } else {
            "prepare the upload"
        };
        self.send(what, Method::POST, url, Some(request)).await
    }

    /// `POST /v1/models`, or a team's.
    pub(crate) async fn create_model(
        &self,
        team_id: Option<&str>,
        request: &api::CreateModelRequest,
    ) -> Result<api::CreatedDeployment, ApiError> {
        let url = self.models_url(team_id);
        self.send("create the model", Method::POST, url, Some(request))
            .await
    }

    /// `POST /v1/models/{model}/deployments`.
    pub(crate) async fn create_deployment(
        &self,
        model: &str,
        request: &api::CreateDeploymentRequest,
    ) -> Result<api::CreatedDeployment, ApiError> {
        let url = self.url(&["models", model, "deployments"]);
        self.send("create the deployment", Method::POST, url, Some(request))
            .await
    }

    /// `POST /v1/models/{model}/environments`.
    pub(crate) async fn create_environment(
        &self,
        model: &str,
        request: &api::CreateEnvironmentRequest,
    ) -> Result<api::Environment, ApiError> {
        let url = self.url(&["models", model, "environments"]);
        self.send("create the environment", Method::POST, url, Some(request))
            .await
    }

    /// `PATCH /v1/models/{model}/environments/{environment}`.
    pub(crate) async fn update_environment(
        &self,
        model: &str,
        environment: &str,
        settings: &api::UpdateAutoscalingSettings,
    ) -> Result<api::SettingsUpdated, ApiError> {
        let url = self.url(&["models", model, "environments", environment]);
        let request = api::UpdateEnvironmentRequest {
            autoscaling_settings: Some(settings.clone()),
            promotion_settings: None,
        };
        let what = "change the environment's settings";
        self.send(what, Method::PATCH, url, Some(&request)).await
    }

    /// `PATCH /v1/models/{model}/deployments/{deployment}/autoscaling_settings`.
    pub(crate) async fn update_deployment(
        &self,
        model: &str,
        deployment: &str,
        settings: &api::UpdateAutoscalingSettings,
    ) -> Result<api::SettingsUpdated, ApiError> {
        let url = self.url(&[
            "models",
            model,
            "deployments",
            deployment,
            "autoscaling_settings",
        ]);
        let what = "change the deployment's settings";
        self.send(what, Method::PATCH, url, Some(settings)).await
    }
}
