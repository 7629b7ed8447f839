//! Rows of `archives` and `images`.

use rusqlite::{OptionalExtension as _, Transaction};

use super::StoreError;

/// An image: what was built, of which archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) build_digest: String,
    pub(crate) archive_sha256: String,
    pub(crate) built_for: String,
}

impl Image {
    pub(crate) fn by_digest(
        tx: &Transaction<'_>,
        digest: &str,
    ) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached("SELECT * FROM images WHERE build_digest = ?1")?
            .query_row([digest], |row| {
                Ok(Self {
                    build_digest: row.get("build_digest")?,
                    archive_sha256: row.get("archive_sha256")?,
                    built_for: row.get("built_for")?,
                })
            })
            .optional()?)
    }

    pub(crate) fn insert(&self, tx: &Transaction<'_>, created_at: &str) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO images (build_digest, archive_sha256, built_for, created_at)
             VALUES (?1, ?2, ?3, ?4)",
            [
                &self.build_digest,
                &self.archive_sha256,
                &self.built_for,
                created_at,
            ],
        )?;
        Ok(())
    }
}

/// Takes an archive into the state. Its file must be in place.
pub(crate) fn insert_archive(
    tx: &Transaction<'_>,
    sha256: &str,
    size_bytes: u64,
    created_at: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO archives (sha256, size_bytes, created_at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
        rusqlite::params![
            sha256,
            i64::try_from(size_bytes).unwrap_or(i64::MAX),
            created_at
        ],
    )?;
    Ok(())
}

/// The size of an archive, in bytes.
pub(crate) fn archive_size(tx: &Transaction<'_>, sha256: &str) -> Result<Option<i64>, StoreError> {
    Ok(tx
        .query_row(
            "SELECT size_bytes FROM archives WHERE sha256 = ?1",
            [sha256],
            |row| row.get(0),
        )
        .optional()?)
}

/// All archives that the state knows.
pub(crate) fn archives(tx: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.prepare("SELECT sha256 FROM archives")?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Forgets the images that no deployment uses, and then the archives that nothing uses. Returns
/// those archives.
pub(crate) fn sweep(tx: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
    tx.execute(
        "DELETE FROM images WHERE NOT EXISTS
             (SELECT 1 FROM deployments d
              WHERE d.build_digest = images.build_digest OR d.reuses_digest = images.build_digest)",
        [],
    )?;
    let mut statement = tx.prepare(
        "DELETE FROM archives
         WHERE NOT EXISTS (SELECT 1 FROM uploads u WHERE u.archive_sha256 = archives.sha256)
           AND NOT EXISTS (SELECT 1 FROM images i WHERE i.archive_sha256 = archives.sha256)
           AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.archive_sha256 = archives.sha256)
           AND NOT EXISTS
               (SELECT 1 FROM chain_deployments c WHERE c.source_sha256 = archives.sha256)
         RETURNING sha256",
    )?;
    let rows = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}
