//! `/v1/models`.

use axum::Json;
use axum::extract::{Path, Query, State};
use plimsoll_baseten_api::{Model, ModelTombstone, Models};

use super::App;
use super::account::ByName;
use crate::control::view::check_team;
use crate::control::{find, view};
use crate::refusal::Refusal;
use crate::store::ModelRow;

type Answer<T> = Result<Json<T>, Refusal>;

/// `?name=` filters: the official command line takes the only result for the model it looks for.
pub(super) async fn list(State(app): State<App>, Query(by): Query<ByName>) -> Answer<Models> {
    let models = app.shared.store.run(move |tx| {
        let rows = match by.name {
            Some(name) => {
                let found = ModelRow::by_name(tx, &name)?;
                found.into_iter().filter(|row| !row.is_chainlet).collect()
            }
            None => ModelRow::all(tx, false)?,
        };
        rows.iter()
            .map(|row| view::model(tx, row))
            .collect::<Result<Vec<Model>, Refusal>>()
    });
    Ok(Json(Models {
        models: models.await?,
    }))
}

pub(super) async fn list_of_team(
    app: State<App>,
    Path(team): Path<String>,
    by: Query<ByName>,
) -> Answer<Models> {
    check_team(&team)?;
    list(app, by).await
}

pub(super) async fn get(State(app): State<App>, Path(id): Path<String>) -> Answer<Model> {
    let found = app
        .shared
        .store
        .run(move |tx| view::model(tx, &find::model(tx, &id)?));
    Ok(Json(found.await?))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Answer<ModelTombstone> {
    let deleted = app.shared.store.run(move |tx| {
        let model = find::own_model(tx, &id)?;
        ModelRow::delete(tx, &model.id)?;
        tracing::info!(model = model.id, "model deleted");
        Ok::<_, Refusal>(ModelTombstone {
            id: model.id,
            deleted: true,
        })
    });
    Ok(Json(deleted.await?))
}
