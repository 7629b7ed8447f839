//! What is answered. Nothing here leads back to where it came from, so that no document can ask for
//! much more than it says.

use async_graphql::SimpleObject;
use plimsoll_baseten_api::graphql::to_internal;
use rusqlite::Transaction;

use crate::catalogue;
use crate::control::view::{TEAM_ID, TEAM_NAME};
use crate::refusal::Refusal;
use crate::store::{
    ChainDeploymentRow, ChainRow, ChainletRow, DeploymentRow, EnvironmentRow, ModelRow, PRODUCTION,
};

/// Where a chain or a model would serve, if the platform ran replicas.
fn hostname(base_url: &str, kind: &str, id: &str) -> String {
    format!("{base_url}/__infer/{kind}-{id}")
}

#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Team {
    id: &'static str,
    name: &'static str,
    default: bool,
}

/// The one team.
pub(super) const TEAM: Team = Team {
    id: TEAM_ID,
    name: TEAM_NAME,
    default: true,
};

#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Organization {
    pub(super) id: &'static str,
    pub(super) workspace_name: Option<String>,
}

#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Validation {
    pub(super) success: bool,
    /// JSON text.
    pub(super) details: Option<String>,
}

#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Status {
    status: String,
}

fn status(deployment: &DeploymentRow) -> Status {
    Status {
        status: to_internal(&deployment.status).to_owned(),
    }
}

/// A model as what is deployed of it names it.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Oracle {
    id: String,
    name: String,
    hostname: String,
}

fn oracle(id: &str, name: &str, base_url: &str) -> Oracle {
    Oracle {
        hostname: hostname(base_url, "model", id),
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct InstanceTypeName {
    id: String,
    name: String,
}

/// A deployment of a model.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct ModelVersion {
    id: String,
    name: String,
    semver: String,
    is_draft: bool,
    is_primary: bool,
    /// What it was built of, as the platform names it; nothing else compares with it.
    truss_hash: Option<String>,
    /// Patches of a development deployment are not taken here, and they alone need it.
    truss_signature: Option<String>,
    current_model_deployment_status: Status,
    oracle: Oracle,
    instance_type: InstanceTypeName,
}

impl ModelVersion {
    pub(super) fn of(deployment: &DeploymentRow, model: &ModelRow, base_url: &str) -> Self {
        let new = &deployment.new;
        let instance_type = catalogue::by_id(&new.instance_type_id);
        let name = instance_type.map_or_else(|_| new.instance_type_id.clone(), |found| found.name);
        Self {
            id: new.id.clone(),
            name: new.name.clone(),
            semver: "0.1.0".to_owned(),
            is_draft: new.is_development,
            is_primary: deployment.is_production,
            truss_hash: deployment.build_digest.clone(),
            truss_signature: None,
            current_model_deployment_status: status(deployment),
            oracle: oracle(&model.id, &model.name, base_url),
            instance_type: InstanceTypeName {
                id: new.instance_type_id.clone(),
                name,
            },
        }
    }
}

/// What a push of a model answers.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct CreatedVersion {
    pub(super) model_version: ModelVersion,
}

/// A model in a list.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct ModelSummary {
    id: String,
    name: String,
    hostname: String,
    team: Team,
}

impl ModelSummary {
    pub(super) fn of(model: &ModelRow, base_url: &str) -> Self {
        Self {
            id: model.id.clone(),
            name: model.name.clone(),
            hostname: hostname(base_url, "model", &model.id),
            team: TEAM,
        }
    }
}

/// A model with its deployments.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Model {
    id: String,
    name: String,
    hostname: String,
    team: Team,
    versions: Vec<ModelVersion>,
    primary_version: Option<ModelVersion>,
}

impl Model {
    pub(super) fn of(
        tx: &Transaction<'_>,
        model: &ModelRow,
        base_url: &str,
    ) -> Result<Self, Refusal> {
        let rows = DeploymentRow::of_model(tx, &model.id)?;
        let production = EnvironmentRow::find(tx, &model.id, PRODUCTION)?;
        let primary = production.and_then(|found| found.current.or(found.candidate));
        let version = |row: &DeploymentRow| ModelVersion::of(row, model, base_url);
        Ok(Self {
            id: model.id.clone(),
            name: model.name.clone(),
            hostname: hostname(base_url, "model", &model.id),
            team: TEAM,
            versions: rows.iter().map(version).collect(),
            primary_version: rows
                .iter()
                .find(|row| primary.as_ref() == Some(&row.new.id))
                .map(version),
        })
    }
}

/// A chain in a list, or as its deployments name it.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct ChainSummary {
    id: String,
    name: String,
    hostname: String,
    team: Team,
}

impl ChainSummary {
    pub(super) fn of(chain: &ChainRow, base_url: &str) -> Self {
        Self {
            id: chain.id.clone(),
            name: chain.name.clone(),
            hostname: hostname(base_url, "chain", &chain.id),
            team: TEAM,
        }
    }
}

/// A chain with its deployments.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Chain {
    id: String,
    name: String,
    hostname: String,
    team: Team,
    deployments: Vec<ChainDeployment>,
}

impl Chain {
    pub(super) fn of(
        tx: &Transaction<'_>,
        chain: &ChainRow,
        base_url: &str,
    ) -> Result<Self, Refusal> {
        let rows = ChainDeploymentRow::of_chain(tx, &chain.id)?;
        let deployments = rows
            .into_iter()
            .map(|row| ChainDeployment::of(tx, row, chain, base_url));
        Ok(Self {
            id: chain.id.clone(),
            name: chain.name.clone(),
            hostname: hostname(base_url, "chain", &chain.id),
            team: TEAM,
            deployments: deployments.collect::<Result<_, _>>()?,
        })
    }
}

/// A deployment of a chain.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct ChainDeployment {
    id: String,
    name: String,
    created: String,
    is_draft: bool,
    environment: Option<String>,
    chain: ChainSummary,
    chainlets: Vec<Chainlet>,
}

impl ChainDeployment {
    pub(super) fn of(
        tx: &Transaction<'_>,
        row: ChainDeploymentRow,
        chain: &ChainRow,
        base_url: &str,
    ) -> Result<Self, Refusal> {
        let chainlets = ChainletRow::of(tx, &row.id)?;
        let chainlets = chainlets.into_iter();
        Ok(Self {
            id: row.id,
            name: row.name,
            created: row.created_at,
            is_draft: row.is_draft,
            environment: row.environment,
            chain: ChainSummary::of(chain, base_url),
            chainlets: chainlets.map(|row| Chainlet::of(row, base_url)).collect(),
        })
    }
}

/// What a push of a chain answers.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct DeployedChain {
    pub(super) chain_deployment: ChainDeployment,
}

/// A chainlet of a chain deployment.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct Chainlet {
    id: String,
    name: String,
    is_entrypoint: bool,
    oracle: Oracle,
    oracle_version: OracleVersion,
}

/// The deployment of a chainlet's model.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct OracleVersion {
    id: String,
    is_draft: bool,
    current_model_deployment_status: Status,
}

impl Chainlet {
    fn of(row: ChainletRow, base_url: &str) -> Self {
        let new = &row.deployment.new;
        Self {
            oracle: oracle(&new.model_id, &row.model_name, base_url),
            oracle_version: OracleVersion {
                id: new.id.clone(),
                is_draft: new.is_development,
                current_model_deployment_status: status(&row.deployment),
            },
            id: row.id,
            name: row.name,
            is_entrypoint: row.is_entrypoint,
        }
    }
}
