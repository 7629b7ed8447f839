//! The bodies of requests.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::IntoResponse as _;
use http::StatusCode;
use plimsoll_baseten_api::code;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// A JSON body. Its content type is not looked at, as clients differ.
pub(super) struct Input<T>(pub(super) T);

/// A JSON body that may be left out, which is an empty object.
pub(super) struct OptionalInput<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        parse(&bytes(request, state).await?).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalInput<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = bytes(request, state).await?;
        let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
        parse(if is_blank { b"{}" } else { &bytes }).map(Self)
    }
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            let status = rejection.into_response().status();
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                Refusal::new(status, code::PAYLOAD_TOO_LARGE, "The body is too large")
            } else {
                Refusal::invalid("The body could not be read")
            }
        })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::invalid(format!("The body is not as expected: {error}")))
}
