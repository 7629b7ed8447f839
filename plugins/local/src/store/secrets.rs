//! Rows of `secrets`: names, never values.

use plimsoll_baseten_api::Secret;
use rusqlite::Transaction;

use super::StoreError;

/// Takes a name, or keeps it. Returns it as it is stored.
pub(crate) fn upsert(
    tx: &Transaction<'_>,
    name: &str,
    id: &str,
    created_at: &str,
    team: &str,
) -> Result<Secret, StoreError> {
    tx.execute(
        "INSERT INTO secrets (name, id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        [name, id, created_at],
    )?;
    let found = tx.query_row(
        "SELECT id, created_at FROM secrets WHERE name = ?1",
        [name],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(Secret {
        id: found.0,
        created_at: found.1,
        name: name.to_owned(),
        team_name: team.to_owned(),
    })
}

/// All names, in order.
pub(crate) fn all(tx: &Transaction<'_>, team: &str) -> Result<Vec<Secret>, StoreError> {
    let mut statement = tx.prepare("SELECT id, created_at, name FROM secrets ORDER BY name")?;
    let rows = statement.query_map([], |row| {
        Ok(Secret {
            id: row.get(0)?,
            created_at: row.get(1)?,
            name: row.get(2)?,
            team_name: team.to_owned(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets a name. Says whether it was known.
pub(crate) fn delete(tx: &Transaction<'_>, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM secrets WHERE name = ?1", [name])? > 0)
}
