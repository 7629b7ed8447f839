//! One request and its answer.

use async_graphql::{Response as Executed, Variables};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use http::{StatusCode, header};
use plimsoll_baseten_api::code;
use plimsoll_baseten_api::graphql::{self, code as graphql_code};

use super::{App, BaseUrl, bounds};
use crate::rest;

/// What failed is answered with status 200 too, as the official client shows only then what it is
/// told; but for what is no GraphQL at all.
pub(super) async fn answer(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if let Err(message) = rest::auth::check(&app.shared, &headers) {
        return refuse(StatusCode::OK, graphql_code::UNAUTHENTICATED, message);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let status = rejection.into_response().status();
            return match status {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    refuse(status, code::PAYLOAD_TOO_LARGE, "The body is too large")
                }
                _ => refuse(
                    StatusCode::BAD_REQUEST,
                    code::INVALID_REQUEST,
                    "The body could not be read",
                ),
            };
        }
    };
    let request: graphql::Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            let message = format!("The body is not as expected: {error}");
            return refuse(StatusCode::BAD_REQUEST, code::INVALID_REQUEST, message);
        }
    };
    if !bounds::is_bounded(&request.query) {
        let message = "The document is too long, nested too deeply, or spreads too many fragments";
        return refuse(StatusCode::OK, graphql_code::BAD_DOCUMENT, message);
    }
    let variables = serde_json::Value::Object(request.variables.unwrap_or_default());
    let base = rest::base_url(&app.shared, headers.get(header::HOST));
    let executed = app
        .schema
        .execute(
            async_graphql::Request::new(request.query)
                .variables(Variables::from_json(variables))
                .data(BaseUrl(base)),
        )
        .await;
    finish(executed)
}

/// Gives an answer with errors the form that clients know: no data, and every error with a code.
fn finish(mut executed: Executed) -> Response {
    if executed.is_err() {
        executed.data = async_graphql::Value::Null;
    }
    let has_code = |error: &async_graphql::ServerError| {
        let extensions = error.extensions.as_ref();
        extensions.is_some_and(|extensions| extensions.get("code").is_some())
    };
    for error in &mut executed.errors {
        if !has_code(error) {
            // What was refused before a field was asked for.
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("code", graphql_code::BAD_DOCUMENT);
        }
    }
    Json(executed).into_response()
}

fn refuse(status: StatusCode, code: &str, message: impl Into<String>) -> Response {
    let answer = graphql::Response::<()> {
        data: None,
        errors: vec![graphql::Error::new(code, message)],
    };
    (status, Json(answer)).into_response()
}
