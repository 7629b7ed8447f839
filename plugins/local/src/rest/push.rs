//! A push: prepare, and then create.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, header};
use plimsoll_baseten_api::{
    CreateDeploymentRequest, CreateModelRequest, CreatedDeployment, DeploymentPayload,
    PrepareModelUploadRequest, PrepareModelUploadResponse, S3Credentials,
};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::input::Input;
use super::{App, outer};
use crate::control::push::{self, Source, Target};
use crate::control::view::check_team;
use crate::refusal::Refusal;
use crate::s3;
use crate::shared::Shared;
use crate::store::Image;
use crate::uploads;
use crate::work;

type Answer<T> = Result<Json<T>, Refusal>;

pub(super) async fn prepare(
    State(app): State<App>,
    headers: HeaderMap,
    Input(request): Input<PrepareModelUploadRequest>,
) -> Answer<PrepareModelUploadResponse> {
    let shared = &app.shared;
    if let Some(team) = &request.team_id {
        check_team(team)?;
    }
    let target = match (request.name, request.model_id) {
        (Some(name), None) => new_model(shared, name, false)?,
        (None, Some(id)) => Target::Model(id),
        _ => {
            return Err(Refusal::invalid(
                "Exactly one of name and model_id is needed",
            ));
        }
    };
    let image = check(shared, target, request.deployment).await?;
    if request.dry_run || image.is_some() {
        return Ok(Json(PrepareModelUploadResponse::default()));
    }
    let issued = uploads::issue(shared, uploads::Kind::Model).await?;
    let base = outer::base_url(shared, headers.get(header::HOST));
    Ok(Json(PrepareModelUploadResponse {
        creds: Some(S3Credentials {
            aws_access_key_id: issued.access_key_id,
            aws_secret_access_key: issued.secret_key.expose_secret().to_owned(),
            aws_session_token: issued.session_token.expose_secret().to_owned(),
        }),
        s3_bucket: Some(s3::BUCKET.to_owned()),
        s3_key: Some(issued.s3_key),
        s3_region: Some(s3::REGION.to_owned()),
        endpoint_url: Some(format!("{base}/{}", s3::PREFIX)),
    }))
}

/// Checks a push, and finds the image that makes its upload needless.
async fn check(
    shared: &Arc<Shared>,
    target: Target,
    payload: DeploymentPayload,
) -> Result<Option<Image>, Refusal> {
    let stamp = shared.stamp();
    let (image, config) = shared
        .store
        .run(move |tx| {
            push::check(tx, &stamp, &target, &payload)?;
            Ok::<_, Refusal>((push::labelled_image(tx, &payload)?, payload.config))
        })
        .await?;
    let Some(image) = image else { return Ok(None) };
    // The label is the client's word. What counts is what the held files and this configuration
    // make together.
    let (on_thread, wanted) = (Arc::clone(shared), image.clone());
    let same = tokio::task::spawn_blocking(move || {
        work::contents_of(
            &on_thread.archives,
            &on_thread.limits,
            &wanted.archive_sha256,
            !on_thread.rehearses,
        )
        .map(|contents| contents.digest(&Value::Object(config)).as_str() == wanted.build_digest)
    })
    .await;
    match same {
        Ok(Ok(same)) => Ok(Some(image).filter(|_| same)),
        Ok(Err(error)) => Err(Refusal::internal(&error)),
        Err(died) => Err(Refusal::internal(&died)),
    }
}

fn new_model(shared: &Shared, name: String, disable_download: bool) -> Result<Target, Refusal> {
    Ok(Target::NewModel {
        id: shared.id("m")?,
        name,
        disable_archive_download: disable_download,
    })
}

pub(super) async fn create_model(
    State(app): State<App>,
    Input(request): Input<CreateModelRequest>,
) -> Answer<CreatedDeployment> {
    let source = request.source;
    let target = new_model(&app.shared, source.name, source.disable_archive_download)?;
    create(&app, target, source.deployment, source.s3_key).await
}

pub(super) async fn create_model_in_team(
    app: State<App>,
    Path(team): Path<String>,
    request: Input<CreateModelRequest>,
) -> Answer<CreatedDeployment> {
    check_team(&team)?;
    create_model(app, request).await
}

pub(super) async fn create_deployment(
    State(app): State<App>,
    Path(model): Path<String>,
    Input(request): Input<CreateDeploymentRequest>,
) -> Answer<CreatedDeployment> {
    let source = request.source;
    create(&app, Target::Model(model), source.deployment, source.s3_key).await
}

async fn create(
    app: &App,
    target: Target,
    payload: DeploymentPayload,
    s3_key: Option<String>,
) -> Answer<CreatedDeployment> {
    let shared = &app.shared;
    let source = match s3_key {
        Some(key) => Source::Upload(key),
        None => match check(shared, target.clone(), payload.clone()).await? {
            Some(image) => Source::Image(image),
            None => {
                return Err(match payload.build_digest() {
                    Some(digest) => push::no_image(digest),
                    None => push::no_source(),
                });
            }
        },
    };
    let (id, stamp) = (shared.id("d")?, shared.stamp());
    let created = shared
        .change(move |tx| push::create(tx, &stamp, &target, payload, &source, id))
        .await?;
    tracing::info!(
        model = created.model.name,
        deployment = created.deployment.id,
        environment = created.deployment.environment,
        "deployment created"
    );
    Ok(Json(created))
}
