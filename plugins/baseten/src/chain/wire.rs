//! Chains over GraphQL: one method each, one attempt each.

use plimsoll_baseten_api::graphql::{
    self, ChainDeploymentAnswer, ChainDeploymentRef, ChainRef, ChainS3Credentials, ChainletRef,
    Chains, DeployChain, DeployChainAtomic, ModelS3Credentials, S3Upload, TrussValidation,
    ValidationVerdict,
};
use plimsoll_baseten_api::{JsonObject, PrepareModelUploadResponse, S3Credentials};

use crate::client::Client;
use crate::error::ApiError;

impl Client {
    /// The chains of a team, or all.
    pub(super) async fn chains(&self, team_id: Option<&str>) -> Result<Vec<ChainRef>, ApiError> {
        let request = graphql::chains(team_id);
        let found: Chains = self.graphql("list the chains", &request).await?;
        Ok(found.chains)
    }

    /// Whether the platform takes a configuration, which is JSON in base64.
    pub(super) async fn validate(&self, config: &str) -> Result<ValidationVerdict, ApiError> {
        let request = graphql::truss_validation(config, &user_env());
        let found: TrussValidation = self.graphql("check the configuration", &request).await?;
        Ok(found.truss_validation)
    }

    /// Where the archive of a chainlet goes.
    pub(super) async fn chainlet_upload(&self) -> Result<PrepareModelUploadResponse, ApiError> {
        let request = graphql::model_s3_upload_credentials();
        let found: ModelS3Credentials = self.graphql("prepare the upload", &request).await?;
        Ok(destination(found.model_s3_upload_credentials))
    }

    /// Where the archive of a chain's source goes.
    pub(super) async fn source_upload(&self) -> Result<PrepareModelUploadResponse, ApiError> {
        let request = graphql::chain_s3_upload_credentials();
        let found: ChainS3Credentials = self.graphql("prepare the upload", &request).await?;
        Ok(destination(found.chain_s3_upload_credentials))
    }

    /// Deploys a whole chain, or nothing.
    pub(super) async fn deploy_chain(
        &self,
        push: &DeployChain,
    ) -> Result<ChainDeploymentRef, ApiError> {
        let request = graphql::deploy_chain_atomic(push);
        let made: DeployChainAtomic = self.graphql("deploy the chain", &request).await?;
        Ok(made.deploy_chain_atomic.chain_deployment)
    }

    /// The chainlets of a deployment, with the models behind them.
    pub(super) async fn chainlets(&self, deployment: &str) -> Result<Vec<ChainletRef>, ApiError> {
        let request = graphql::chain_deployment(deployment);
        let what = "read the chain's deployment";
        let found: ChainDeploymentAnswer = self.graphql(what, &request).await?;
        Ok(found.chain_deployment.chainlets)
    }
}

fn destination(upload: S3Upload) -> PrepareModelUploadResponse {
    PrepareModelUploadResponse {
        creds: Some(S3Credentials {
            aws_access_key_id: upload.aws_access_key_id,
            aws_secret_access_key: upload.aws_secret_access_key,
            aws_session_token: upload.aws_session_token,
        }),
        s3_bucket: Some(upload.s3_bucket),
        s3_key: Some(upload.s3_key),
        s3_region: upload.region_name,
        endpoint_url: upload.endpoint_url,
    }
}

/// What the maker's machine runs.
pub(super) fn user_env() -> JsonObject {
    JsonObject::from_iter([(
        "plimsoll_version".to_owned(),
        env!("CARGO_PKG_VERSION").into(),
    )])
}
