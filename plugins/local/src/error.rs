//! Errors of the platform itself; what a client is told is in `http::refusal`.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why the platform could not be opened or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// Another process has the data folder open.
    #[error("the data folder {} is in use{}", data_dir.display(), holder(*pid, *address))]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
        /// The other process, where it is known.
        pid: Option<u32>,
        /// Where it listens, where it does.
        address: Option<SocketAddr>,
    },
    /// A file or folder could not be read or written.
    #[error("{} could not be {action}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried: "read", "created", …
        action: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The state is unreadable.
    #[error("the state in {} could not be opened", path.display())]
    State {
        /// The database.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The state was written by a newer version.
    #[error("the state in {} has version {found}, and this program knows {known} at most", path.display())]
    NewerState {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that is known.
        known: u32,
    },
    /// The thread that keeps the state has ended.
    #[error("the platform's state is closed")]
    Closed,
    /// No identity or key could be made.
    #[error("the system gave no random bytes")]
    Random(#[source] io::Error),
    /// The API key that was given is none.
    #[error("the API key that was given is empty, or holds other than visible ASCII characters")]
    BadKey,
    /// The stored API key is damaged.
    #[error("{} holds no API key; delete it to have a new one made", path.display())]
    BadKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// The listening socket failed.
    #[error("the listening socket failed")]
    Listener(#[source] io::Error),
}

fn holder(pid: Option<u32>, address: Option<SocketAddr>) -> String {
    match (pid, address) {
        (Some(pid), Some(address)) => format!(" by process {pid}, listening on {address}"),
        (Some(pid), None) => format!(" by process {pid}"),
        (None, _) => " by another process".to_owned(),
    }
}

impl PlatformError {
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            path,
            action,
            source,
        }
    }
}
