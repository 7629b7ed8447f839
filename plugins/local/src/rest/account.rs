//! Users, teams and secrets. There is one user and one team; the key is the user's.

use axum::Json;
use axum::extract::{Path, Query, State};
use plimsoll_baseten_api::{
    Pagination, Secret, SecretTombstone, Secrets, Team, Teams, UpsertSecretRequest, User, Users,
};
use rusqlite::Transaction;
use serde::Deserialize;

use super::App;
use super::input::Input;
use crate::control::view::{TEAM_ID, TEAM_NAME, check_team};
use crate::refusal::Refusal;
use crate::shared::Stamp;
use crate::store::{models, secrets};

const SECRET_NAME_CHARS: usize = 255;

type Answer<T> = Result<Json<T>, Refusal>;

/// The one user.
pub(crate) fn user() -> User {
    User {
        user_id: "user0001".to_owned(),
        email: Some("local@localhost".to_owned()),
        name: Some("Local user".to_owned()),
        workspace_name: Some("plimsoll-local".to_owned()),
    }
}

pub(super) async fn me() -> Json<User> {
    Json(user())
}

pub(super) async fn users() -> Json<Users> {
    Json(Users {
        items: vec![user()],
        pagination: Pagination {
            has_more: false,
            cursor: None,
        },
    })
}

/// `?name=`
#[derive(Deserialize)]
pub(super) struct ByName {
    pub(super) name: Option<String>,
}

fn the_team(tx: &Transaction<'_>, stamp: &Stamp) -> Result<Team, Refusal> {
    Ok(Team {
        id: TEAM_ID.to_owned(),
        name: TEAM_NAME.to_owned(),
        default: true,
        created_at: models::meta(tx, "created_at", || stamp.text.clone())?,
    })
}

pub(super) async fn teams(State(app): State<App>, Query(by): Query<ByName>) -> Answer<Teams> {
    let stamp = app.shared.stamp();
    let team = app.shared.store.run(move |tx| the_team(tx, &stamp)).await?;
    let wanted = by.name.is_none_or(|name| name == team.name);
    let teams = if wanted { vec![team] } else { Vec::new() };
    Ok(Json(Teams { teams }))
}

pub(super) async fn team(State(app): State<App>, Path(team): Path<String>) -> Answer<Team> {
    check_team(&team)?;
    let stamp = app.shared.stamp();
    Ok(Json(
        app.shared.store.run(move |tx| the_team(tx, &stamp)).await?,
    ))
}

pub(super) async fn secrets(State(app): State<App>) -> Answer<Secrets> {
    let secrets = app.shared.store.run(|tx| secrets::all(tx, TEAM_NAME)).await;
    Ok(Json(Secrets {
        secrets: secrets.map_err(Refusal::from)?,
    }))
}

pub(super) async fn secrets_of_team(app: State<App>, Path(team): Path<String>) -> Answer<Secrets> {
    check_team(&team)?;
    secrets(app).await
}

/// Takes the name. The value is discarded: it would be kept for nobody, as no replica runs.
pub(super) async fn upsert_secret(
    State(app): State<App>,
    Input(request): Input<UpsertSecretRequest>,
) -> Answer<Secret> {
    let name = request.name;
    let count = name.chars().count();
    if !(1..=SECRET_NAME_CHARS).contains(&count) || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(format!(
            "A secret's name has 1 to {SECRET_NAME_CHARS} printable characters"
        )));
    }
    let (id, stamp) = (app.shared.id("s")?, app.shared.stamp());
    let stored = app
        .shared
        .store
        .run(move |tx| secrets::upsert(tx, &name, &id, &stamp.text, TEAM_NAME))
        .await;
    Ok(Json(stored.map_err(Refusal::from)?))
}

pub(super) async fn upsert_in_team(
    app: State<App>,
    Path(team): Path<String>,
    request: Input<UpsertSecretRequest>,
) -> Answer<Secret> {
    check_team(&team)?;
    upsert_secret(app, request).await
}

pub(super) async fn delete_secret(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Answer<SecretTombstone> {
    let tombstone = SecretTombstone { name: name.clone() };
    let wanted = name.clone();
    let was_known = app
        .shared
        .store
        .run(move |tx| secrets::delete(tx, &wanted))
        .await;
    if was_known.map_err(Refusal::from)? {
        Ok(Json(tombstone))
    } else {
        Err(Refusal::not_found(format!("Secret {name} not found")))
    }
}

pub(super) async fn delete_secret_in_team(
    app: State<App>,
    Path((team, name)): Path<(String, String)>,
) -> Answer<SecretTombstone> {
    check_team(&team)?;
    delete_secret(app, Path(name)).await
}
