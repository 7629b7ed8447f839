//! Rows of `uploads`: where an archive may be sent, by whom, and what came.

use std::fmt;

use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};
use secrecy::{ExposeSecret as _, SecretString};

use super::StoreError;

/// One archive's place and the temporary credentials for it.
#[derive(Clone)]
pub(crate) struct Upload {
    pub(crate) s3_key: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_key: SecretString,
    pub(crate) session_token: SecretString,
    /// Milliseconds since the Unix epoch.
    pub(crate) expires_millis: i64,
    pub(crate) archive_sha256: Option<String>,
    pub(crate) consumed_by: Option<String>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Upload")
            .field("s3_key", &self.s3_key)
            .field("archive_sha256", &self.archive_sha256)
            .field("consumed_by", &self.consumed_by)
            .finish_non_exhaustive()
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        s3_key: row.get("s3_key")?,
        access_key_id: row.get("access_key_id")?,
        secret_key: row.get::<_, String>("secret_key")?.into(),
        session_token: row.get::<_, String>("session_token")?.into(),
        expires_millis: row.get("expires_millis")?,
        archive_sha256: row.get("archive_sha256")?,
        consumed_by: row.get("consumed_by")?,
    })
}

impl Upload {
    pub(crate) fn insert(&self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO uploads (s3_key, access_key_id, secret_key, session_token, expires_millis)
             VALUES (:key, :access, :secret, :token, :expires)",
            named_params! {
                ":key": self.s3_key,
                ":access": self.access_key_id,
                ":secret": self.secret_key.expose_secret(),
                ":token": self.session_token.expose_secret(),
                ":expires": self.expires_millis,
            },
        )?;
        Ok(())
    }

    pub(crate) fn by_key(tx: &Transaction<'_>, key: &str) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached("SELECT * FROM uploads WHERE s3_key = ?1")?
            .query_row([key], read)
            .optional()?)
    }

    pub(crate) fn by_access_key(
        tx: &Transaction<'_>,
        access_key_id: &str,
    ) -> Result<Option<Self>, StoreError> {
        Ok(tx
            .prepare_cached("SELECT * FROM uploads WHERE access_key_id = ?1")?
            .query_row([access_key_id], read)
            .optional()?)
    }

    /// Says which archive came. A later one replaces an earlier one until it is consumed.
    pub(crate) fn received(
        tx: &Transaction<'_>,
        key: &str,
        sha256: &str,
    ) -> Result<bool, StoreError> {
        let changed = tx.execute(
            "UPDATE uploads SET archive_sha256 = ?2 WHERE s3_key = ?1 AND consumed_by IS NULL",
            [key, sha256],
        )?;
        Ok(changed > 0)
    }

    pub(crate) fn consume(
        tx: &Transaction<'_>,
        key: &str,
        deployment: &str,
    ) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE uploads SET consumed_by = ?2 WHERE s3_key = ?1",
            [key, deployment],
        )?;
        Ok(())
    }

    /// Forgets what is past its time.
    pub(crate) fn sweep(tx: &Transaction<'_>, now_millis: i64) -> Result<usize, StoreError> {
        Ok(tx.execute(
            "DELETE FROM uploads WHERE expires_millis < ?1",
            [now_millis],
        )?)
    }
}
