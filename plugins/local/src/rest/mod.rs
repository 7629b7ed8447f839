//! REST `/v1`, and what stands beside it on the same listener.

pub(crate) mod account;
pub(crate) mod auth;
mod chains;
mod deployments;
mod download;
mod environments;
mod input;
mod instance_types;
mod logs;
mod models;
mod outer;
mod push;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{any, delete, get, patch, post};
use http::StatusCode;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::graphql;
use crate::s3;
use crate::shared::Shared;

use download::Downloads;
pub(crate) use outer::base_url;

/// What every handler gets.
#[derive(Clone)]
struct App {
    shared: Arc<Shared>,
    downloads: Arc<Downloads>,
}

/// Everything that the platform answers.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let limits = shared.limits.clone();
    let mut s3 = Router::new();
    if !shared.rehearses {
        let handler = any(s3::handle).with_state(s3::service(&shared));
        s3 = s3.route(&format!("/{}/{{*key}}", s3::PREFIX), handler);
    }
    let app = App {
        downloads: Arc::new(Downloads::new(Arc::clone(&shared))),
        shared,
    };
    let v1 = v1()
        .fallback(outer::not_found)
        .method_not_allowed_fallback(outer::method_not_allowed)
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            limits.request,
        ))
        .layer(from_fn_with_state(
            Arc::clone(&app.shared),
            auth::require_key,
        ))
        .with_state(app.clone());
    let graphql = graphql::routes(&app.shared)
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            limits.request,
        ));
    let downloads = Router::new()
        .route("/{token}", get(download::fetch))
        .with_state(app);
    Router::new()
        .nest("/v1", v1)
        .merge(graphql)
        .nest(&format!("/{}", download::PREFIX), downloads)
        .fallback(outer::not_found)
        .method_not_allowed_fallback(outer::method_not_allowed)
        // Its errors are XML, so it is beside what follows.
        .layer(map_response(outer::errors_as_json))
        .merge(s3)
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(outer::span)
                .on_response(outer::answered),
        )
        .layer(from_fn(outer::hide_secrets))
}

fn v1() -> Router<App> {
    Router::new()
        .route("/users", get(account::users))
        .route("/users/me", get(account::me))
        .route("/teams", get(account::teams))
        .route("/teams/{team}", get(account::team))
        .route(
            "/teams/{team}/models",
            get(models::list_of_team).post(push::create_model_in_team),
        )
        .route(
            "/teams/{team}/secrets",
            get(account::secrets_of_team).post(account::upsert_in_team),
        )
        .route(
            "/teams/{team}/secrets/{secret}",
            delete(account::delete_secret_in_team),
        )
        .route(
            "/secrets",
            get(account::secrets).post(account::upsert_secret),
        )
        .route("/secrets/{secret}", delete(account::delete_secret))
        .route("/instance_types", get(instance_types::list))
        .route("/instance_type_prices", get(instance_types::prices))
        .route("/prepare_model_upload", post(push::prepare))
        .route("/models", get(models::list).post(push::create_model))
        .route("/models/{model}", get(models::get).delete(models::delete))
        .merge(deployments())
        .merge(environments())
        .merge(chains::routes())
}

/// `{deployment}` is an identity, `production`, or `development`.
fn deployments() -> Router<App> {
    let one = "/models/{model}/deployments/{deployment}";
    let under = |rest: &str| format!("{one}/{rest}");
    Router::new()
        .route(
            "/models/{model}/deployments",
            get(deployments::list).post(push::create_deployment),
        )
        .route(one, get(deployments::get).delete(deployments::delete))
        .route(
            &under("autoscaling_settings"),
            patch(deployments::update_settings),
        )
        .route(&under("promote"), post(deployments::promote))
        .route(&under("activate"), post(deployments::activate))
        .route(&under("deactivate"), post(deployments::deactivate))
        .route(&under("retry"), post(deployments::retry))
        .route(&under("config"), get(deployments::config))
        .route(&under("download"), get(download::offer))
        .route(&under("logs"), get(logs::by_query).post(logs::by_body))
}

fn environments() -> Router<App> {
    let one = "/models/{model}/environments/{environment}";
    let under = |rest: &str| format!("{one}/{rest}");
    Router::new()
        .route(
            "/models/{model}/environments",
            get(environments::list).post(environments::create),
        )
        .route(
            one,
            get(environments::get)
                .patch(environments::update)
                .delete(environments::delete),
        )
        .route(&under("logs"), get(logs::of_environment))
        .route(&under("activate"), post(environments::activate))
        .route(&under("deactivate"), post(environments::deactivate))
        .route(&under("promote"), post(environments::promote))
        .route(&under("cancel_promotion"), post(environments::cancel))
        .route(
            &under("force_cancel_promotion"),
            post(environments::force_cancel),
        )
        .route(&under("pause_promotion"), post(environments::pause))
        .route(&under("resume_promotion"), post(environments::resume))
        .route(
            &under("force_roll_forward_promotion"),
            post(environments::roll_forward),
        )
}
