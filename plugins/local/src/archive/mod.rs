//! Archives on disk: content-addressed, whole or not there at all.

mod contents;
mod unpack;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::PlatformError;

pub(crate) use contents::{Contents, FileEntry};
pub(crate) use unpack::{UnpackError, unpack};

/// Makes what was created or renamed in a folder survive the loss of power.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The folders of archives, of what is coming in, and of what is being built.
#[derive(Clone, Debug)]
pub(crate) struct ArchiveStore {
    archives: PathBuf,
    incoming: PathBuf,
    scratch: PathBuf,
}

impl ArchiveStore {
    /// The folders as they are.
    pub(crate) fn at(data_dir: &Path) -> Self {
        Self {
            archives: data_dir.join("archives"),
            incoming: data_dir.join("incoming"),
            scratch: data_dir.join("scratch"),
        }
    }

    /// Makes the folders. What is in `incoming` and `scratch` is left over from a process that is
    /// gone, and is deleted.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, PlatformError> {
        let store = Self::at(data_dir);
        for leftover in [&store.incoming, &store.scratch] {
            match fs::remove_dir_all(leftover) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(PlatformError::io(leftover, "emptied")(error));
                }
                _ => {}
            }
        }
        for dir in [&store.archives, &store.incoming, &store.scratch] {
            fs::create_dir_all(dir).map_err(PlatformError::io(dir, "created"))?;
        }
        sync_dir(data_dir).map_err(PlatformError::io(data_dir, "written"))?;
        Ok(store)
    }

    /// The file of an archive.
    pub(crate) fn path(&self, sha256: &str) -> PathBuf {
        self.archives.join(sha256)
    }

    /// The list of an archive's files, which saves reading it again.
    pub(crate) fn contents_path(&self, sha256: &str) -> PathBuf {
        self.archives.join(format!("{sha256}.files"))
    }

    /// A name for something that is coming in.
    pub(crate) fn incoming(&self, name: &str) -> PathBuf {
        self.incoming.join(name)
    }

    /// A new folder to unpack into, deleted with everything in it when dropped.
    pub(crate) fn scratch(&self, name: &str) -> io::Result<Temporary> {
        let temporary = Temporary(self.scratch.join(name));
        fs::create_dir(&temporary.0)?;
        Ok(temporary)
    }

    /// Moves a whole, synced file to its place. Runs on the state's thread, so that it does not
    /// meet a sweep.
    pub(crate) fn place(&self, whole: &Path, sha256: &str) -> io::Result<()> {
        let place = self.path(sha256);
        if place.try_exists()? {
            return fs::remove_file(whole);
        }
        fs::rename(whole, &place)?;
        sync_dir(&self.archives)
    }

    /// Deletes an archive that the state no longer knows.
    pub(crate) fn remove(&self, sha256: &str) {
        for path in [self.path(sha256), self.contents_path(sha256)] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "an archive was not deleted");
                }
                _ => {}
            }
        }
    }

    /// Deletes every file that belongs to none of these archives.
    pub(crate) fn keep_only(&self, known: &[String]) -> io::Result<()> {
        let known: std::collections::HashSet<&str> = known.iter().map(String::as_str).collect();
        for entry in fs::read_dir(&self.archives)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            // Whatever else has the name of an archive was not written to its end.
            let archive = name.strip_suffix(".files").unwrap_or(name);
            if !known.contains(archive) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// A file or folder that is deleted when this is dropped, if it is still there.
#[derive(Debug)]
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    /// Takes care of a path that is about to be created.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What stays behind is deleted at the next start.
        let _ = match fs::symlink_metadata(&self.0) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&self.0),
            Ok(_) => fs::remove_file(&self.0),
            Err(_) => Ok(()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::ArchiveStore;
    use std::fs;

    #[test]
    fn only_what_belongs_to_a_known_archive_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = ArchiveStore::open(dir.path()).unwrap();
        for name in ["aa", "aa.files", "aa.files-new", "bb", "bb.files"] {
            fs::write(store.path(name), "").unwrap();
        }
        store.keep_only(&["aa".to_owned()]).unwrap();
        let mut kept: Vec<_> = fs::read_dir(dir.path().join("archives"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        kept.sort();
        assert_eq!(kept, ["aa", "aa.files"]);
    }
}
