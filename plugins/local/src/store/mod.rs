//! The platform's state: SQLite, on a thread of its own.
//!
//! One thread owns the one connection, so that transactions never meet and the async runtime never
//! waits for a disk. A job is one transaction; its answer comes after the commit has reached the
//! disk (`synchronous = FULL`), so what is acknowledged survives the loss of the process. A caller
//! that goes away does not stop its job.

pub(crate) mod archives;
mod chain_deployments;
mod chain_environments;
mod chains;
mod deployments;
mod environments;
pub(crate) mod logs;
mod migrations;
pub(crate) mod models;
pub(crate) mod secrets;
mod uploads;

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::error::PlatformError;

pub(crate) use archives::Image;
pub(crate) use chain_deployments::{ChainDeploymentRow, ChainletRow};
pub(crate) use chain_environments::{ChainEnvironmentRow, ChainletSettingsRow};
pub(crate) use chains::ChainRow;
pub(crate) use deployments::{DeploymentRow, NewDeployment};
pub(crate) use environments::EnvironmentRow;
pub(crate) use models::{ModelRow, PRODUCTION};
pub(crate) use uploads::Upload;

/// How much is copied at a time; nobody else has the database open.
const COPY_PAGES: std::ffi::c_int = std::ffi::c_int::MAX;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A job's failure to reach or to use the database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a stored value is damaged")]
    Json(#[from] serde_json::Error),
    #[error("the database is closed")]
    Closed,
}

/// The handle to the thread. The database closes when the last handle is dropped.
pub(crate) struct Store {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens the database, and brings it to the newest version.
    pub(crate) fn open(path: &Path) -> Result<Self, PlatformError> {
        let state = |source| PlatformError::State {
            path: path.to_owned(),
            source,
        };
        create_private(path).map_err(PlatformError::io(path, "created"))?;
        let connection = Connection::open(path).map_err(state)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;",
            )
            .map_err(state)?;
        Self::with(connection, path)
    }

    /// Opens a copy in memory of the database at this path, or an empty one where there is none.
    /// What is changed in it is forgotten.
    pub(crate) fn open_copy(path: &Path) -> Result<Self, PlatformError> {
        let state = |source| PlatformError::State {
            path: path.to_owned(),
            source,
        };
        let there = path
            .try_exists()
            .map_err(PlatformError::io(path, "looked for"))?;
        let copy = match there {
            true => copy_of(path).map_err(state)?,
            false => Connection::open_in_memory().map_err(state)?,
        };
        Self::with(copy, path)
    }

    /// Brings a database, which is that at `path` or a copy of it, to the newest version, and has a
    /// thread keep it.
    fn with(mut connection: Connection, path: &Path) -> Result<Self, PlatformError> {
        let state = |source| PlatformError::State {
            path: path.to_owned(),
            source,
        };
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON;
                 PRAGMA trusted_schema = OFF;",
            )
            .map_err(state)?;
        migrations::migrate(&mut connection)
            .map_err(state)?
            .map_err(|found| PlatformError::NewerState {
                path: path.to_owned(),
                found,
                known: migrations::NEWEST,
            })?;
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("plimsoll-state".to_owned())
            .spawn(move || {
                for job in queue {
                    job(&mut connection);
                }
            })
            .map_err(PlatformError::io(path, "served by a thread"))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs `job` in a transaction, and answers when it is committed. What an error is returned
    /// for is undone.
    pub(crate) async fn run<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        self.run_then(job, |_| ()).await
    }

    /// [`run`](Self::run), and then `after` before any other job, when the commit has succeeded.
    pub(crate) async fn run_then<T, E, F, A>(&self, job: F, after: A) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |connection| {
            let result = in_transaction(connection, job).inspect(after);
            // Nobody waits when the request was given up.
            let _ = answer.send(result);
        }))?;
        answered
            .await
            .unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// [`run`](Self::run) for callers outside the async runtime.
    pub(crate) fn run_blocking<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = mpsc::channel();
        self.send(Box::new(move |connection| {
            let _ = answer.send(in_transaction(connection, job));
        }))?;
        answered
            .recv()
            .unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job).map_err(|_| StoreError::Closed)
    }
}

impl Drop for Store {
    // The data folder's lock is released after this, so the connection must be closed by then.
    fn drop(&mut self) {
        drop(self.jobs.take());
        // A job may hold what holds the last handle; a thread cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn copy_of(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Opened to read only, it could not take away what SQLite puts beside it.
    let source = Connection::open_with_flags(path, flags)?;
    if path.with_extension("db-wal").exists() {
        // What a killed process left is for the next one that opens the platform itself.
        source.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    source.pragma_update(None, "query_only", true)?;
    let mut copy = Connection::open_in_memory()?;
    Backup::new(&source, &mut copy)?.run_to_completion(COPY_PAGES, Duration::ZERO, None)?;
    Ok(copy)
}

/// Makes the file before SQLite does, readable by its owner only: it holds upload credentials.
/// SQLite gives the files beside it the same permissions.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

fn in_transaction<T, E, F>(connection: &mut Connection, job: F) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnOnce(&Transaction<'_>) -> Result<T, E>,
{
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::from)?;
    let value = job(&transaction)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(value)
}

/// A value as a column holds it.
fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// A value from a column that holds JSON.
fn json_column<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| damaged(row, column, error))
}

/// A value from a column that holds JSON or null.
fn optional_json_column<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| damaged(row, column, error)))
        .transpose()
}

fn damaged(row: &rusqlite::Row<'_>, column: &str, error: serde_json::Error) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
}
