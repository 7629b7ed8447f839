//! What every part of a running platform uses.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll_baseten_api::LogLevel;
use plimsoll_core::clock::Clock;
use rusqlite::Transaction;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Notify;

use crate::access_key::ApiKey;
use crate::archive::ArchiveStore;
use crate::build_check::BuildCheck;
use crate::ids::{IdSource, random_id};
use crate::limits::Limits;
use crate::lock::DataDirLock;
use crate::store::{Store, StoreError, logs};

/// What every part of a running platform uses. Jobs of the store hold no handle to it: the last
/// handle closes the store.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) archives: ArchiveStore,
    pub(crate) limits: Limits,
    /// Whether other processes are told where the platform listens.
    pub(crate) announce: bool,
    pub(crate) api_key: ApiKey,
    pub(crate) build_check: Arc<dyn BuildCheck>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    /// Rung when a deployment has something to be done for it.
    pub(crate) wake: Arc<Notify>,
    /// Where the platform listens, once it does.
    pub(crate) address: OnceLock<SocketAddr>,
    /// Whether this is a copy that answers questions and does no work.
    pub(crate) rehearses: bool,
    /// Released last. A copy of what is not there yet has none.
    pub(crate) lock: Option<DataDirLock>,
}

impl Shared {
    /// The present moment.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp::of(self.clock.now())
    }

    /// Changes deployments: runs `job` in a transaction, and has the worker look once it is
    /// committed. A request that is given up takes neither back, nor the one without the other.
    pub(crate) async fn change<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let wake = Arc::clone(&self.wake);
        self.store.run_then(job, move |_| wake.notify_one()).await
    }

    /// A new identity, as [`new_id`] makes it.
    pub(crate) fn id(&self, prefix: &str) -> io::Result<String> {
        new_id(&*self.ids, prefix)
    }
}

/// A new identity: `prefix` and ten hexadecimal digits, in the style of the recorded ones.
pub(crate) fn new_id(ids: &dyn IdSource, prefix: &str) -> io::Result<String> {
    random_id(ids, prefix, 5)
}

/// A moment, as records hold it.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    /// RFC 3339, to the millisecond.
    pub(crate) text: String,
    /// Nanoseconds since the Unix epoch.
    pub(crate) nanos: i64,
}

impl Stamp {
    pub(crate) fn of(time: SystemTime) -> Self {
        // A clock before 1970 or after 2262 is taken for the end of its range.
        let nanos = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
            Err(_) => 0,
        };
        let millis = nanos - nanos % 1_000_000;
        let text = OffsetDateTime::from_unix_timestamp_nanos(millis.into())
            .ok()
            .and_then(|date| date.format(&Rfc3339).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
        Self { text, nanos }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn millis(&self) -> i64 {
        self.nanos / 1_000_000
    }

    /// Adds a line to a deployment's log.
    pub(crate) fn log(
        &self,
        tx: &Transaction<'_>,
        deployment: &str,
        level: LogLevel,
        message: &str,
    ) -> Result<(), StoreError> {
        logs::append(tx, deployment, self.nanos, level, message)
    }

    /// Adds a line of ordinary importance to a deployment's log.
    pub(crate) fn info(
        &self,
        tx: &Transaction<'_>,
        deployment: &str,
        message: &str,
    ) -> Result<(), StoreError> {
        self.log(tx, deployment, LogLevel::Info, message)
    }
}

#[cfg(test)]
mod tests {
    use super::Stamp;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_moment_is_written_to_the_millisecond() {
        let stamp = Stamp::of(UNIX_EPOCH + Duration::from_nanos(1_767_225_600_123_456_789));
        assert_eq!(stamp.text, "2026-01-01T00:00:00.123Z");
        assert_eq!(stamp.millis(), 1_767_225_600_123);
    }
}
