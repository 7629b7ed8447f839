//! `/v1/chains/{chain}/environments`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use plimsoll_baseten_api::{
    ChainDeployment, ChainEnvironment, ChainEnvironmentTombstone, ChainEnvironments,
    CreateChainEnvironmentRequest, PromoteToChainEnvironmentRequest, SettingsUpdated,
    UpdateChainEnvironmentRequest, UpdateChainEnvironmentResponse,
    UpdateChainletAutoscalingRequest, UpdateChainletInstanceTypesRequest,
    UpdateChainletInstanceTypesResponse,
};
use rusqlite::Transaction;

use super::{Answer, App};
use crate::control::chain::{find, promotion, settings, view};
use crate::refusal::Refusal;
use crate::rest::input::Input;
use crate::shared::Stamp;
use crate::store::ChainEnvironmentRow;

type Names = Path<(String, String)>;

/// Changes an environment, in one transaction, and has the worker look after what is deployed.
async fn change<T: Send + 'static>(
    app: &App,
    (chain, name): (String, String),
    act: impl FnOnce(&Transaction<'_>, &Stamp, ChainEnvironmentRow) -> Result<T, Refusal>
    + Send
    + 'static,
) -> Result<T, Refusal> {
    let stamp = app.shared.stamp();
    app.shared
        .change(move |tx| act(tx, &stamp, find::environment(tx, &chain, &name)?))
        .await
}

pub(super) async fn list(
    State(app): State<App>,
    Path(chain): Path<String>,
) -> Answer<ChainEnvironments> {
    let environments = app.shared.store.run(move |tx| {
        let chain = find::chain(tx, &chain)?;
        let rows = ChainEnvironmentRow::of_chain(tx, &chain.id)?;
        rows.iter()
            .map(|row| view::environment(tx, row))
            .collect::<Result<_, Refusal>>()
    });
    Ok(Json(ChainEnvironments {
        environments: environments.await?,
    }))
}

pub(super) async fn create(
    State(app): State<App>,
    Path(chain): Path<String>,
    Input(request): Input<CreateChainEnvironmentRequest>,
) -> Answer<ChainEnvironment> {
    let stamp = app.shared.stamp();
    let created = app.shared.store.run(move |tx| {
        let row = settings::create_environment(tx, &stamp, &chain, &request)?;
        view::environment(tx, &row)
    });
    Ok(Json(created.await?))
}

pub(super) async fn get(
    State(app): State<App>,
    Path((chain, name)): Names,
) -> Answer<ChainEnvironment> {
    let found = app
        .shared
        .store
        .run(move |tx| view::environment(tx, &find::environment(tx, &chain, &name)?));
    Ok(Json(found.await?))
}

pub(super) async fn update(
    State(app): State<App>,
    Path(names): Names,
    Input(request): Input<UpdateChainEnvironmentRequest>,
) -> Answer<UpdateChainEnvironmentResponse> {
    change(&app, names, move |tx, _, row| {
        settings::update_environment(tx, row, &request)
    })
    .await?;
    Ok(Json(UpdateChainEnvironmentResponse { ok: true }))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(names): Names,
) -> Answer<ChainEnvironmentTombstone> {
    let deleted = change(&app, names, |tx, _, row| {
        settings::delete_environment(tx, &row)?;
        Ok(ChainEnvironmentTombstone {
            name: row.name,
            chain_id: row.chain_id,
            deleted: true,
        })
    });
    Ok(Json(deleted.await?))
}

pub(super) async fn promote(
    State(app): State<App>,
    Path(names): Names,
    Input(request): Input<PromoteToChainEnvironmentRequest>,
) -> Answer<ChainDeployment> {
    let ids = Arc::clone(&app.shared.ids);
    let promoted = change(&app, names, move |tx, stamp, row| {
        let deployment = find::deployment(tx, &row.chain_id, &request.deployment_id)?;
        let scale_down = request.scale_down_previous_deployment;
        let candidate = promotion::begin(tx, stamp, &*ids, row, &deployment, scale_down)?;
        view::deployment(tx, &candidate)
    });
    Ok(Json(promoted.await?))
}

pub(super) async fn update_autoscaling(
    State(app): State<App>,
    Path(names): Names,
    Input(request): Input<UpdateChainletAutoscalingRequest>,
) -> Answer<SettingsUpdated> {
    let updated = change(&app, names, move |tx, stamp, row| {
        settings::update_autoscaling(tx, stamp, &row, &request.updates)
    });
    Ok(Json(updated.await?))
}

pub(super) async fn update_instance_types(
    State(app): State<App>,
    Path(names): Names,
    Input(request): Input<UpdateChainletInstanceTypesRequest>,
) -> Answer<UpdateChainletInstanceTypesResponse> {
    let ids = Arc::clone(&app.shared.ids);
    let updated = change(&app, names, move |tx, stamp, row| {
        let updated = settings::update_instance_types(tx, stamp, &*ids, row, &request.updates)?;
        let deployment = updated.deployment.as_ref();
        let chain_deployment = deployment
            .map(|made| view::deployment(tx, made))
            .transpose()?;
        Ok(UpdateChainletInstanceTypesResponse {
            requires_redeployment: chain_deployment.is_some(),
            chain_deployment,
            chainlet_environment_settings: updated
                .chainlets
                .iter()
                .map(view::chainlet_settings_of)
                .collect(),
        })
    });
    Ok(Json(updated.await?))
}
