//! The schema, as numbered steps. A step that was released is never edited: another one follows it.

use rusqlite::Connection;

/// Step `n` brings the database from version `n` to version `n + 1`.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_began.sql"),
    include_str!("migrations/0003_chains.sql"),
];

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

#[cfg(test)]
mod tests {
    use super::{STEPS, migrate};
    use rusqlite::Connection;

    #[test]
    fn the_state_of_the_first_version_is_brought_to_the_newest() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection
            .execute_batch(
                "INSERT INTO models VALUES ('m', 'm', '', 0, 1);
                 INSERT INTO archives VALUES ('a', 1, '');
                 INSERT INTO deployments
                     (id, model_id, name, created_at, status, is_development,
                      autoscaling_settings, settings_update, instance_type_id,
                      preserve_env_instance_type, config, backpressure, archive_sha256)
                 VALUES ('d', 'm', 'd', '2026-01-01T00:00:00.123Z', 'BUILDING', 0,
                         '{}', '{}', '1x2', 0, '{}', '{}', 'a');",
            )
            .unwrap();
        migrate(&mut connection).unwrap().unwrap();
        let began: i64 = connection
            .query_row("SELECT began_millis FROM deployments", [], |row| row.get(0))
            .unwrap();
        assert_eq!(began, 1_767_225_600_123);
        let is_chainlet: bool = connection
            .query_row("SELECT is_chainlet FROM models", [], |row| row.get(0))
            .unwrap();
        assert!(!is_chainlet);
    }
}
