//! The schema, as numbered steps. A step that was released is never edited: another one follows it.

use rusqlite::Connection;

/// Step `n` brings the database from version `n` to version `n + 1`.
const STEPS: &[&str] = &[include_str!("migrations/0001_initial.sql")];

/// The newest version.
pub(crate) const NEWEST: u32 = {
    assert!(STEPS.len() < 1000, "the cast below is exact");
    #[expect(clippy::cast_possible_truncation, reason = "asserted above")]
    let newest = STEPS.len() as u32;
    newest
};

/// Brings the database to the newest version, each step in a transaction of its own. Returns the
/// version that was found when it is newer than what is known.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<Result<(), u32>> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > NEWEST {
        return Ok(Err(found));
    }
    for (version, step) in (1..).zip(STEPS) {
        if version > found {
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
    }
    Ok(Ok(()))
}
