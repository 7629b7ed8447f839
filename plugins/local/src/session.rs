//! A session with the platform in a data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use plimsoll_core::deployer::{DeployError, DeployErrorKind, Deployer, Event, Progress};
use plimsoll_core::registry::{FactoryContext, Registry};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::access_key::ApiKey;
use crate::deployer::NAME;
use crate::error::PlatformError;
use crate::ids::OsIds;
use crate::lock::running;
use crate::platform::{DATABASE, Platform, PlatformOptions};
use crate::source_check::SourceCheck;

/// The client that drives the platform, by its name in the registry.
const CLIENT: &str = "baseten";

/// How long another process may have the folder without being a server that can be used: one that
/// is about to say where it listens, or a push that stops its own server when it is done.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
const PAUSE: Duration = Duration::from_millis(50);
/// After this time it is said what is waited for.
const SILENCE: Duration = Duration::from_secs(1);

/// A client of a platform, and the platform where it runs in this process.
pub(crate) struct Session {
    client: Box<dyn Deployer>,
    /// Dropped, it asks the server of this process to stop.
    _server: Option<oneshot::Sender<()>>,
    /// Dropped after the server's sender, it deletes what the platform of a plan has left.
    _elsewhere: Option<TempDir>,
}

/// Whether nothing has been pushed to a folder yet.
pub(crate) fn is_fresh(data_dir: &Path) -> bool {
    !data_dir.join(DATABASE).exists()
}

impl Session {
    /// A session with the server that has the folder open, or with one that is started here.
    pub(crate) async fn begin(
        data_dir: &Path,
        key: Option<SecretString>,
        registry: &Registry,
        progress: &dyn Progress,
    ) -> Result<Self, DeployError> {
        let began = Instant::now();
        let mut said = false;
        loop {
            if let Some(server) = running(data_dir) {
                let key = ApiKey::open(data_dir, key, &OsIds).map_err(unavailable)?;
                return Ok(Self {
                    client: client(&server.url, &key.secret, registry)?,
                    _server: None,
                    _elsewhere: None,
                });
            }
            match Self::start(data_dir, key.clone(), registry).await {
                Err(error @ PlatformError::InUse { .. }) if began.elapsed() < PATIENCE => {
                    if progress.interrupted() {
                        let kind = DeployErrorKind::Interrupted;
                        return Err(DeployError::new(kind, "interrupted"));
                    }
                    if !said && began.elapsed() > SILENCE {
                        said = true;
                        let message = format!("waits, as {error}");
                        progress.report(Event::Log { message });
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(unavailable(error)),
                Ok((url, key, server)) => {
                    return Ok(Self {
                        client: client(&url, &key, registry)?,
                        _server: Some(server),
                        _elsewhere: None,
                    });
                }
            }
        }
    }

    /// A session with an empty platform that leaves nothing behind.
    pub(crate) async fn elsewhere(registry: &Registry) -> Result<Self, DeployError> {
        let folder = TempDir::with_prefix("plimsoll-plan-").map_err(unavailable)?;
        let started = Self::start(folder.path(), None, registry).await;
        let (url, key, server) = started.map_err(unavailable)?;
        Ok(Self {
            client: client(&url, &key, registry)?,
            _server: Some(server),
            _elsewhere: Some(folder),
        })
    }

    /// What plans and applies.
    pub(crate) fn client(&self) -> &dyn Deployer {
        &*self.client
    }

    /// Starts a server on a loopback port of the system's choice.
    async fn start(
        data_dir: &Path,
        key: Option<SecretString>,
        registry: &Registry,
    ) -> Result<(String, SecretString, oneshot::Sender<()>), PlatformError> {
        let mut options = PlatformOptions::new(data_dir);
        options.api_key = key;
        options.announce = false;
        options.build_check = Arc::new(SourceCheck::new(registry.clone()));
        let open = tokio::task::spawn_blocking(|| Platform::open(options));
        let platform = open.await.map_err(|_| PlatformError::Closed)??;
        let key = platform.api_key().secret.clone();
        let bound = TcpListener::bind(("127.0.0.1", 0)).await;
        let shown = PathBuf::from("127.0.0.1");
        let listener = bound.map_err(PlatformError::io(&shown, "listened on"))?;
        let address = listener
            .local_addr()
            .map_err(PlatformError::io(&shown, "listened on"))?;
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let shutdown = async {
                // An error is the sender's end, which asks to stop just as a message does.
                let _ = stopped.await;
            };
            if let Err(error) = platform.serve(listener, shutdown).await {
                tracing::error!(%error, "the built-in platform stopped");
            }
        });
        Ok((format!("http://{address}"), key, stop))
    }
}

fn client(
    url: &str,
    key: &SecretString,
    registry: &Registry,
) -> Result<Box<dyn Deployer>, DeployError> {
    let context = FactoryContext {
        registry: registry.clone(),
    };
    let options = json!({
        "name": NAME,
        "url": url,
        "api_key": key.expose_secret(),
        "poll_interval_seconds": 0.5,
    });
    registry
        .deployers
        .make(CLIENT, &context, &options)
        .map_err(|error| {
            let message = format!("the built-in platform has no client: {error}");
            DeployError::new(DeployErrorKind::Unavailable, message)
        })
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> DeployError {
    DeployError::new(DeployErrorKind::Unavailable, error.to_string()).caused_by(error)
}
