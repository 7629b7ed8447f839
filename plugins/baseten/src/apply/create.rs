//! Creating things once: what may have happened is looked up before it is tried again.

use std::future::Future;
use std::time::Duration;

use plimsoll_baseten_api::{
    CreateDeploymentRequest, CreateEnvironmentRequest, CreateModelRequest, CreatedDeployment,
    DeploymentPayload, DeploymentSource, Model, ModelSource, SourceKind,
};
use plimsoll_core::deployer::{DeployError, DeployErrorKind};

use crate::error::ApiError;
use crate::labels::{PUSH_ID_LABEL, label};
use crate::session::Session;

/// How often to look for what may have been created, before it is taken not to have been. A
/// platform may still be at work on a request that it no longer answers.
const LOOKS: u32 = 3;

/// The longest time between two looks.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

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

/// A creation that failed.
#[derive(Debug)]
struct Failed {
    error: ApiError,
    /// Whether it may have been done all the same.
    in_doubt: bool,
}

impl Failed {
    fn into_deploy(self, what: &str) -> DeployError {
        let interrupted = self.error == ApiError::Interrupted;
        let error = DeployError::from(self.error);
        if !self.in_doubt {
            return error;
        }
        let error = error.left_behind(format!("{what} may have been created"));
        if error.kind == DeployErrorKind::Unavailable || interrupted {
            error.hint("plan again to see what is live")
        } else {
            error
        }
    }
}

/// Creates something at most once: an attempt whose outcome is not known is followed by looking for
/// what it may have created, and only when that is not there by another attempt.
///
/// An attempt is not stopped by the user: it ends soon, and then it is known what there is.
async fn once<T, Create, Creating, Find, Finding>(
    session: &Session<'_>,
    create: Create,
    find: Find,
) -> Result<T, Failed>
where
    Create: Fn() -> Creating + Send + Sync,
    Creating: Future<Output = Result<T, ApiError>> + Send,
    Find: Fn() -> Finding + Send + Sync,
    Finding: Future<Output = Result<Option<T>, ApiError>> + Send,
    T: Send,
{
    let (mut failures, mut in_doubt) = (0, false);
    loop {
        let error = match create().await {
            Ok(created) => return Ok(created),
            Err(error) => error,
        };
        failures += 1;
        in_doubt |= error.may_have_happened();
        if in_doubt {
            match look(session, &find).await {
                Ok(Some(created)) => return Ok(created),
                // Whoever refuses a second attempt has not done the first either, as it would
                // have been found.
                Ok(None) => {}
                Err(error) => return Err(Failed { error, in_doubt }),
            }
        }
        let again = error.is_transient() || error.may_have_happened();
        if !again || failures > session.options().retries.count {
            let in_doubt = in_doubt && again;
            return Err(Failed { error, in_doubt });
        }
        let after = error.retry_after();
        if let Err(error) = session.back_off(failures, error.to_string(), after).await {
            return Err(Failed { error, in_doubt });
        }
    }
}

async fn look<T, Find, Finding>(session: &Session<'_>, find: &Find) -> Result<Option<T>, ApiError>
where
    Find: Fn() -> Finding + Send + Sync,
    Finding: Future<Output = Result<Option<T>, ApiError>> + Send,
{
    let mut pause = session.options().retries.delay;
    for look in 1..=LOOKS {
        if let Some(found) = find().await? {
            return Ok(Some(found));
        }
        if look < LOOKS {
            session.pause(pause).await?;
            pause = pause.saturating_mul(2).min(LONGEST_LOOK);
        }
    }
    Ok(None)
}
