//! The body of an error.

use serde::{Deserialize, Serialize};

/// What every answer that is not a success carries. The OpenAPI document gives errors no schema;
/// the official clients show `message`, and nothing depends on `code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// A stable name; see [`code`].
    #[serde(default)]
    pub code: String,
    /// What went wrong, for people.
    #[serde(default)]
    pub message: String,
}

/// Names of errors.
pub mod code {
    /// What the request names does not exist.
    pub const RESOURCE_NOT_FOUND: &str = "RESOURCE_NOT_FOUND";
    /// The key is missing or wrong.
    pub const UNAUTHORIZED: &str = "UNAUTHORIZED";
    /// The request is not understood or asks for something that cannot be.
    pub const INVALID_REQUEST: &str = "INVALID_REQUEST";
    /// The request does not fit the present state.
    pub const CONFLICT: &str = "CONFLICT";
    /// The path exists, the method does not.
    pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
    /// The body is larger than is read.
    pub const PAYLOAD_TOO_LARGE: &str = "PAYLOAD_TOO_LARGE";
    /// The request took longer than is waited for.
    pub const TIMEOUT: &str = "TIMEOUT";
    /// The platform failed; its own log says how.
    pub const INTERNAL: &str = "INTERNAL";
}
