//! Rows of `environments`.

use plimsoll_baseten_api::{AutoscalingSettings, PromotionSettings, RequestBackpressureSettings};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::{StoreError, json_column, to_json};

/// An environment of a model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EnvironmentRow {
    pub(crate) model_id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    pub(crate) autoscaling_settings: AutoscalingSettings,
    pub(crate) promotion_settings: PromotionSettings,
    /// Absent until something was deployed.
    pub(crate) instance_type_id: Option<String>,
    pub(crate) backpressure: RequestBackpressureSettings,
    pub(crate) current: Option<String>,
    pub(crate) candidate: Option<String>,
    pub(crate) promotion_paused: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<EnvironmentRow> {
    Ok(EnvironmentRow {
        model_id: row.get("model_id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        autoscaling_settings: json_column(row, "autoscaling_settings")?,
        promotion_settings: json_column(row, "promotion_settings")?,
        instance_type_id: row.get("instance_type_id")?,
        backpressure: json_column(row, "backpressure")?,
        current: row.get("current_deployment_id")?,
        candidate: row.get("candidate_deployment_id")?,
        promotion_paused: row.get("promotion_paused")?,
    })
}

impl EnvironmentRow {
    /// An environment with the platform's defaults and nothing deployed.
    pub(crate) fn new(model_id: &str, name: &str, created_at: &str) -> Self {
        Self {
            model_id: model_id.to_owned(),
            name: name.to_owned(),
            created_at: created_at.to_owned(),
            autoscaling_settings: AutoscalingSettings::default(),
            promotion_settings: PromotionSettings::default(),
            instance_type_id: None,
            backpressure: RequestBackpressureSettings::default(),
            current: None,
            candidate: None,
            promotion_paused: false,
        }
    }

    pub(crate) fn find(
        tx: &Transaction<'_>,
        model: &str,
        name: &str,
    ) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached("SELECT * FROM environments WHERE model_id = ?1 AND name = ?2")?
            .query_row([model, name], read)
            .optional()?)
    }

    /// All of a model, production first and then by name.
    pub(crate) fn of_model(tx: &Transaction<'_>, model: &str) -> Result<Vec<Self>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM environments WHERE model_id = ?1 ORDER BY name <> 'production', name",
        )?;
        let rows = statement
            .query_map([model], read)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Those that this deployment is the current or the candidate deployment of.
    pub(crate) fn with_deployment(
        tx: &Transaction<'_>,
        deployment: &str,
    ) -> Result<Vec<Self>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT * FROM environments
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
            "INSERT INTO environments
                 (model_id, name, created_at, autoscaling_settings, promotion_settings,
                  instance_type_id, backpressure, current_deployment_id,
                  candidate_deployment_id, promotion_paused)
             VALUES (:model, :name, :created_at, :autoscaling, :promotion, :instance_type,
                     :backpressure, :current, :candidate, :paused)
             ON CONFLICT (model_id, name) DO UPDATE SET
                 autoscaling_settings = excluded.autoscaling_settings,
                 promotion_settings = excluded.promotion_settings,
                 instance_type_id = excluded.instance_type_id,
                 backpressure = excluded.backpressure,
                 current_deployment_id = excluded.current_deployment_id,
                 candidate_deployment_id = excluded.candidate_deployment_id,
                 promotion_paused = excluded.promotion_paused",
            named_params! {
                ":model": self.model_id,
                ":name": self.name,
                ":created_at": self.created_at,
                ":autoscaling": to_json(&self.autoscaling_settings)?,
                ":promotion": to_json(&self.promotion_settings)?,
                ":instance_type": self.instance_type_id,
                ":backpressure": to_json(&self.backpressure)?,
                ":current": self.current,
                ":candidate": self.candidate,
                ":paused": self.promotion_paused,
            },
        )?;
        Ok(())
    }

    pub(crate) fn delete(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        tx.execute(
            "DELETE FROM environments WHERE model_id = ?1 AND name = ?2",
            [&self.model_id, &self.name],
        )?;
        Ok(())
    }
}
