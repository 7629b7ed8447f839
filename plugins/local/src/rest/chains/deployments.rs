//! `/v1/chains/{chain}/deployments`.

use axum::Json;
use axum::extract::{Path, State};
use plimsoll_baseten_api::{
    ChainDeployment, ChainDeploymentTombstone, ChainDeployments, Logs, Success,
};

use super::{Answer, App};
use crate::control::chain::{find, lifecycle, view};
use crate::refusal::Refusal;
use crate::rest::logs::{self, Pairs};
use crate::store::ChainDeploymentRow;

type Names = Path<(String, String)>;

pub(super) async fn list(
    State(app): State<App>,
    Path(chain): Path<String>,
) -> Answer<ChainDeployments> {
    let deployments = app.shared.store.run(move |tx| {
        let chain = find::chain(tx, &chain)?;
        let rows = ChainDeploymentRow::of_chain(tx, &chain.id)?;
        rows.iter()
            .map(|row| view::deployment(tx, row))
            .collect::<Result<_, Refusal>>()
    });
    Ok(Json(ChainDeployments {
        deployments: deployments.await?,
    }))
}

pub(super) async fn get(
    State(app): State<App>,
    Path((chain, id)): Names,
) -> Answer<ChainDeployment> {
    let found = app
        .shared
        .store
        .run(move |tx| view::deployment(tx, &find::deployment(tx, &chain, &id)?));
    Ok(Json(found.await?))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path((chain, id)): Names,
) -> Answer<ChainDeploymentTombstone> {
    let deleted = app.shared.change(move |tx| {
        let row = find::deployment(tx, &chain, &id)?;
        lifecycle::delete(tx, &row)?;
        Ok::<_, Refusal>(ChainDeploymentTombstone {
            id: row.id,
            deleted: true,
            chain_id: row.chain_id,
        })
    });
    Ok(Json(deleted.await?))
}

pub(super) async fn deactivate(
    State(app): State<App>,
    Path((chain, id)): Names,
) -> Answer<Success> {
    let stamp = app.shared.stamp();
    let done = app
        .shared
        .change(move |tx| lifecycle::deactivate(tx, &stamp, &find::deployment(tx, &chain, &id)?));
    Ok(Json(done.await?))
}

/// The log of a chainlet is that of its model's deployment.
pub(super) async fn logs(
    State(app): State<App>,
    Path((chain, id, chainlet)): Path<(String, String, String)>,
    pairs: Pairs,
) -> Answer<Logs> {
    let found = app.shared.store.run(move |tx| {
        let deployment = find::deployment(tx, &chain, &id)?;
        let chainlet = find::chainlet(tx, &deployment, &chainlet)?;
        let new = chainlet.deployment.new;
        Ok::<_, Refusal>((new.model_id, new.id))
    });
    logs::by_query(State(app.clone()), Path(found.await?), pairs).await
}
