//! What all requests have in common.

use std::time::Duration;

use axum::extract::{MatchedPath, OriginalUri, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Json, http::Method};
use http::{HeaderValue, StatusCode, header};
use plimsoll_baseten_api::{ErrorBody, code};
use tracing::Span;

use crate::refusal::Refusal;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

pub(super) async fn not_found(OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::not_found(format!("There is nothing at {}", uri.path()))
}

pub(super) async fn method_not_allowed(method: Method, OriginalUri(uri): OriginalUri) -> Refusal {
    let message = format!("{} does not take {method}", uri.path());
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        code::METHOD_NOT_ALLOWED,
        message,
    )
}

/// Gives the errors of libraries the form of ours: clients read JSON only.
pub(super) async fn errors_as_json(response: Response) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let code = match status {
        StatusCode::REQUEST_TIMEOUT => code::TIMEOUT,
        StatusCode::PAYLOAD_TOO_LARGE => code::PAYLOAD_TOO_LARGE,
        status if status.is_server_error() => code::INTERNAL,
        _ => code::INVALID_REQUEST,
    };
    let body = ErrorBody {
        code: code.to_owned(),
        message: status
            .canonical_reason()
            .unwrap_or("The request failed")
            .to_owned(),
    };
    (status, Json(body)).into_response()
}

/// Marks what may never be shown, so that nobody's debug output shows it.
pub(super) async fn hide_secrets(mut request: Request, next: Next) -> Response {
    for name in ["authorization", "x-amz-security-token"] {
        if let Some(value) = request.headers_mut().get_mut(name) {
            value.set_sensitive(true);
        }
    }
    next.run(request).await
}

/// Names the route and not the path, which may hold a download's token.
pub(super) fn span(request: &Request) -> Span {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    let agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    tracing::info_span!("request", method = %request.method(), route, agent)
}

pub(super) fn answered(response: &Response, took: Duration, _span: &Span) {
    let status = response.status().as_u16();
    let took_ms = took.as_millis();
    if response.status().is_server_error() {
        tracing::error!(status, took_ms, "answered");
    } else {
        tracing::debug!(status, took_ms, "answered");
    }
}

/// Where this platform is reached, as `http://host:port`. A platform that listens everywhere is
/// reached where the client found it.
pub(crate) fn base_url(shared: &crate::shared::Shared, host: Option<&HeaderValue>) -> String {
    let address = shared.address.get().copied();
    let found = host
        .and_then(|host| host.to_str().ok())
        .filter(|host| host.parse::<http::uri::Authority>().is_ok());
    match (address, found) {
        (Some(address), Some(host)) if address.ip().is_unspecified() => format!("http://{host}"),
        (Some(address), _) if address.ip().is_unspecified() => {
            format!("http://127.0.0.1:{}", address.port())
        }
        (Some(address), _) => format!("http://{address}"),
        // Nothing is asked of a platform that does not listen.
        (None, _) => String::new(),
    }
}
