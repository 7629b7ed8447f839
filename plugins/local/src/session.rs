//! A session with the platform in a data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use plimsoll_core::deployer::{DeployError, DeployErrorKind, Deployer, Event, Progress};
use plimsoll_core::registry::{FactoryContext, Registry};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::access_key::ApiKey;
use crate::deployer::NAME;
use crate::error::PlatformError;
use crate::ids::OsIds;
use crate::lock::running;
use crate::platform::{Platform, PlatformOptions};
use crate::source_check::SourceCheck;

/// The client that drives the platform, by its name in the registry.
const CLIENT: &str = "baseten";

/// How long another process may have the folder without being a server that can be used: one that
/// is about to say where it listens, or a push that stops its own server when it is done.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
const PAUSE: Duration = Duration::from_millis(50);
/// After this time it is said what is waited for.
const SILENCE: Duration = Duration::from_secs(1);

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To ask what it would take: nothing changes.
    Plan,
    /// To change the platform, and have it work.
    Apply,
}

/// A client of a platform, and the platform where it runs in this process.
pub(crate) struct Session {
    client: Box<dyn Deployer>,
    server: Option<Server>,
}

/// A server in this process.
struct Server {
    url: String,
    key: SecretString,
    /// Dropped, it asks the server to stop.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Session {
    /// A session with the server that lasts and has the folder open, or with one that is started
    /// here. A folder that another process has open for itself is waited for.
    pub(crate) async fn begin(
        data_dir: &Path,
        key: Option<SecretString>,
        registry: &Registry,
        purpose: Purpose,
        progress: &dyn Progress,
    ) -> Result<Self, DeployError> {
        let began = Instant::now();
        let mut said = false;
        loop {
            if let Some(server) = running(data_dir) {
                let key = ApiKey::open(data_dir, key, &OsIds).map_err(unavailable)?;
                return Ok(Self {
                    client: client(&server.url, &key.secret, registry)?,
                    server: None,
                });
            }
            let pid = match start(data_dir, key.clone(), registry, purpose).await {
                Ok(server) => {
                    return Ok(Self {
                        client: client(&server.url, &server.key, registry)?,
                        server: Some(server),
                    });
                }
                Err(PlatformError::InUse { pid, .. }) => pid,
                Err(error) => return Err(unavailable(error)),
            };
            if progress.interrupted() {
                let kind = DeployErrorKind::Interrupted;
                return Err(DeployError::new(kind, "interrupted"));
            }
            let who = match pid {
                Some(pid) => format!("process {pid}"),
                None => "another process".to_owned(),
            };
            if began.elapsed() > PATIENCE {
                return Err(still_in_use(data_dir, &who));
            }
            if !said && began.elapsed() > SILENCE {
                said = true;
                let message = format!("waiting for {who}, which has the platform open");
                progress.report(Event::Log { message });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What plans and applies.
    pub(crate) fn client(&self) -> &dyn Deployer {
        &*self.client
    }

    /// Ends the session: a server in this process has stopped, and released the folder.
    pub(crate) async fn end(self) {
        // Its connections first: the server waits for them.
        drop(self.client);
        if let Some(Server { stop, task, .. }) = self.server {
            drop(stop);
            if let Err(error) = task.await {
                tracing::error!(%error, "the built-in platform died");
            }
        }
    }
}

/// Starts a server on a loopback port of the system's choice.
async fn start(
    data_dir: &Path,
    key: Option<SecretString>,
    registry: &Registry,
    purpose: Purpose,
) -> Result<Server, PlatformError> {
    let mut options = PlatformOptions::new(data_dir);
    options.api_key = key;
    options.announce = false;
    options.build_check = Arc::new(SourceCheck::new(registry.clone()));
    let open = tokio::task::spawn_blocking(move || match purpose {
        Purpose::Plan => Platform::rehearse(options),
        Purpose::Apply => Platform::open(options),
    });
    let platform = open.await.map_err(|_| PlatformError::Closed)??;
    let key = platform.api_key().secret;
    let bound = TcpListener::bind(("127.0.0.1", 0)).await;
    let shown = PathBuf::from("127.0.0.1");
    let listener = bound.map_err(PlatformError::io(&shown, "listened on"))?;
    let address = listener
        .local_addr()
        .map_err(PlatformError::io(&shown, "listened on"))?;
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let shutdown = async {
            // An error is the sender's end, which asks to stop just as a message does.
            let _ = stopped.await;
        };
        if let Err(error) = platform.serve(listener, shutdown).await {
            tracing::error!(%error, "the built-in platform stopped");
        }
    });
    Ok(Server {
        url: format!("http://{address}"),
        key,
        stop,
        task,
    })
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

fn still_in_use(data_dir: &Path, who: &str) -> DeployError {
    let minutes = PATIENCE.as_secs() / 60;
    let folder = data_dir.display();
    let message = format!("{who} has had the platform in {folder} open for {minutes} minutes");
    DeployError::new(DeployErrorKind::Unavailable, message)
        .hint(format!("end {who}, and try again"))
        .hint("`plimsoll serve` has the platform open for many pushes at once")
}

fn unavailable(error: PlatformError) -> DeployError {
    let kind = match error {
        PlatformError::BadKey | PlatformError::BadKeyFile { .. } => DeployErrorKind::Unauthorised,
        _ => DeployErrorKind::Unavailable,
    };
    DeployError::new(kind, error.to_string()).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Session};
    use crate::lock::DataDirLock;
    use plimsoll_core::deployer::{DeployErrorKind, Event, Progress};
    use plimsoll_core::registry::Registry;
    use std::sync::Mutex;

    /// Stops once something was said.
    #[derive(Default)]
    struct UntilSaid(Mutex<Vec<Event>>);

    impl Progress for UntilSaid {
        fn report(&self, event: Event) {
            self.0.lock().unwrap().push(event);
        }

        fn interrupted(&self) -> bool {
            !self.0.lock().unwrap().is_empty()
        }
    }

    #[tokio::test]
    async fn a_folder_in_use_is_waited_for_until_the_user_has_enough() {
        let dir = tempfile::tempdir().unwrap();
        let _held = DataDirLock::acquire(dir.path()).unwrap();
        let progress = UntilSaid::default();
        let registry = Registry::empty();
        let begun = Session::begin(dir.path(), None, &registry, Purpose::Apply, &progress).await;
        assert_eq!(begun.err().unwrap().kind, DeployErrorKind::Interrupted);
        let pid = std::process::id();
        let message = format!("waiting for process {pid}, which has the platform open");
        assert_eq!(
            progress.0.into_inner().unwrap(),
            [Event::Log { message }],
            "it is said once"
        );
    }
}
