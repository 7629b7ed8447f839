//! `/v1/models/{model}/deployments`.

use axum::Json;
use axum::extract::{Path, Query, State};
use plimsoll_baseten_api::{
    Deployment, DeploymentConfig, DeploymentTombstone, Deployments, PromoteRequest, Retried,
    SettingsUpdated, Success, UpdateAutoscalingSettings,
};
use rusqlite::Transaction;
use serde::Deserialize;

use super::App;
use super::input::{Input, OptionalInput};
use crate::control::promotion::Wish;
use crate::control::{find, lifecycle, promotion, settings};
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{DeploymentRow, PRODUCTION};

type Answer<T> = Result<Json<T>, Refusal>;
type Names = Path<(String, String)>;

/// Changes a deployment, in one transaction, and has the worker look after it.
async fn change_deployment<T: Send + 'static>(
    app: &App,
    (model, id): (String, String),
    act: impl FnOnce(&Transaction<'_>, &Stamp, &DeploymentRow) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let stamp = app.shared.stamp();
    app.shared
        .change(move |tx| {
            let model = find::own_model(tx, &model)?;
            act(tx, &stamp, &find::deployment(tx, &model.id, &id)?)
        })
        .await
}

/// Does something with a deployment, in one transaction.
pub(super) async fn with_deployment<T: Send + 'static>(
    app: &App,
    (model, id): (String, String),
    act: impl FnOnce(&Transaction<'_>, &Stamp, &DeploymentRow) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let stamp = app.shared.stamp();
    let found = app
        .shared
        .store
        .run(move |tx| act(tx, &stamp, &find::deployment(tx, &model, &id)?));
    found.await
}

pub(super) async fn list(State(app): State<App>, Path(model): Path<String>) -> Answer<Deployments> {
    let deployments = app.shared.store.run(move |tx| {
        let model = find::model(tx, &model)?;
        let rows = DeploymentRow::of_model(tx, &model.id)?;
        Ok::<_, Refusal>(rows.iter().map(DeploymentRow::wire).collect())
    });
    Ok(Json(Deployments {
        deployments: deployments.await?,
    }))
}

pub(super) async fn get(State(app): State<App>, Path(names): Names) -> Answer<Deployment> {
    Ok(Json(
        with_deployment(&app, names, |_, _, deployment| Ok(deployment.wire())).await?,
    ))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(names): Names,
) -> Answer<DeploymentTombstone> {
    let deleted = change_deployment(&app, names, |tx, _, deployment| {
        lifecycle::delete(tx, deployment)?;
        Ok(DeploymentTombstone {
            id: deployment.new.id.clone(),
            deleted: true,
            model_id: deployment.new.model_id.clone(),
        })
    });
    Ok(Json(deleted.await?))
}

pub(super) async fn update_settings(
    State(app): State<App>,
    Path(names): Names,
    Input(update): Input<UpdateAutoscalingSettings>,
) -> Answer<SettingsUpdated> {
    let updated = change_deployment(&app, names, move |tx, stamp, deployment| {
        settings::update_deployment(tx, stamp, deployment, &update)
    });
    Ok(Json(updated.await?))
}

pub(super) async fn promote(
    State(app): State<App>,
    Path(names): Names,
    OptionalInput(request): OptionalInput<PromoteRequest>,
) -> Answer<Deployment> {
    let wish = Wish {
        scale_down_previous: request.scale_down_previous_production,
        preserve_env_instance_type: request.preserve_env_instance_type,
    };
    let copy_id = app.shared.id("d")?;
    let promoted = change_deployment(&app, names, move |tx, stamp, deployment| {
        let environment = find::environment(tx, &deployment.new.model_id, PRODUCTION)?;
        let candidate = promotion::begin(tx, stamp, environment, deployment, wish, copy_id)?;
        Ok(candidate.wire())
    });
    Ok(Json(promoted.await?))
}

pub(super) async fn activate(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    Ok(Json(
        change_deployment(&app, names, lifecycle::activate).await?,
    ))
}

pub(super) async fn deactivate(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    Ok(Json(
        change_deployment(&app, names, lifecycle::deactivate).await?,
    ))
}

pub(super) async fn retry(State(app): State<App>, Path(names): Names) -> Answer<Retried> {
    let retried = change_deployment(&app, names, |tx, stamp, deployment| {
        let reason = lifecycle::retry(tx, stamp, deployment)?;
        let now = find::deployment(tx, &deployment.new.model_id, &deployment.new.id)?;
        Ok(Retried {
            retried: reason.is_none(),
            reason,
            deployment: now.wire(),
        })
    });
    Ok(Json(retried.await?))
}

/// Which form of the configuration to answer.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OutputFormat {
    Raw,
    #[default]
    Parsed,
    Both,
}

#[derive(Deserialize)]
pub(super) struct ConfigQuery {
    #[serde(default)]
    output_format: OutputFormat,
}

pub(super) async fn config(
    State(app): State<App>,
    Path(names): Names,
    Query(query): Query<ConfigQuery>,
) -> Answer<DeploymentConfig> {
    let format = query.output_format;
    let config = with_deployment(&app, names, move |_, _, deployment| {
        let new = &deployment.new;
        Ok(DeploymentConfig {
            config: (format != OutputFormat::Raw).then(|| new.config.clone()),
            raw_config: new
                .raw_config
                .clone()
                .filter(|_| format != OutputFormat::Parsed),
        })
    });
    Ok(Json(config.await?))
}
