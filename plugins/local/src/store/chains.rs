//! Rows of `chains`.

use rusqlite::{OptionalExtension as _, Row, Transaction};

use super::StoreError;

/// A chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: String,
    pub(crate) deployments_count: u32,
}

const SELECT: &str = "
    SELECT c.*,
           (SELECT count(*) FROM chain_deployments d WHERE d.chain_id = c.id) AS deployments_count
    FROM chains c";

fn read(row: &Row<'_>) -> rusqlite::Result<ChainRow> {
    Ok(ChainRow {
        id: row.get("id")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        deployments_count: row.get("deployments_count")?,
    })
}

impl ChainRow {
    pub(crate) fn insert(
        tx: &Transaction<'_>,
        id: &str,
        name: &str,
        created_at: &str,
    ) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO chains (id, name, created_at) VALUES (?1, ?2, ?3)",
            [id, name, created_at],
        )?;
        Ok(())
    }

    pub(crate) fn by_id(tx: &Transaction<'_>, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE c.id = ?1");
        Ok(tx.prepare_cached(&sql)?.query_row([id], read).optional()?)
    }

    pub(crate) fn by_name(tx: &Transaction<'_>, name: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE c.name = ?1");
        let mut statement = tx.prepare_cached(&sql)?;
        Ok(statement.query_row([name], read).optional()?)
    }

    /// All of them, the oldest first.
    pub(crate) fn all(tx: &Transaction<'_>) -> Result<Vec<Self>, StoreError> {
        let sql = format!("{SELECT} ORDER BY c.rowid");
        let mut statement = tx.prepare_cached(&sql)?;
        let rows = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// Deletes the chain with everything that belongs to it.
    pub(crate) fn delete(tx: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
        // Environments point at deployments, so they go first.
        tx.execute("DELETE FROM chain_environments WHERE chain_id = ?1", [id])?;
        for deployment in super::ChainDeploymentRow::of_chain(tx, id)? {
            super::ChainDeploymentRow::delete(tx, &deployment.id)?;
        }
        tx.execute("DELETE FROM chains WHERE id = ?1", [id])?;
        Ok(())
    }

    /// The number of the next deployment, which is never given twice.
    pub(crate) fn next_number(tx: &Transaction<'_>, id: &str) -> Result<u32, StoreError> {
        let number = tx.query_row(
            "UPDATE chains SET deployments_made = deployments_made + 1 WHERE id = ?1
             RETURNING deployments_made",
            [id],
            |row| row.get(0),
        )?;
        Ok(number)
    }
}
