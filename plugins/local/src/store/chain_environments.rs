//! Rows of `chain_environments` and `chainlet_settings`.

use plimsoll_baseten_api::{AutoscalingSettings, PromotionSettings};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::{StoreError, json_column, to_json};

/// An environment of a chain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChainEnvironmentRow {
    pub(crate) chain_id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    pub(crate) promotion_settings: PromotionSettings,
    pub(crate) current: Option<String>,
    pub(crate) candidate: Option<String>,
}

/// What an environment deploys a chainlet with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChainletSettingsRow {
    pub(crate) chainlet: String,
    pub(crate) autoscaling_settings: AutoscalingSettings,
    /// Absent until something was deployed, or until it was said.
    pub(crate) instance_type_id: Option<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<ChainEnvironmentRow> {
    Ok(ChainEnvironmentRow {
        chain_id: row.get("chain_id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        promotion_settings: json_column(row, "promotion_settings")?,
        current: row.get("current_deployment_id")?,
        candidate: row.get("candidate_deployment_id")?,
    })
}

fn read_settings(row: &Row<'_>) -> rusqlite::Result<ChainletSettingsRow> {
    Ok(ChainletSettingsRow {
        chainlet: row.get("chainlet")?,
        autoscaling_settings: json_column(row, "autoscaling_settings")?,
        instance_type_id: row.get("instance_type_id")?,
    })
}

impl ChainEnvironmentRow {
    /// An environment with the platform's defaults and nothing deployed.
    pub(crate) fn new(chain_id: &str, name: &str, created_at: &str) -> Self {
        Self {
            chain_id: chain_id.to_owned(),
            name: name.to_owned(),
            created_at: created_at.to_owned(),
            promotion_settings: PromotionSettings::default(),
            current: None,
            candidate: None,
        }
    }

    pub(crate) fn find(
        tx: &Transaction<'_>,
        chain: &str,
        name: &str,
    ) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached("SELECT * FROM chain_environments WHERE chain_id = ?1 AND name = ?2")?
            .query_row([chain, name], read)
            .optional()?)
    }

    /// All of a chain, production first and then by name.
    pub(crate) fn of_chain(tx: &Transaction<'_>, chain: &str) -> Result<Vec<Self>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM chain_environments WHERE chain_id = ?1
             ORDER BY name <> 'production', name",
        )?;
        let rows = statement
            .query_map([chain], read)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Those that this chain deployment is the current or the candidate deployment of.
    pub(crate) fn with_deployment(
        tx: &Transaction<'_>,
        deployment: &str,
    ) -> Result<Vec<Self>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM chain_environments
             WHERE current_deployment_id = ?1 OR candidate_deployment_id = ?1 ORDER BY name",
        )?;
        let rows = statement
            .query_map([deployment], read)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Stores the environment as it now is.
    pub(crate) fn save(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO chain_environments
                 (chain_id, name, created_at, promotion_settings, current_deployment_id,
                  candidate_deployment_id)
             VALUES (:chain, :name, :created_at, :promotion, :current, :candidate)
             ON CONFLICT (chain_id, name) DO UPDATE SET
                 promotion_settings = excluded.promotion_settings,
                 current_deployment_id = excluded.current_deployment_id,
                 candidate_deployment_id = excluded.candidate_deployment_id",
            named_params! {
                ":chain": self.chain_id,
                ":name": self.name,
                ":created_at": self.created_at,
                ":promotion": to_json(&self.promotion_settings)?,
                ":current": self.current,
                ":candidate": self.candidate,
            },
        )?;
        Ok(())
    }

    pub(crate) fn delete(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        tx.execute(
            "DELETE FROM chain_environments WHERE chain_id = ?1 AND name = ?2",
            [&self.chain_id, &self.name],
        )?;
        Ok(())
    }

    /// The settings of chainlets that it keeps, by name.
    pub(crate) fn kept_settings(
        &self,
        tx: &Transaction<'_>,
    ) -> Result<Vec<ChainletSettingsRow>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM chainlet_settings WHERE chain_id = ?1 AND environment = ?2
             ORDER BY chainlet",
        )?;
        let rows = statement
            .query_map([&self.chain_id, &self.name], read_settings)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Keeps the settings of a chainlet. The environment must be stored.
    pub(crate) fn keep(
        &self,
        tx: &Transaction<'_>,
        settings: &ChainletSettingsRow,
    ) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO chainlet_settings
                 (chain_id, environment, chainlet, autoscaling_settings, instance_type_id)
             VALUES (:chain, :environment, :chainlet, :autoscaling, :instance_type)
             ON CONFLICT (chain_id, environment, chainlet) DO UPDATE SET
                 autoscaling_settings = excluded.autoscaling_settings,
                 instance_type_id = excluded.instance_type_id",
            named_params! {
                ":chain": self.chain_id,
                ":environment": self.name,
                ":chainlet": settings.chainlet,
                ":autoscaling": to_json(&settings.autoscaling_settings)?,
                ":instance_type": settings.instance_type_id,
            },
        )?;
        Ok(())
    }
}
