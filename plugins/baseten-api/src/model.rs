//! Models.

use serde::{Deserialize, Serialize};

/// A model: a name under which deployments are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its identity.
    pub id: String,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// Its name, unique within a team.
    pub name: String,
    /// How many deployments it has.
    pub deployments_count: u64,
    /// Its deployment in production.
    pub production_deployment_id: Option<String>,
    /// Its development deployment.
    pub development_deployment_id: Option<String>,
    /// The instance type of its production deployment.
    pub instance_type_name: String,
    /// The team it belongs to.
    #[serde(default)]
    pub team_name: String,
}

/// `GET /v1/models`; `?name=` filters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// All of them.
    pub models: Vec<Model>,
}

/// The answer to the deletion of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelTombstone {
    /// Its identity.
    pub id: String,
    /// True.
    pub deleted: bool,
}
