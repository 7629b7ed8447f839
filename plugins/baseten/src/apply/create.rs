//! Creating environments, models and deployments, each once.

use plimsoll_baseten_api::{
    CreateDeploymentRequest, CreateEnvironmentRequest, CreateModelRequest, CreatedDeployment,
    DeploymentPayload, DeploymentSource, Model, ModelSource, SourceKind,
};
use plimsoll_core::deployer::DeployError;

use crate::error::ApiError;
use crate::labels::{PUSH_ID_LABEL, label};
use crate::once::once;
use crate::session::Session;

/// Creates an environment.
pub(super) async fn environment(
    session: &Session<'_>,
    model: &str,
    request: &CreateEnvironmentRequest,
) -> Result<(), DeployError> {
    let name = &request.name;
    let create = || async {
        session
            .client
            .create_environment(model, request)
            .await
            .map(drop)
    };
    let find = || async {
        match session.environment(model, name).await {
            Ok(_) => Ok(Some(())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    };
    once(session, create, find)
        .await
        .map_err(|failed| failed.into_deploy(&format!("the environment `{name}`")))
}

/// The creation of one deployment.
pub(super) struct Creation<'a> {
    pub(super) session: &'a Session<'a>,
    /// The model's name.
    pub(super) name: &'a str,
    pub(super) team_id: Option<String>,
    /// What finds the deployment again.
    pub(super) push_id: &'a str,
}

impl Creation<'_> {
    /// Creates a deployment of a model.
    pub(super) async fn deployment(
        &self,
        model: &str,
        deployment: DeploymentPayload,
        s3_key: Option<String>,
    ) -> Result<CreatedDeployment, DeployError> {
        let request = CreateDeploymentRequest {
            source: DeploymentSource {
                kind: SourceKind::ModelArchive,
                deployment,
                s3_key,
            },
        };
        let create = || self.session.client.create_deployment(model, &request);
        let find = || self.find();
        once(self.session, create, find)
            .await
            .map_err(|failed| failed.into_deploy(&self.what()))
    }

    /// Creates a model with its first deployment.
    pub(super) async fn model(
        &self,
        deployment: DeploymentPayload,
        s3_key: Option<String>,
    ) -> Result<CreatedDeployment, DeployError> {
        let request = CreateModelRequest {
            source: ModelSource {
                kind: SourceKind::ModelArchive,
                name: self.name.to_owned(),
                deployment,
                s3_key,
                disable_archive_download: false,
            },
        };
        let team = self.team_id.as_deref();
        let create = || self.session.client.create_model(team, &request);
        let find = || self.find();
        once(self.session, create, find)
            .await
            .map_err(|failed| failed.into_deploy(&self.what()))
    }

    fn what(&self) -> String {
        format!(
            "a deployment of the model `{}` with the label {PUSH_ID_LABEL}={}",
            self.name, self.push_id
        )
    }

    /// The deployment that an earlier attempt of this push created.
    async fn find(&self) -> Result<Option<CreatedDeployment>, ApiError> {
        let team = self.team_id.as_deref();
        for model in self.session.models(team, self.name).await? {
            let deployments = self.session.deployments(&model.id).await?;
            let ours = deployments
                .into_iter()
                .find(|found| label(found, PUSH_ID_LABEL) == Some(self.push_id));
            if let Some(deployment) = ours {
                let model: Model = model;
                return Ok(Some(CreatedDeployment { model, deployment }));
            }
        }
        Ok(None)
    }
}
