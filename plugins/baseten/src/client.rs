//! The REST client: one method a request, one attempt each.

use plimsoll_baseten_api as api;
use reqwest::{Method, StatusCode, Url, header};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::error::{ApiError, OptionsError};
use crate::options::Options;
use crate::retry::retry_after;
use crate::tls;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// The longest message of the platform's that is passed on, in characters.
const LONGEST_MESSAGE: usize = 4000;

/// A request without a body.
const NO_BODY: Option<&()> = None;

/// Sends requests to one platform with one key.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    options: Options,
}

impl Client {
    pub(crate) fn new(options: Options) -> Result<Self, OptionsError> {
        let timeouts = options.timeouts;
        let http = tls::client(&options.url, timeouts.connect, timeouts.request)?;
        Ok(Self { http, options })
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

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

    /// Takes the key out of a text that came from elsewhere.
    pub(crate) fn redact(&self, text: &str) -> String {
        let text = text.replace(self.options.api_key.expose_secret(), "[key]");
        match text.char_indices().nth(LONGEST_MESSAGE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    fn models_url(&self, team_id: Option<&str>) -> Url {
        match team_id {
            Some(team) => self.url(&["teams", team, "models"]),
            None => self.url(&["models"]),
        }
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.options.url.clone();
        // It fails for an address that cannot be a base, such as `data:`, and options hold none.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        url
    }

    async fn send<T: DeserializeOwned>(
        &self,
        what: &'static str,
        method: Method,
        url: Url,
        body: Option<&impl Serialize>,
    ) -> Result<T, ApiError> {
        let mut request = self
            .http
            .request(method, url)
            .bearer_auth(self.options.api_key.expose_secret())
            .header(header::ACCEPT, "application/json");
        if let Some(body) = body {
            request = request.json(body);
        }
        let failed = |error: reqwest::Error| self.transport(what, error);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(retry_after);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > LONGEST_ANSWER {
                let reason = format!("it is longer than {LONGEST_ANSWER} bytes");
                return Err(ApiError::Answer { what, reason });
            }
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|error| ApiError::Answer {
                what,
                reason: self.redact(&error.to_string()),
            });
        }
        Err(ApiError::Status {
            what,
            status: status.as_u16(),
            message: self.redact(&message_of(status, &bytes)),
            retry_after: after,
        })
    }

    fn transport(&self, what: &'static str, error: reqwest::Error) -> ApiError {
        // A connection that was not made in time is a time-out too: it comes first.
        let connecting = error.is_connect();
        let reason = self.redact(&reason_of(&error.without_url()));
        if connecting {
            ApiError::Unreachable { what, reason }
        } else {
            ApiError::Lost { what, reason }
        }
    }
}

/// The innermost cause and the outermost word on it: the layers between repeat both.
pub(crate) fn reason_of(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    let (outer, inner) = (error.to_string(), root.to_string());
    if outer.contains(&inner) {
        outer
    } else {
        format!("{outer}: {inner}")
    }
}

/// What the platform says went wrong. Errors have no schema: `message` is what the official
/// clients show.
fn message_of(status: StatusCode, body: &[u8]) -> String {
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let message = json.as_ref().and_then(|json| json.get("message"));
    if let Some(message) = message
        .and_then(Json::as_str)
        .filter(|text| !text.is_empty())
    {
        return message.to_owned();
    }
    let text = String::from_utf8_lossy(body);
    match text.trim() {
        "" => status.canonical_reason().unwrap_or("no message").to_owned(),
        text => text.to_owned(),
    }
}
