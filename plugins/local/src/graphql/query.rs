//! The fields that change nothing, but for credentials that are made.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use plimsoll_baseten_api::graphql::ValidationVerdict;
use rusqlite::Transaction;
use serde_json::Value as Json;

use super::BaseUrl;
use super::credentials::WithEndpoint;
use super::input;
use super::types::{
    Chain, ChainDeployment, ChainSummary, Model, ModelSummary, ModelVersion, Organization, TEAM,
    Team, User, Validation,
};
use crate::catalogue;
use crate::control::{chain, find, view};
use crate::refusal::Refusal;
use crate::resources::Resources;
use crate::rest::account;
use crate::shared::Shared;
use crate::store::{ChainRow, DeploymentRow, ModelRow};
use crate::uploads;

/// The identity of the one organization.
const ORGANIZATION_ID: &str = "org0001";

pub(super) struct Query;

/// Reads the state, in one transaction.
async fn read<T: Send + 'static>(
    ctx: &Context<'_>,
    job: impl FnOnce(&Transaction<'_>, &str) -> Result<T, Refusal> + Send + 'static,
) -> Result<T> {
    let base = ctx.data::<BaseUrl>()?.0.clone();
    let shared = ctx.data::<Arc<Shared>>()?;
    Ok(shared.store.run(move |tx| job(tx, &base)).await?)
}

#[Object(rename_fields = "lowercase", rename_args = "lowercase")]
impl Query {
    async fn teams(&self) -> Vec<Team> {
        vec![TEAM]
    }

    async fn organization(&self) -> Organization {
        Organization {
            id: ORGANIZATION_ID,
            workspace_name: account::user().workspace_name,
        }
    }

    async fn user(&self) -> User {
        let user = account::user();
        User {
            id: user.user_id,
            email: user.email,
            name: user.name,
        }
    }

    /// The models, or with `chainlets_only` those of chainlets. There is one team, so that all of
    /// them are its.
    async fn models(
        &self,
        ctx: &Context<'_>,
        all: Option<bool>,
        team_id: Option<String>,
        chainlets_only: Option<bool>,
    ) -> Result<Vec<ModelSummary>> {
        let _ = all;
        check_team(team_id.as_deref())?;
        let chainlets = chainlets_only == Some(true);
        read(ctx, move |tx, base| {
            let rows = ModelRow::all(tx, chainlets)?;
            Ok(rows.iter().map(|row| ModelSummary::of(row, base)).collect())
        })
        .await
    }

    /// A model by its identity or its name.
    async fn model(
        &self,
        ctx: &Context<'_>,
        id: Option<String>,
        name: Option<String>,
    ) -> Result<Model> {
        read(ctx, move |tx, base| {
            let model = match (id, name) {
                (Some(id), None) => find::model(tx, &id)?,
                (None, Some(name)) => ModelRow::by_name(tx, &name)?
                    .ok_or_else(|| Refusal::not_found(format!("Model {name} not found")))?,
                _ => return Err(Refusal::invalid("Exactly one of id and name is needed")),
            };
            Model::of(tx, &model, base)
        })
        .await
    }

    async fn model_version(&self, ctx: &Context<'_>, id: String) -> Result<ModelVersion> {
        read(ctx, move |tx, base| {
            let found = DeploymentRow::by_id(tx, &id)?
                .ok_or_else(|| Refusal::not_found(format!("Deployment {id} not found")))?;
            let model = find::model(tx, &found.new.model_id)?;
            Ok(ModelVersion::of(&found, &model, base))
        })
        .await
    }

    /// Checks a configuration: its resources, and what a build checks of it.
    async fn truss_validation(
        &self,
        ctx: &Context<'_>,
        config: String,
        truss_user_env: Option<String>,
    ) -> Result<Validation> {
        let _ = truss_user_env;
        let config = input::encoded_object("config", &config)?;
        let mut errors = Vec::new();
        let mut warnings = Vec::new();
        if let Err(message) = Resources::of(&config).and_then(|wanted| catalogue::choose(&wanted)) {
            errors.push(message);
        }
        let check = Arc::clone(&ctx.data::<Arc<Shared>>()?.build_check);
        let checked =
            tokio::task::spawn_blocking(move || check.check(None, &Json::Object(config))).await;
        match checked.map_err(|died| Refusal::internal(&died))? {
            Ok(said) => warnings.extend(said),
            Err(reason) => errors.push(reason),
        }
        let verdict = ValidationVerdict::new(errors, warnings);
        Ok(Validation {
            success: verdict.success,
            details: verdict.details,
        })
    }

    async fn model_s3_upload_credentials(&self, ctx: &Context<'_>) -> Result<WithEndpoint> {
        credentials(ctx, uploads::Kind::Model).await
    }

    async fn chain_s3_upload_credentials(&self, ctx: &Context<'_>) -> Result<WithEndpoint> {
        credentials(ctx, uploads::Kind::Chain).await
    }

    async fn chains(
        &self,
        ctx: &Context<'_>,
        all: Option<bool>,
        team_id: Option<String>,
    ) -> Result<Vec<ChainSummary>> {
        let _ = all;
        check_team(team_id.as_deref())?;
        read(ctx, |tx, base| {
            let rows = ChainRow::all(tx)?;
            Ok(rows.iter().map(|row| ChainSummary::of(row, base)).collect())
        })
        .await
    }

    async fn chain(&self, ctx: &Context<'_>, id: String) -> Result<Chain> {
        read(ctx, move |tx, base| {
            Chain::of(tx, &chain::find::chain(tx, &id)?, base)
        })
        .await
    }

    async fn chain_deployment(&self, ctx: &Context<'_>, id: String) -> Result<ChainDeployment> {
        read(ctx, move |tx, base| {
            let row = chain::find::any_deployment(tx, &id)?;
            let chain = chain::find::chain(tx, &row.chain_id)?;
            ChainDeployment::of(tx, row, &chain, base)
        })
        .await
    }
}

async fn credentials(ctx: &Context<'_>, kind: uploads::Kind) -> Result<WithEndpoint> {
    let upload = uploads::issue(ctx.data::<Arc<Shared>>()?, kind).await?;
    Ok(WithEndpoint::new(&upload, &ctx.data::<BaseUrl>()?.0))
}

/// Refuses a team that is not the one.
pub(super) fn check_team(team: Option<&str>) -> Result<(), Refusal> {
    team.map_or(Ok(()), view::check_team)
}
