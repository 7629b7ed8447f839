//! One process per data folder, and how another one finds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::PlatformError;

const LOCK_FILE: &str = "lock";
const SERVER_FILE: &str = "server.json";

/// A look by [`running`] holds the lock for an instant; opening waits that long and no longer.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// A server that has a data folder open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningServer {
    /// Where it listens, such as `http://127.0.0.1:8000`.
    pub url: String,
    /// Its process.
    pub pid: u32,
}

#[derive(Serialize, Deserialize)]
struct ServerFile {
    pid: u32,
    address: SocketAddr,
}

/// The server that serves this data folder now and lasts, if one does. One that lives inside a push
/// is not announced, as it goes with the push. A file that a killed server left behind is not
/// believed: its process must be the one that holds the folder's lock.
#[must_use]
pub fn running(data_dir: &Path) -> Option<RunningServer> {
    let mut lock = File::open(data_dir.join(LOCK_FILE)).ok()?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    let server = read_server(data_dir).filter(|server| holder(&mut lock) == Some(server.pid))?;
    Some(RunningServer {
        url: format!("http://{}", server.address),
        pid: server.pid,
    })
}

fn read_server(data_dir: &Path) -> Option<ServerFile> {
    serde_json::from_slice(&fs::read(data_dir.join(SERVER_FILE)).ok()?).ok()
}

/// The lock on a data folder, held until dropped; the system releases it when the process ends.
#[derive(Debug)]
pub(crate) struct DataDirLock {
    file: File,
    data_dir: PathBuf,
}

impl DataDirLock {
    /// Locks the folder for this process, and forgets where a killed server listened.
    pub(crate) fn acquire(data_dir: &Path) -> Result<Self, PlatformError> {
        let lock = Self::hold(data_dir)?;
        let server = data_dir.join(SERVER_FILE);
        remove_if_there(&server).map_err(PlatformError::io(&server, "deleted"))?;
        Ok(lock)
    }

    /// Locks the folder for this process, and changes nothing in it but who holds the lock.
    pub(crate) fn hold(data_dir: &Path) -> Result<Self, PlatformError> {
        let path = data_dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(PlatformError::io(&path, "opened"))?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < LOCK_TRIES => {
                    tries += 1;
                    thread::sleep(LOCK_PAUSE);
                }
                Err(TryLockError::WouldBlock) => return Err(in_use(data_dir, &mut file)),
                Err(TryLockError::Error(source)) => {
                    return Err(PlatformError::io(&path, "locked")(source));
                }
            }
        }
        let lock = Self {
            file,
            data_dir: data_dir.to_owned(),
        };
        lock.claim(&format!("{}\n", std::process::id()))
            .map_err(PlatformError::io(&path, "written"))?;
        Ok(lock)
    }

    /// Says who holds the lock.
    fn claim(&self, holder: &str) -> io::Result<()> {
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(holder.as_bytes())
    }

    /// Says where this process serves, until the guard is dropped.
    pub(crate) fn announce(&self, address: SocketAddr) -> Result<Announcement, PlatformError> {
        let path = self.data_dir.join(SERVER_FILE);
        let server = ServerFile {
            pid: std::process::id(),
            address,
        };
        let write = || -> io::Result<()> {
            let new = path.with_extension("json.new");
            fs::write(&new, serde_json::to_vec(&server)?)?;
            fs::rename(&new, &path)
        };
        write().map_err(PlatformError::io(&path, "written"))?;
        Ok(Announcement { path })
    }
}

impl Drop for DataDirLock {
    fn drop(&mut self) {
        // Nobody reads who holds a lock that nobody holds.
        let _ = self.claim("");
    }
}

fn in_use(data_dir: &Path, file: &mut File) -> PlatformError {
    let pid = holder(file);
    let server = read_server(data_dir).filter(|server| pid == Some(server.pid));
    PlatformError::InUse {
        data_dir: data_dir.to_owned(),
        pid,
        address: server.map(|server| server.address),
    }
}

/// The process that holds the lock, once it has said so.
fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Where a server listens, said for as long as this lives.
#[derive(Debug)]
pub(crate) struct Announcement {
    path: PathBuf,
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Nobody believes the file once the lock is released.
        let _ = remove_if_there(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::{DataDirLock, RunningServer, running};

    #[test]
    fn a_second_opener_is_told_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(running(dir.path()), None);
        let lock = DataDirLock::acquire(dir.path()).unwrap();
        assert_eq!(running(dir.path()), None);
        let said = lock.announce(([127, 0, 0, 1], 8000).into()).unwrap();
        let pid = std::process::id();
        let url = "http://127.0.0.1:8000".to_owned();
        assert_eq!(running(dir.path()), Some(RunningServer { url, pid }));
        let error = DataDirLock::acquire(dir.path()).unwrap_err().to_string();
        assert!(
            error.ends_with(&format!(
                "is in use by process {pid}, listening on 127.0.0.1:8000"
            )),
            "{error}"
        );
        drop(said);
        drop(lock);
        DataDirLock::acquire(dir.path()).unwrap();
    }

    #[test]
    fn what_a_killed_server_left_behind_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("lock"), "1\n").unwrap();
        let left = r#"{"pid":1,"address":"127.0.0.1:9"}"#;
        std::fs::write(dir.path().join("server.json"), left).unwrap();
        assert_eq!(running(dir.path()), None);
        let lock = DataDirLock::hold(dir.path()).unwrap();
        assert_eq!(running(dir.path()), None);
        let error = DataDirLock::acquire(dir.path()).unwrap_err().to_string();
        assert!(!error.contains("listening"), "{error}");
        drop(lock);
        assert!(dir.path().join("server.json").exists());
        let _lock = DataDirLock::acquire(dir.path()).unwrap();
        assert_eq!(running(dir.path()), None);
        assert!(!dir.path().join("server.json").exists());
    }
}
