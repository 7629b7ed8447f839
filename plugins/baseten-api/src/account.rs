//! Teams, users and secrets.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its identity.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is what a request means that names no team.
    pub default: bool,
    /// When it was created, RFC 3339.
    pub created_at: String,
}

/// `GET /v1/teams`; `?name=` filters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teams {
    /// All of them.
    pub teams: Vec<Team>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their identity.
    pub user_id: String,
    /// Their address.
    #[serde(default)]
    pub email: Option<String>,
    /// Their name.
    #[serde(default)]
    pub name: Option<String>,
    /// The workspace they belong to.
    #[serde(default)]
    pub workspace_name: Option<String>,
}

/// `GET /v1/users`, the one list that comes in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    /// This page.
    pub items: Vec<User>,
    /// Where the next one begins.
    pub pagination: Pagination,
}

/// A place in a list that comes in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pagination {
    /// Whether there is another page.
    pub has_more: bool,
    /// What to ask for it with.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A secret's name; its value is never answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Its identity.
    pub id: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// Its name.
    pub name: String,
    /// The team it belongs to.
    #[serde(default)]
    pub team_name: String,
}

/// `GET /v1/secrets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// All of them.
    pub secrets: Vec<Secret>,
}

/// Creates a secret or changes its value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpsertSecretRequest {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

// The value stays out of logs.
impl fmt::Debug for UpsertSecretRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UpsertSecretRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The answer to the deletion of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretTombstone {
    /// Its name.
    pub name: String,
}
