//! Rows of `deployments`.

use plimsoll_baseten_api::{
    AutoscalingSettings, Deployment, DeploymentStatus, JsonObject, RequestBackpressureSettings,
    UpdateAutoscalingSettings,
};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::{StoreError, json_column, optional_json_column, to_json};

/// A deployment.
#[derive(Clone, Debug)]
pub(crate) struct DeploymentRow {
    pub(crate) new: NewDeployment,
    pub(crate) status: DeploymentStatus,
    pub(crate) is_production: bool,
    /// Whether it is a chainlet's.
    pub(crate) is_chainlet: bool,
    /// What the platform computed, once it has.
    pub(crate) build_digest: Option<String>,
}

/// What a deployment is created of.
#[derive(Clone, Debug)]
pub(crate) struct NewDeployment {
    pub(crate) id: String,
    pub(crate) model_id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    /// When it last set out to become active, in milliseconds since the Unix epoch.
    pub(crate) began_millis: i64,
    pub(crate) is_development: bool,
    pub(crate) environment: Option<String>,
    pub(crate) autoscaling_settings: AutoscalingSettings,
    pub(crate) settings_update: UpdateAutoscalingSettings,
    pub(crate) instance_type_id: String,
    pub(crate) preserve_env_instance_type: bool,
    pub(crate) scale_down_previous: Option<bool>,
    pub(crate) config: JsonObject,
    pub(crate) raw_config: Option<String>,
    pub(crate) user_env: Option<JsonObject>,
    pub(crate) labels: Option<JsonObject>,
    pub(crate) backpressure: RequestBackpressureSettings,
    pub(crate) deploy_timeout_minutes: Option<u32>,
    pub(crate) archive_sha256: String,
    pub(crate) reuses_digest: Option<String>,
    pub(crate) copy_of: Option<String>,
}

const SELECT: &str = "
    SELECT d.*,
           EXISTS (SELECT 1 FROM environments e
                   WHERE e.model_id = d.model_id AND e.name = 'production'
                     AND coalesce(e.current_deployment_id, e.candidate_deployment_id) = d.id)
               AS is_production,
           EXISTS (SELECT 1 FROM chainlets c WHERE c.deployment_id = d.id) AS is_chainlet
    FROM deployments d";

fn read(row: &Row<'_>) -> rusqlite::Result<DeploymentRow> {
    Ok(DeploymentRow {
        status: DeploymentStatus::from(row.get::<_, String>("status")?),
        is_production: row.get("is_production")?,
        is_chainlet: row.get("is_chainlet")?,
        build_digest: row.get("build_digest")?,
        new: NewDeployment {
            id: row.get("id")?,
            model_id: row.get("model_id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            began_millis: row.get("began_millis")?,
            is_development: row.get("is_development")?,
            environment: row.get("environment")?,
            autoscaling_settings: json_column(row, "autoscaling_settings")?,
            settings_update: json_column(row, "settings_update")?,
            instance_type_id: row.get("instance_type_id")?,
            preserve_env_instance_type: row.get("preserve_env_instance_type")?,
            scale_down_previous: row.get("scale_down_previous")?,
            config: json_column(row, "config")?,
            raw_config: row.get("raw_config")?,
            user_env: optional_json_column(row, "user_env")?,
            labels: optional_json_column(row, "labels")?,
            backpressure: json_column(row, "backpressure")?,
            deploy_timeout_minutes: row.get("deploy_timeout_minutes")?,
            archive_sha256: row.get("archive_sha256")?,
            reuses_digest: row.get("reuses_digest")?,
            copy_of: row.get("copy_of")?,
        },
    })
}

impl DeploymentRow {
    /// Stores a deployment that is about to be built.
    pub(crate) fn insert(tx: &Transaction<'_>, new: &NewDeployment) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO deployments
                 (id, model_id, name, created_at, began_millis, status, is_development, environment,
                  autoscaling_settings, settings_update, instance_type_id,
                  preserve_env_instance_type, scale_down_previous, config, raw_config, user_env,
                  labels, backpressure, deploy_timeout_minutes, archive_sha256, reuses_digest,
                  copy_of)
             VALUES
                 (:id, :model_id, :name, :created_at, :began_millis, :status, :is_development, :environment,
                  :autoscaling_settings, :settings_update, :instance_type_id,
                  :preserve_env_instance_type, :scale_down_previous, :config, :raw_config,
                  :user_env, :labels, :backpressure, :deploy_timeout_minutes, :archive_sha256,
                  :reuses_digest, :copy_of)",
            named_params! {
                ":id": new.id,
                ":model_id": new.model_id,
                ":name": new.name,
                ":created_at": new.created_at,
                ":began_millis": new.began_millis,
                ":status": DeploymentStatus::Building.as_str(),
                ":is_development": new.is_development,
                ":environment": new.environment,
                ":autoscaling_settings": to_json(&new.autoscaling_settings)?,
                ":settings_update": to_json(&new.settings_update)?,
                ":instance_type_id": new.instance_type_id,
                ":preserve_env_instance_type": new.preserve_env_instance_type,
                ":scale_down_previous": new.scale_down_previous,
                ":config": to_json(&new.config)?,
                ":raw_config": new.raw_config,
                ":user_env": new.user_env.as_ref().map(to_json).transpose()?,
                ":labels": new.labels.as_ref().map(to_json).transpose()?,
                ":backpressure": to_json(&new.backpressure)?,
                ":deploy_timeout_minutes": new.deploy_timeout_minutes,
                ":archive_sha256": new.archive_sha256,
                ":reuses_digest": new.reuses_digest,
                ":copy_of": new.copy_of,
            },
        )?;
        Ok(())
    }

    pub(crate) fn by_id(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE d.id = ?1");
        Ok(tx.prepare_cached(&sql)?.query_row([id], read).optional()?)
    }

    /// All of a model, the oldest first.
    pub(crate) fn of_model(tx: &Transaction<'_>, model: &str) -> Result<Vec<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE d.model_id = ?1 ORDER BY d.rowid");
        let mut statement = tx.prepare_cached(&sql)?;
        let rows = statement
            .query_map([model], read)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Those that the platform has something to do for, the oldest first.
    pub(crate) fn unfinished(tx: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
        let mut statement = tx.prepare_cached(
            "SELECT id FROM deployments
             WHERE status IN ('BUILDING', 'DEPLOYING', 'LOADING_MODEL', 'UPDATING', 'DEACTIVATING')
             ORDER BY rowid",
        )?;
        let rows = statement
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Moves a deployment on, unless it has been moved by someone else since `from`. Says whether
    /// it was moved.
    pub(crate) fn advance(
        tx: &Transaction<'_>,
        id: &str,
        from: &DeploymentStatus,
        to: &DeploymentStatus,
    ) -> Result<bool, StoreError> {
        let moved = tx.execute(
            "UPDATE deployments SET status = ?3 WHERE id = ?1 AND status = ?2",
            [id, from.as_str(), to.as_str()],
        )?;
        if moved > 0 {
            tracing::info!(deployment = id, from = %from, to = %to, "deployment moved");
        }
        Ok(moved > 0)
    }

    /// Says when a deployment has set out to become active once more.
    pub(crate) fn set_began(
        tx: &Transaction<'_>,
        id: &str,
        began_millis: i64,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE deployments SET began_millis = ?2 WHERE id = ?1",
            rusqlite::params![id, began_millis],
        )?;
        Ok(())
    }

    pub(crate) fn set_settings(
        tx: &Transaction<'_>,
        id: &str,
        settings: &AutoscalingSettings,
        update: &UpdateAutoscalingSettings,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE deployments SET autoscaling_settings = ?2, settings_update = ?3 WHERE id = ?1",
            [id, &to_json(settings)?, &to_json(update)?],
        )?;
        Ok(())
    }

    pub(crate) fn set_instance_type(
        tx: &Transaction<'_>,
        id: &str,
        instance_type: &str,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE deployments SET instance_type_id = ?2 WHERE id = ?1",
            [id, instance_type],
        )?;
        Ok(())
    }

    pub(crate) fn set_environment(
        tx: &Transaction<'_>,
        id: &str,
        environment: Option<&str>,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE deployments SET environment = ?2 WHERE id = ?1",
            rusqlite::params![id, environment],
        )?;
        Ok(())
    }

    pub(crate) fn set_promotion(
        tx: &Transaction<'_>,
        id: &str,
        scale_down_previous: Option<bool>,
        preserve_env_instance_type: bool,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE deployments
             SET scale_down_previous = ?2, preserve_env_instance_type = ?3 WHERE id = ?1",
            rusqlite::params![id, scale_down_previous, preserve_env_instance_type],
        )?;
        Ok(())
    }

    pub(crate) fn set_build_digest(
        tx: &Transaction<'_>,
        id: &str,
        digest: &str,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE deployments SET build_digest = ?2 WHERE id = ?1",
            [id, digest],
        )?;
        Ok(())
    }

    pub(crate) fn delete(tx: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
        tx.execute("DELETE FROM deployments WHERE id = ?1", [id])?;
        Ok(())
    }

    /// The deployment as clients see it.
    pub(crate) fn wire(&self) -> Deployment {
        let new = &self.new;
        Deployment {
            id: new.id.clone(),
            created_at: new.created_at.clone(),
            name: new.name.clone(),
            model_id: new.model_id.clone(),
            is_production: self.is_production,
            is_development: new.is_development,
            status: self.status.clone(),
            // The platform is a control plane only.
            active_replica_count: 0,
            autoscaling_settings: Some(new.autoscaling_settings.clone()),
            instance_type_name: Some(new.instance_type_id.clone()),
            environment: new.environment.clone(),
            labels: new.labels.clone(),
            region: None,
            request_backpressure_settings: Some(new.backpressure.clone()),
        }
    }
}
