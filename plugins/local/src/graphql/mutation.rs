//! The fields that push.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use plimsoll_baseten_api::DeploymentPayload;

use super::BaseUrl;
use super::input::{self, ChainletInput, JsonString, ModelOrigin};
use super::query::check_team;
use super::types::{ChainDeployment, CreatedVersion, DeployedChain, ModelVersion};
use crate::control::chain::deploy::{self, ChainPush, ChainletPush};
use crate::control::push::{self, Source, Target};
use crate::control::{chain, find};
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::store::{DeploymentRow, ModelRow};

pub(super) struct Mutation;

/// What all pushes of a model have in common.
struct Sent {
    s3_key: String,
    payload: DeploymentPayload,
}

fn sent(
    s3_key: String,
    config: &str,
    raw_config: Option<&str>,
    truss_user_env: Option<&str>,
    labels: Option<&JsonString>,
) -> Result<Sent, Refusal> {
    let mut payload = DeploymentPayload::new(input::encoded_object("config", config)?);
    payload.raw_config = raw_config
        .map(|raw| input::encoded_text("raw_config", raw))
        .transpose()?;
    payload.user_env = input::object("truss_user_env", truss_user_env)?;
    payload.labels = input::object("user_deploy_metadata", labels.map(JsonString::text))?;
    // An environment is asked for by name here, and the client has no word for creating one.
    payload.create_environment_if_missing = Some(false);
    Ok(Sent { s3_key, payload })
}

/// Whom a push of a model is for.
enum For {
    NewModel {
        name: String,
        allow_download: bool,
    },
    /// The model of this name, which may be new.
    Draft {
        name: String,
        allow_download: bool,
    },
    Model(String),
}

async fn create(
    ctx: &Context<'_>,
    whom: For,
    sent: Sent,
    keep_previous: bool,
) -> Result<CreatedVersion> {
    let shared = ctx.data::<Arc<Shared>>()?;
    let base = ctx.data::<BaseUrl>()?.0.clone();
    let (model_id, id) = (shared.id("m")?, shared.id("d")?);
    let stamp = shared.stamp();
    let created = shared
        .change(move |tx| {
            let new = |name, allow_download: bool| Target::NewModel {
                id: model_id,
                name,
                disable_archive_download: !allow_download,
            };
            let target = match whom {
                For::Model(id) => Target::Model(id),
                For::NewModel {
                    name,
                    allow_download,
                } => new(name, allow_download),
                For::Draft {
                    name,
                    allow_download,
                } => match ModelRow::by_name(tx, &name)? {
                    Some(model) => Target::Model(model.id),
                    None => new(name, allow_download),
                },
            };
            let preserve = sent.payload.preserve_env_instance_type;
            let source = Source::Upload(sent.s3_key);
            let created = push::create(tx, &stamp, &target, sent.payload, &source, id)?;
            if keep_previous {
                DeploymentRow::set_promotion(tx, &created.deployment.id, Some(false), preserve)?;
            }
            let model = find::model(tx, &created.model.id)?;
            let deployment = find::deployment(tx, &model.id, &created.deployment.id)?;
            Ok::<_, Refusal>(CreatedVersion {
                model_version: ModelVersion::of(&deployment, &model, &base),
            })
        })
        .await?;
    Ok(created)
}

fn minutes(timeout: Option<i32>) -> Result<Option<u32>, Refusal> {
    let minutes = timeout.map(u32::try_from).transpose();
    minutes.map_err(|_| Refusal::invalid("deploy_timeout_minutes cannot be negative"))
}

#[Object(rename_fields = "lowercase", rename_args = "lowercase")]
#[expect(
    clippy::too_many_arguments,
    reason = "arguments are the client's, one by one"
)]
impl Mutation {
    async fn create_model_from_truss(
        &self,
        ctx: &Context<'_>,
        name: String,
        s3_key: String,
        config: String,
        semver_bump: Option<String>,
        truss_user_env: Option<String>,
        allow_truss_download: Option<bool>,
        version_name: Option<String>,
        model_origin: Option<ModelOrigin>,
        environment_name: Option<String>,
        deploy_timeout_minutes: Option<i32>,
        team_id: Option<String>,
        user_deploy_metadata: Option<JsonString>,
        raw_config: Option<String>,
    ) -> Result<CreatedVersion> {
        let _ = (semver_bump, model_origin);
        check_team(team_id.as_deref())?;
        let mut sent = sent(
            s3_key,
            &config,
            raw_config.as_deref(),
            truss_user_env.as_deref(),
            user_deploy_metadata.as_ref(),
        )?;
        sent.payload.deployment_name = version_name;
        sent.payload.environment_name = environment_name;
        sent.payload.deploy_timeout_minutes = minutes(deploy_timeout_minutes)?;
        let allow_download = allow_truss_download != Some(false);
        let whom = For::NewModel {
            name,
            allow_download,
        };
        create(ctx, whom, sent, false).await
    }

    async fn create_model_version_from_truss(
        &self,
        ctx: &Context<'_>,
        model_id: String,
        s3_key: String,
        config: String,
        semver_bump: Option<String>,
        truss_user_env: Option<String>,
        scale_down_old_production: Option<bool>,
        preserve_env_instance_type: Option<bool>,
        name: Option<String>,
        environment_name: Option<String>,
        deploy_timeout_minutes: Option<i32>,
        user_deploy_metadata: Option<JsonString>,
        raw_config: Option<String>,
    ) -> Result<CreatedVersion> {
        let _ = semver_bump;
        let mut sent = sent(
            s3_key,
            &config,
            raw_config.as_deref(),
            truss_user_env.as_deref(),
            user_deploy_metadata.as_ref(),
        )?;
        sent.payload.deployment_name = name;
        sent.payload.environment_name = environment_name;
        sent.payload.preserve_env_instance_type = preserve_env_instance_type != Some(false);
        sent.payload.deploy_timeout_minutes = minutes(deploy_timeout_minutes)?;
        let keep_previous = scale_down_old_production == Some(false);
        create(ctx, For::Model(model_id), sent, keep_previous).await
    }

    /// Creates the model's development deployment, or replaces it.
    async fn deploy_draft_truss(
        &self,
        ctx: &Context<'_>,
        name: String,
        s3_key: String,
        config: String,
        truss_user_env: Option<String>,
        allow_truss_download: Option<bool>,
        model_origin: Option<ModelOrigin>,
        deploy_timeout_minutes: Option<i32>,
        team_id: Option<String>,
        user_deploy_metadata: Option<JsonString>,
        raw_config: Option<String>,
    ) -> Result<CreatedVersion> {
        let _ = model_origin;
        check_team(team_id.as_deref())?;
        let mut sent = sent(
            s3_key,
            &config,
            raw_config.as_deref(),
            truss_user_env.as_deref(),
            user_deploy_metadata.as_ref(),
        )?;
        sent.payload.is_development = true;
        sent.payload.deploy_timeout_minutes = minutes(deploy_timeout_minutes)?;
        let allow_download = allow_truss_download != Some(false);
        let whom = For::Draft {
            name,
            allow_download,
        };
        create(ctx, whom, sent, false).await
    }

    /// Creates a chain deployment with all of its chainlets, or nothing.
    async fn deploy_chain_atomic(
        &self,
        ctx: &Context<'_>,
        chain_id: Option<String>,
        chain_name: Option<String>,
        environment: Option<String>,
        original_source_artifact_s3_key: Option<String>,
        team_id: Option<String>,
        is_draft: Option<bool>,
        allow_truss_download: Option<bool>,
        deployment_name: Option<String>,
        entrypoint: ChainletInput,
        dependencies: Option<Vec<ChainletInput>>,
        truss_user_env: Option<String>,
    ) -> Result<DeployedChain> {
        check_team(team_id.as_deref())?;
        let chainlets = std::iter::once(entrypoint).chain(dependencies.unwrap_or_default());
        let push = ChainPush {
            chain_id,
            chain_name,
            environment,
            is_draft: is_draft == Some(true),
            disable_archive_download: allow_truss_download == Some(false),
            deployment_name,
            source_key: original_source_artifact_s3_key,
            user_env: input::object("truss_user_env", truss_user_env.as_deref())?,
            chainlets: chainlets.map(chainlet).collect::<Result<_, Refusal>>()?,
        };
        let shared = ctx.data::<Arc<Shared>>()?;
        let (ids, stamp) = (Arc::clone(&shared.ids), shared.stamp());
        let base = ctx.data::<BaseUrl>()?.0.clone();
        let deployed = shared
            .change(move |tx| {
                let row = deploy::deploy(tx, &stamp, &*ids, &push)?;
                let chain = chain::find::chain(tx, &row.chain_id)?;
                tracing::info!(
                    chain = chain.name,
                    chain_deployment = row.id,
                    environment = row.environment,
                    "chain deployment created"
                );
                Ok::<_, Refusal>(DeployedChain {
                    chain_deployment: ChainDeployment::of(tx, row, &chain, &base)?,
                })
            })
            .await?;
        Ok(deployed)
    }
}

fn chainlet(sent: ChainletInput) -> Result<ChainletPush, Refusal> {
    let oracle = sent.oracle;
    let _ = oracle.semver_bump;
    let what = format!("encoded_config_str of chainlet {}", sent.name);
    Ok(ChainletPush {
        config: input::encoded_object(&what, &oracle.encoded_config_str)?,
        name: sent.name,
        model_name: oracle.model_name,
        s3_key: oracle.s3_key,
        version_name: oracle.version_name,
    })
}
