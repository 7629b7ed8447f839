//! `/v1/models/{model}/environments`.

use axum::Json;
use axum::extract::{Path, State};
use plimsoll_baseten_api::{
    CreateEnvironmentRequest, Deployment, Environment, EnvironmentTombstone, Environments,
    PromoteToEnvironmentRequest, PromotionCanceled, Success, UpdateEnvironmentRequest,
    UpdateEnvironmentResponse,
};
use rusqlite::Transaction;

use super::App;
use super::input::Input;
use crate::control::promotion::Wish;
use crate::control::{find, lifecycle, promotion, settings, view};
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{DeploymentRow, EnvironmentRow};

type Answer<T> = Result<Json<T>, Refusal>;
type Names = Path<(String, String)>;

const SUCCESS: Success = Success {
    success: true,
    no_op: false,
};

/// Changes an environment, in one transaction, and has the worker look after it.
async fn change_environment<T: Send + 'static>(
    app: &App,
    (model, name): (String, String),
    act: impl FnOnce(&Transaction<'_>, &Stamp, EnvironmentRow) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let stamp = app.shared.stamp();
    app.shared
        .change(move |tx| {
            let model = find::own_model(tx, &model)?;
            act(tx, &stamp, find::environment(tx, &model.id, &name)?)
        })
        .await
}

async fn read_environment(
    app: &App,
    (model, name): (String, String),
) -> Result<Environment, Refusal> {
    let found = app
        .shared
        .store
        .run(move |tx| view::environment(tx, &find::environment(tx, &model, &name)?));
    found.await
}

pub(super) async fn list(
    State(app): State<App>,
    Path(model): Path<String>,
) -> Answer<Environments> {
    let environments = app.shared.store.run(move |tx| {
        let model = find::model(tx, &model)?;
        let rows = EnvironmentRow::of_model(tx, &model.id)?;
        rows.iter()
            .map(|row| view::environment(tx, row))
            .collect::<Result<_, Refusal>>()
    });
    Ok(Json(Environments {
        environments: environments.await?,
    }))
}

pub(super) async fn create(
    State(app): State<App>,
    Path(model): Path<String>,
    Input(request): Input<CreateEnvironmentRequest>,
) -> Answer<Environment> {
    let stamp = app.shared.stamp();
    let created = app.shared.store.run(move |tx| {
        let row = settings::create_environment(tx, &stamp, &model, &request)?;
        view::environment(tx, &row)
    });
    Ok(Json(created.await?))
}

pub(super) async fn get(State(app): State<App>, Path(names): Names) -> Answer<Environment> {
    Ok(Json(read_environment(&app, names).await?))
}

pub(super) async fn update(
    State(app): State<App>,
    Path(names): Names,
    Input(request): Input<UpdateEnvironmentRequest>,
) -> Answer<UpdateEnvironmentResponse> {
    let updated = change_environment(&app, names, move |tx, stamp, row| {
        settings::update_environment(tx, stamp, row, &request)
    });
    Ok(Json(updated.await?))
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(names): Names,
) -> Answer<EnvironmentTombstone> {
    let deleted = change_environment(&app, names, |tx, _, row| {
        settings::delete_environment(tx, &row)?;
        Ok(EnvironmentTombstone {
            name: row.name,
            model_id: row.model_id,
            deleted: true,
        })
    });
    Ok(Json(deleted.await?))
}

/// The deployment that stands for an environment.
pub(super) fn deployment_of(
    tx: &Transaction<'_>,
    row: &EnvironmentRow,
) -> Result<DeploymentRow, Refusal> {
    match row.current.as_ref().or(row.candidate.as_ref()) {
        Some(id) => find::deployment(tx, &row.model_id, id),
        None => Err(Refusal::not_found(format!(
            "Environment {} has no deployment",
            row.name
        ))),
    }
}

pub(super) async fn activate(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    let done = change_environment(&app, names, |tx, stamp, row| {
        lifecycle::activate(tx, stamp, &deployment_of(tx, &row)?)
    });
    Ok(Json(done.await?))
}

pub(super) async fn deactivate(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    let done = change_environment(&app, names, |tx, stamp, row| {
        lifecycle::deactivate(tx, stamp, &deployment_of(tx, &row)?)
    });
    Ok(Json(done.await?))
}

pub(super) async fn promote(
    State(app): State<App>,
    Path(names): Names,
    Input(request): Input<PromoteToEnvironmentRequest>,
) -> Answer<Deployment> {
    let wish = Wish {
        scale_down_previous: request.scale_down_previous_deployment,
        preserve_env_instance_type: request.preserve_env_instance_type,
    };
    let copy_id = app.shared.id("d")?;
    let promoted = change_environment(&app, names, move |tx, stamp, row| {
        let deployment = find::deployment(tx, &row.model_id, &request.deployment_id)?;
        Ok(promotion::begin(tx, stamp, row, &deployment, wish, copy_id)?.wire())
    });
    Ok(Json(promoted.await?))
}

pub(super) async fn cancel(
    State(app): State<App>,
    Path(names): Names,
) -> Answer<PromotionCanceled> {
    Ok(Json(
        change_environment(&app, names, promotion::cancel).await?,
    ))
}

pub(super) async fn force_cancel(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    change_environment(&app, names, promotion::cancel).await?;
    Ok(Json(SUCCESS))
}

pub(super) async fn pause(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    change_environment(&app, names, |tx, stamp, row| {
        promotion::pause(tx, stamp, row, true)
    })
    .await?;
    Ok(Json(SUCCESS))
}

pub(super) async fn resume(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    change_environment(&app, names, |tx, stamp, row| {
        promotion::pause(tx, stamp, row, false)
    })
    .await?;
    Ok(Json(SUCCESS))
}

pub(super) async fn roll_forward(State(app): State<App>, Path(names): Names) -> Answer<Success> {
    change_environment(&app, names, promotion::roll_forward).await?;
    Ok(Json(SUCCESS))
}
