//! The platform's state: SQLite, on a thread of its own.
//!
//! One thread owns the one connection, so that transactions never meet and the async runtime never
//! waits for a disk. A job is one transaction; its answer comes after the commit has reached the
//! disk (`synchronous = FULL`), so what is acknowledged survives the loss of the process. A caller
//! that goes away does not stop its job.

pub(crate) mod archives;
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

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::error::PlatformError;

pub(crate) use archives::Image;
pub(crate) use deployments::{DeploymentRow, NewDeployment};
pub(crate) use environments::EnvironmentRow;
pub(crate) use models::{ModelRow, PRODUCTION};
pub(crate) use uploads::Upload;

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
        let mut connection = Connection::open(path).map_err(state)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
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
