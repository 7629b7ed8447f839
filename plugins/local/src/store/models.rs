//! Rows of `models` and `meta`.

use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::StoreError;

/// The environment that every model has.
pub(crate) const PRODUCTION: &str = "production";

/// A model.
#[derive(Clone, Debug)]
pub(crate) struct ModelRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    pub(crate) disable_archive_download: bool,
    /// Whether it is a chainlet's, which a chain deployment made and deletes.
    pub(crate) is_chainlet: bool,
    pub(crate) deployments_count: u32,
    pub(crate) development_deployment_id: Option<String>,
}

const SELECT: &str = "
    SELECT m.*,
           (SELECT count(*) FROM deployments d WHERE d.model_id = m.id) AS deployments_count,
           (SELECT d.id FROM deployments d WHERE d.model_id = m.id AND d.is_development)
               AS development_deployment_id
    FROM models m";

fn read(row: &Row<'_>) -> rusqlite::Result<ModelRow> {
    Ok(ModelRow {
        id: row.get("id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        disable_archive_download: row.get("disable_archive_download")?,
        is_chainlet: row.get("is_chainlet")?,
        deployments_count: row.get("deployments_count")?,
        development_deployment_id: row.get("development_deployment_id")?,
    })
}

impl ModelRow {
    pub(crate) fn insert(
        transaction: &Transaction<'_>,
        id: &str,
        name: &str,
        created_at: &str,
        disable_archive_download: bool,
        is_chainlet: bool,
    ) -> Result<(), StoreError> {
        transaction.execute(
            "INSERT INTO models (id, name, created_at, disable_archive_download, is_chainlet)
             VALUES (:id, :name, :created_at, :disable, :is_chainlet)",
            named_params! {
                ":id": id, ":name": name, ":created_at": created_at,
                ":disable": disable_archive_download, ":is_chainlet": is_chainlet,
            },
        )?;
        Ok(())
    }

    pub(crate) fn by_id(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE m.id = ?1");
        Ok(tx.prepare_cached(&sql)?.query_row([id], read).optional()?)
    }

    pub(crate) fn by_name(tx: &Transaction<'_>, name: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE m.name = ?1");
        Ok(tx
            .prepare_cached(&sql)?
            .query_row([name], read)
            .optional()?)
    }

    /// All of them that are chainlets' or are not, the oldest first.
    pub(crate) fn all(tx: &Transaction<'_>, chainlets: bool) -> Result<Vec<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE m.is_chainlet = ?1 ORDER BY m.rowid");
        let mut statement = tx.prepare_cached(&sql)?;
        let rows = statement
            .query_map([chainlets], read)?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Deletes the model with everything that belongs to it.
    pub(crate) fn delete(tx: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
        // Environments point at deployments, so they go first.
        tx.execute("DELETE FROM environments WHERE model_id = ?1", [id])?;
        tx.execute("DELETE FROM models WHERE id = ?1", [id])?;
        Ok(())
    }

    /// The number of the next deployment, which is never given twice.
    pub(crate) fn next_number(tx: &Transaction<'_>, id: &str) -> Result<u32, StoreError> {
        let number = tx.query_row(
            "UPDATE models SET deployments_made = deployments_made + 1 WHERE id = ?1
             RETURNING deployments_made",
            [id],
            |row| row.get(0),
        )?;
        Ok(number)
    }
}

/// A value that is made on first use and then stays.
pub(crate) fn meta(
    tx: &Transaction<'_>,
    key: &str,
    first: impl FnOnce() -> String,
) -> Result<String, StoreError> {
    let found = tx
        .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(value) = found {
        return Ok(value);
    }
    let value = first();
    tx.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2)",
        [key, &value],
    )?;
    Ok(value)
}
