//! `/v1/chains`.

mod deployments;
mod environments;

use axum::extract::{Path, State};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use plimsoll_baseten_api::{Chain, ChainTombstone, Chains};

use super::App;
use crate::control::chain::{find, view};
use crate::refusal::Refusal;
use crate::store::ChainRow;

type Answer<T> = Result<Json<T>, Refusal>;

pub(super) fn routes() -> Router<App> {
    let deployment = "/chains/{chain}/deployments/{deployment}";
    let environment = "/chains/{chain}/environments/{environment}";
    Router::new()
        .route("/chains", get(list))
        .route("/chains/{chain}", get(one).delete(delete))
        .route("/chains/{chain}/deployments", get(deployments::list))
        .route(
            deployment,
            get(deployments::get).delete(deployments::delete),
        )
        .route(
            &format!("{deployment}/deactivate"),
            post(deployments::deactivate),
        )
        .route(
            &format!("{deployment}/chainlets/{{chainlet}}/logs"),
            get(deployments::logs),
        )
        .route(
            "/chains/{chain}/environments",
            get(environments::list).post(environments::create),
        )
        .route(
            environment,
            get(environments::get)
                .patch(environments::update)
                .delete(environments::delete),
        )
        .route(
            &format!("{environment}/promote"),
            post(environments::promote),
        )
        .route(
            &format!("{environment}/chainlet_settings/autoscaling_settings"),
            patch(environments::update_autoscaling),
        )
        .route(
            &format!("{environment}/chainlet_settings/instance_types/update"),
            post(environments::update_instance_types),
        )
}

async fn list(State(app): State<App>) -> Answer<Chains> {
    let chains = app.shared.store.run(|tx| {
        let rows = ChainRow::all(tx)?;
        Ok::<_, Refusal>(rows.iter().map(view::chain).collect())
    });
    Ok(Json(Chains {
        chains: chains.await?,
    }))
}

async fn one(State(app): State<App>, Path(id): Path<String>) -> Answer<Chain> {
    let found = app
        .shared
        .store
        .run(move |tx| Ok::<_, Refusal>(view::chain(&find::chain(tx, &id)?)));
    Ok(Json(found.await?))
}

async fn delete(State(app): State<App>, Path(id): Path<String>) -> Answer<ChainTombstone> {
    let deleted = app.shared.store.run(move |tx| {
        let chain = find::chain(tx, &id)?;
        ChainRow::delete(tx, &chain.id)?;
        tracing::info!(chain = chain.id, "chain deleted");
        Ok::<_, Refusal>(ChainTombstone {
            id: chain.id,
            deleted: true,
        })
    });
    Ok(Json(deleted.await?))
}
