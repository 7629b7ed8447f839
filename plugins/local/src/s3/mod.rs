//! The part of S3 that a push needs, below a path prefix of the platform's own listener.
//!
//! A signature covers the whole path, so the prefix stays on it: S3 sees it as the bucket, and the
//! bucket as the first part of the key ([`Place`]).

mod access;
mod multipart;
mod objects;
mod receive;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::validation::NameValidation;

use crate::shared::Shared;

/// The first part of the path of S3 requests.
pub(crate) const PREFIX: &str = "__s3";
/// The one bucket.
pub(crate) const BUCKET: &str = "plimsoll-uploads";
/// The region to sign for; any is taken.
pub(crate) const REGION: &str = "us-west-2";

/// Parts may be listed 10,000 at a time, each some 200 bytes of XML.
const XML_BYTES: usize = 4 << 20;

/// The S3 service of a platform.
pub(crate) fn service(shared: &Arc<Shared>) -> S3Service {
    let mut config = S3Config::default();
    config.xml_max_body_size = XML_BYTES;
    let mut builder = S3ServiceBuilder::new(objects::Objects::new(Arc::clone(shared)));
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    builder.set_auth(access::Access::new(Arc::clone(shared)));
    builder.set_access(access::Access::new(Arc::clone(shared)));
    builder.set_validation(PrefixIsBucket);
    builder.build()
}

struct PrefixIsBucket;

impl NameValidation for PrefixIsBucket {
    fn validate_bucket_name(&self, name: &str) -> bool {
        name == PREFIX
    }
}

/// Passes a request on to S3.
pub(crate) async fn handle(State(service): State<S3Service>, request: Request) -> Response {
    if !is_taken(request.method(), request.headers()) {
        return (
            StatusCode::FORBIDDEN,
            "Requests are signed with AWS4-HMAC-SHA256 headers\n",
        )
            .into_response();
    }
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "S3 failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Only what is signed by version 4 in its headers. The other ways to sign (forms, addresses,
/// version 2) are not needed, and forms would be read into memory before their signature is.
fn is_taken(method: &Method, headers: &HeaderMap) -> bool {
    let text = |value: Option<&HeaderValue>| {
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let is_form = *method == Method::POST
        && text(headers.get(header::CONTENT_TYPE)).starts_with("multipart/");
    text(headers.get(header::AUTHORIZATION)).starts_with("aws4-hmac-sha256") && !is_form
}
