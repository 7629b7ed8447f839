//! GraphQL: what a push of a chain needs and REST does not have.
//!
//! The platform's schema is not published. Field and argument names are those that the official
//! client sends, and so is the way to send them: arguments are literals in the document, and the
//! only variable is `$trussUserEnv: String`, as the types of the others are not known. Literals are
//! escaped here, so that no name can end one early. The platform does not hold an answer to the
//! selection: fields may come that were not asked for.

mod answer;
mod document;
mod status;

pub use answer::{
    ChainDeploymentAnswer, ChainDeploymentRef, ChainDeploymentState, ChainRef, ChainS3Credentials,
    ChainletRef, Chains, CurrentStatus, DeployChainAtomic, DeployedChain, DeployedChainRef,
    ModelRef, ModelS3Credentials, ModelsAnswer, Oracle, OracleVersion, S3Upload, TeamRef, Teams,
    TrussValidation, ValidationVerdict,
};
pub use document::{
    DeployChain, DeployChainlet, chain_deployment, chain_s3_upload_credentials, chains,
    deploy_chain_atomic, literal, model_s3_upload_credentials, models, teams, truss_validation,
};
pub use status::{from_internal, to_internal};

use serde::{Deserialize, Serialize};

use crate::JsonObject;

/// The path of the endpoint. The official client keeps the slash.
pub const PATH: &str = "/graphql/";

/// Names of errors that have a meaning of their own here; the others are those of REST.
pub mod code {
    /// The key is missing or wrong.
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// The document is not understood, or asks for more than is answered.
    pub const BAD_DOCUMENT: &str = "GRAPHQL_VALIDATION_FAILED";
}

/// `POST /graphql/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The document.
    pub query: String,
    /// The values of its variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<JsonObject>,
}

impl Request {
    /// A document without variables.
    #[must_use]
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            variables: None,
        }
    }
}

/// What is answered, with HTTP status 200 even to what failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response<T> {
    /// The fields that were asked for; null where something failed.
    #[serde(default = "Option::default")]
    pub data: Option<T>,
    /// What went wrong. The official client reads the first one only.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Error>,
}

impl<T> Response<T> {
    /// The data, or else the first error.
    ///
    /// # Errors
    /// When there is an error, or no data either.
    pub fn into_result(self) -> Result<T, Error> {
        match (self.errors.into_iter().next(), self.data) {
            (Some(error), _) => Err(error),
            (None, Some(data)) => Ok(data),
            (None, None) => Err(Error::new("", "the answer holds neither data nor errors")),
        }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// For people.
    #[serde(default)]
    pub message: String,
    /// More about it.
    #[serde(default)]
    pub extensions: Extensions,
}

/// More about an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extensions {
    /// A stable name, as in [`crate::code`] and [`code`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For people, in place of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Error {
    /// An error of this name.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            extensions: Extensions {
                code: (!code.is_empty()).then(|| code.to_owned()),
                description: None,
            },
        }
    }

    /// The name of the error, or nothing.
    #[must_use]
    pub fn code(&self) -> &str {
        self.extensions.code.as_deref().unwrap_or_default()
    }

    /// What people are shown.
    #[must_use]
    pub fn text(&self) -> &str {
        self.extensions
            .description
            .as_deref()
            .unwrap_or(&self.message)
    }
}
