//! Opening the platform.

use std::fs;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use plimsoll_core::clock::{Clock, SystemClock};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::access_key::ApiKey;
use crate::archive::ArchiveStore;
use crate::build_check::{AcceptAll, BuildCheck};
use crate::error::PlatformError;
use crate::ids::{IdSource, OsIds};
use crate::limits::Limits;
use crate::lock::DataDirLock;
use crate::serve;
use crate::shared::{Shared, Stamp};
use crate::store::{DeploymentRow, Store, StoreError, archives};

const DATABASE: &str = "platform.db";

/// What a platform is opened with.
pub struct PlatformOptions {
    /// The folder that holds everything; it is created where it is missing.
    pub data_dir: PathBuf,
    /// The API key. Without one, that of the data folder is used, and made at the first start.
    pub api_key: Option<SecretString>,
    /// What a build checks.
    pub build_check: Arc<dyn BuildCheck>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes identities and keys.
    pub ids: Arc<dyn IdSource>,
    /// Bounds on what is taken from clients.
    pub limits: Limits,
    /// Whether other processes find the server ([`running`](crate::running)) and may use it. One
    /// that stops with the work that it was started for must not be found.
    pub announce: bool,
}

impl PlatformOptions {
    /// The defaults, in this folder.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            api_key: None,
            build_check: Arc::new(AcceptAll),
            clock: Arc::new(SystemClock),
            ids: Arc::new(OsIds),
            limits: Limits::default(),
            announce: true,
        }
    }
}

/// An open platform. It holds its data folder until it is dropped or has been served.
pub struct Platform {
    shared: Arc<Shared>,
}

impl Platform {
    /// Takes the data folder's lock, brings the state to this version, and deletes what a process
    /// that is gone had half done. Deployments that it had not finished are gone on with once the
    /// platform is served. Blocks on the disk.
    ///
    /// # Errors
    /// When the folder is in use, cannot be written, or holds the state of a newer version.
    pub fn open(options: PlatformOptions) -> Result<Self, PlatformError> {
        let data_dir = options.data_dir;
        create_private(&data_dir).map_err(PlatformError::io(&data_dir, "created"))?;
        let lock = DataDirLock::acquire(&data_dir)?;
        let api_key = ApiKey::open(&data_dir, options.api_key, &*options.ids)?;
        let archives = ArchiveStore::open(&data_dir)?;
        let store = Store::open(&data_dir.join(DATABASE))?;
        let shared = Shared {
            store,
            archives,
            limits: options.limits,
            announce: options.announce,
            api_key,
            build_check: options.build_check,
            clock: options.clock,
            ids: options.ids,
            wake: Arc::new(Notify::new()),
            address: OnceLock::new(),
            rehearses: false,
            lock: Some(lock),
        };
        recover(&shared, &data_dir)?;
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Opens what answers questions and dry runs as the platform in the data folder would, and
    /// changes nothing in the folder nor makes one: the state is a copy in memory, nothing is
    /// recovered, built or swept, and nobody is told of it. It holds the folder's lock where there
    /// is something to answer of, so that it does not change meanwhile. Blocks on the disk.
    ///
    /// # Errors
    /// When the folder is in use, cannot be read, or holds the state of a newer version.
    pub(crate) fn rehearse(options: PlatformOptions) -> Result<Self, PlatformError> {
        let data_dir = options.data_dir;
        let database = data_dir.join(DATABASE);
        let there = database
            .try_exists()
            .map_err(PlatformError::io(&database, "looked for"))?;
        let lock = match there {
            true => Some(DataDirLock::hold(&data_dir)?),
            false => None,
        };
        let shared = Shared {
            store: Store::open_copy(&database)?,
            archives: ArchiveStore::at(&data_dir),
            limits: options.limits,
            announce: false,
            api_key: ApiKey::passing(options.api_key, &*options.ids)?,
            build_check: options.build_check,
            clock: options.clock,
            ids: options.ids,
            wake: Arc::new(Notify::new()),
            address: OnceLock::new(),
            rehearses: true,
            lock,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The key that every request needs.
    #[must_use]
    pub fn api_key(&self) -> ApiKey {
        self.shared.api_key.clone()
    }

    /// Serves until `shutdown` is done; requests in progress have
    /// [`Limits::shutdown_grace`] to end. Builds that are not finished go on at the next start.
    ///
    /// # Errors
    /// When the listening socket or the data folder fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), PlatformError> {
        serve::serve(self.shared, listener, shutdown).await
    }
}

fn create_private(dir: &std::path::Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Deletes archives that were placed and not acknowledged, and says in the logs of unfinished
/// deployments that there was an interruption.
fn recover(shared: &Shared, data_dir: &std::path::Path) -> Result<(), PlatformError> {
    let stamp: Stamp = shared.stamp();
    let known = shared
        .store
        .run_blocking(move |tx| {
            for id in DeploymentRow::unfinished(tx)? {
                stamp.info(tx, &id, "The platform was restarted and goes on with this.")?;
            }
            archives::archives(tx)
        })
        .map_err(|error| match error {
            StoreError::Sqlite(source) => PlatformError::State {
                path: data_dir.join(DATABASE),
                source,
            },
            StoreError::Json(_) | StoreError::Closed => PlatformError::Closed,
        })?;
    shared
        .archives
        .keep_only(&known)
        .map_err(PlatformError::io(data_dir, "swept"))
}

#[cfg(test)]
mod tests {
    use super::{Platform, PlatformOptions};
    use crate::refusal::Refusal;
    use crate::store::{ChainEnvironmentRow, ChainRow, PRODUCTION};

    #[tokio::test]
    async fn a_rehearsal_knows_the_chains_and_changes_none() {
        let dir = tempfile::tempdir().unwrap();
        let names = async |platform: &Platform| {
            let store = &platform.shared.store;
            let chains = store.run(|tx| Ok::<_, Refusal>(ChainRow::all(tx)?)).await;
            let chains = chains.unwrap().into_iter();
            chains.map(|chain| chain.name).collect::<Vec<_>>()
        };
        let platform = Platform::open(PlatformOptions::new(dir.path())).unwrap();
        let made = platform.shared.store.run(|tx| {
            ChainRow::insert(tx, "c1", "Hello Chain", "")?;
            ChainEnvironmentRow::new("c1", PRODUCTION, "").save(tx)?;
            Ok::<_, Refusal>(())
        });
        made.await.unwrap();
        drop(platform);

        let rehearsal = Platform::rehearse(PlatformOptions::new(dir.path())).unwrap();
        assert_eq!(names(&rehearsal).await, ["Hello Chain"]);
        let deleted = rehearsal.shared.store.run(|tx| {
            ChainRow::delete(tx, "c1")?;
            Ok::<_, Refusal>(())
        });
        deleted.await.unwrap();
        assert!(names(&rehearsal).await.is_empty());
        drop(rehearsal);

        let platform = Platform::open(PlatformOptions::new(dir.path())).unwrap();
        assert_eq!(names(&platform).await, ["Hello Chain"]);
    }
}
