//! GraphQL: how a document is sent, and its answer read.

use plimsoll_baseten_api::code;
use plimsoll_baseten_api::graphql::{Request, Response, code as graphql};
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;

use super::Client;
use crate::error::ApiError;

/// Where the real platform's two interfaces are.
const REAL_REST_HOST: &str = "api.baseten.co";
const REAL_GRAPHQL_HOST: &str = "app.baseten.co";

impl Client {
    /// Sends a document, once.
    pub(crate) async fn graphql<T: DeserializeOwned>(
        &self,
        what: &'static str,
        request: &Request,
    ) -> Result<T, ApiError> {
        let answer: Response<T> = self
            .send(what, Method::POST, self.graphql_url(), Some(request))
            .await?;
        answer.into_result().map_err(|error| match error.code() {
            "" if error.message.is_empty() => ApiError::Answer {
                what,
                reason: "it holds an error that says nothing".to_owned(),
            },
            code => ApiError::Status {
                what,
                status: status_of(code),
                message: self.redact(error.text()),
                retry_after: None,
            },
        })
    }

    /// The address of GraphQL: beside the REST interface, but for the real platform, which has
    /// another host for it.
    fn graphql_url(&self) -> Url {
        let mut url = self.options().url.clone();
        if url.host_str() == Some(REAL_REST_HOST) {
            // It fails for addresses without a host, and this one has one.
            let _ = url.set_host(Some(REAL_GRAPHQL_HOST));
        }
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("graphql").push("");
        }
        url
    }
}

/// The HTTP status that says what an error's code says: GraphQL answers 200 to everything.
fn status_of(code: &str) -> u16 {
    match code {
        graphql::UNAUTHENTICATED | code::UNAUTHORIZED => 401,
        "FORBIDDEN" => 403,
        code::RESOURCE_NOT_FOUND => 404,
        code::INTERNAL | "INTERNAL_SERVER_ERROR" => 500,
        _ => 400,
    }
}
