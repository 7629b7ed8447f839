//! `Authorization: Api-Key K` and `Authorization: Bearer K`: clients send either.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use plimsoll_baseten_api::code;

use crate::refusal::Refusal;
use crate::shared::Shared;

pub(super) async fn require_key(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    match check(&shared, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(message) => {
            Refusal::new(StatusCode::UNAUTHORIZED, code::UNAUTHORIZED, message).into_response()
        }
    }
}

/// Whether a request presents the key; the error says in words why not.
pub(crate) fn check(shared: &Shared, headers: &HeaderMap) -> Result<(), &'static str> {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(presented);
    match key {
        None => Err("malformed Authorization header"),
        Some(key) if !shared.api_key.matches(key) => Err("The API key is not valid"),
        Some(_) => Ok(()),
    }
}

fn presented(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    let is_known = scheme.eq_ignore_ascii_case("Api-Key") || scheme.eq_ignore_ascii_case("Bearer");
    let key = key.trim();
    (is_known && !key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::presented;

    #[test]
    fn both_schemes_are_understood() {
        assert_eq!(presented("Api-Key k"), Some("k"));
        assert_eq!(presented("Bearer  k"), Some("k"));
        for bad in ["k", "Basic k", "Bearer ", ""] {
            assert_eq!(presented(bad), None, "{bad}");
        }
    }
}
