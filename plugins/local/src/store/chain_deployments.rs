//! Rows of `chain_deployments` and `chainlets`.

use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::{DeploymentRow, StoreError};

/// A deployment of a chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainDeploymentRow {
    pub(crate) id: String,
    pub(crate) chain_id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    pub(crate) is_draft: bool,
    pub(crate) environment: Option<String>,
    pub(crate) scale_down_previous: Option<bool>,
    pub(crate) source_sha256: Option<String>,
    pub(crate) copy_of: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChainDeploymentRow> {
    Ok(ChainDeploymentRow {
        id: row.get("id")?,
        chain_id: row.get("chain_id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        is_draft: row.get("is_draft")?,
        environment: row.get("environment")?,
        scale_down_previous: row.get("scale_down_previous")?,
        source_sha256: row.get("source_sha256")?,
        copy_of: row.get("copy_of")?,
    })
}

impl ChainDeploymentRow {
    pub(crate) fn insert(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO chain_deployments
                 (id, chain_id, name, created_at, is_draft, environment, scale_down_previous,
                  source_sha256, copy_of)
             VALUES (:id, :chain_id, :name, :created_at, :is_draft, :environment,
                     :scale_down_previous, :source_sha256, :copy_of)",
            named_params! {
                ":id": self.id,
                ":chain_id": self.chain_id,
                ":name": self.name,
                ":created_at": self.created_at,
                ":is_draft": self.is_draft,
                ":environment": self.environment,
                ":scale_down_previous": self.scale_down_previous,
                ":source_sha256": self.source_sha256,
                ":copy_of": self.copy_of,
            },
        )?;
        Ok(())
    }

    pub(crate) fn by_id(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached("SELECT * FROM chain_deployments WHERE id = ?1")?
            .query_row([id], read)
            .optional()?)
    }

    /// The one that this deployment of a model is a chainlet's of.
    pub(crate) fn of_chainlet(
        tx: &Transaction<'_>,
        deployment: &str,
    ) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached(
                "SELECT * FROM chain_deployments WHERE id =
                     (SELECT chain_deployment_id FROM chainlets WHERE deployment_id = ?1)",
            )?
            .query_row([deployment], read)
            .optional()?)
    }

    /// All of a chain, the oldest first.
    pub(crate) fn of_chain(tx: &Transaction<'_>, chain: &str) -> Result<Vec<Self>, StoreError> {
        let mut statement = tx
            .prepare_cached("SELECT * FROM chain_deployments WHERE chain_id = ?1 ORDER BY rowid")?;
        let rows = statement
            .query_map([chain], read)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Says which environment the deployment is for, of its chainlets' deployments too.
    pub(crate) fn set_environment(
        tx: &Transaction<'_>,
        id: &str,
        environment: Option<&str>,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE chain_deployments SET environment = ?2 WHERE id = ?1",
            rusqlite::params![id, environment],
        )?;
        tx.execute(
            "UPDATE deployments SET environment = ?2 WHERE id IN
                 (SELECT deployment_id FROM chainlets WHERE chain_deployment_id = ?1)",
            rusqlite::params![id, environment],
        )?;
        Ok(())
    }

    pub(crate) fn set_scale_down_previous(
        tx: &Transaction<'_>,
        id: &str,
        scale_down_previous: Option<bool>,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE chain_deployments SET scale_down_previous = ?2 WHERE id = ?1",
            rusqlite::params![id, scale_down_previous],
        )?;
        Ok(())
    }

    /// Deletes the deployment with its chainlets, and their models, which are its own.
    pub(crate) fn delete(tx: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT d.model_id FROM chainlets c JOIN deployments d ON d.id = c.deployment_id
             WHERE c.chain_deployment_id = ?1",
        )?;
        let models: Vec<String> = statement
            .query_map([id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        tx.execute("DELETE FROM chain_deployments WHERE id = ?1", [id])?;
        for model in models {
            super::ModelRow::delete(tx, &model)?;
        }
        Ok(())
    }
}

/// A chainlet of a chain deployment.
#[derive(Clone, Debug)]
pub(crate) struct ChainletRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_entrypoint: bool,
    /// The name of the model that it is deployed as.
    pub(crate) model_name: String,
    /// That model's deployment.
    pub(crate) deployment: DeploymentRow,
}

impl ChainletRow {
    /// Stores a chainlet, whose deployment is there. The entrypoint comes first.
    pub(crate) fn insert(
        tx: &Transaction<'_>,
        chain_deployment: &str,
        position: usize,
        (id, name, deployment): (&str, &str, &str),
    ) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO chainlets (id, chain_deployment_id, position, name, deployment_id)
             VALUES (:id, :chain_deployment, :position, :name, :deployment)",
            named_params! {
                ":id": id,
                ":chain_deployment": chain_deployment,
                ":position": i64::try_from(position).unwrap_or(i64::MAX),
                ":name": name,
                ":deployment": deployment,
            },
        )?;
        Ok(())
    }

    /// All of a chain deployment, the entrypoint first.
    pub(crate) fn of(
        tx: &Transaction<'_>,
        chain_deployment: &str,
    ) -> Result<Vec<Self>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT c.id, c.name, c.position, c.deployment_id, m.name AS model_name
             FROM chainlets c
             JOIN deployments d ON d.id = c.deployment_id
             JOIN models m ON m.id = d.model_id
             WHERE c.chain_deployment_id = ?1 ORDER BY c.position",
        )?;
        let mut rows = statement.query([chain_deployment])?;
        let mut chainlets = Vec::new();
        while let Some(row) = rows.next()? {
            let deployment: String = row.get("deployment_id")?;
            let Some(deployment) = DeploymentRow::by_id(tx, &deployment)? else {
                continue;
            };
            chainlets.push(Self {
                id: row.get("id")?,
                name: row.get("name")?,
                is_entrypoint: row.get::<_, i64>("position")? == 0,
                model_name: row.get("model_name")?,
                deployment,
            });
        }
        Ok(chainlets)
    }
}
