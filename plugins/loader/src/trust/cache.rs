//! The folder of what is loaded: copies of the bytes that were checked, which nobody else can write.

use std::env::consts::DLL_EXTENSION;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A private folder of copies, each named by its SHA-256.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// Why there is no copy.
#[derive(Debug, Error)]
pub(crate) enum CacheError {
    /// The system refused.
    #[error("no copy of it could be written to {}: {source}", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Somebody else could change what is in the folder.
    #[error("no copy of it is written to {}: {why}", folder.display())]
    NotPrivate {
        /// The folder.
        folder: PathBuf,
        /// Why it is not private.
        why: &'static str,
    },
}

impl Cache {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Makes sure that there is a copy of these bytes, and says where.
    pub(crate) fn place(&self, sha256: &str, bytes: &[u8]) -> Result<PathBuf, CacheError> {
        let failed = |source| CacheError::Io {
            folder: self.folder.clone(),
            source,
        };
        self.open()?;
        let copy = self.folder.join(format!("{sha256}.{DLL_EXTENSION}"));
        if is_copy(&copy, bytes) {
            return Ok(copy);
        }
        let mut new = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        new.write_all(bytes).map_err(failed)?;
        // Not synced: a copy that a power cut leaves behind is compared with these bytes before it is
        // used, and the disk would take longer than all the rest.
        new.persist(&copy).map_err(|error| failed(error.error))?;
        Ok(copy)
    }

    /// Removes copies that are of nothing that is trusted any more. What cannot be removed stays.
    pub(crate) fn keep(&self, trusted: &[&str]) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let name = path
                .file_stem()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            let copy = name.len() == 64 && path.extension().is_some_and(|end| end == DLL_EXTENSION);
            if copy && !trusted.contains(&name) {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Makes the folder, or makes sure that it is private.
    #[cfg(unix)]
    fn open(&self) -> Result<(), CacheError> {
        use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};

        let failed = |source| CacheError::Io {
            folder: self.folder.clone(),
            source,
        };
        let not_private = |why| {
            Err(CacheError::NotPrivate {
                folder: self.folder.clone(),
                why,
            })
        };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(&self.folder).map_err(failed)?;
        let metadata = fs::symlink_metadata(&self.folder).map_err(failed)?;
        if !metadata.is_dir() {
            return not_private("it is a link");
        }
        if metadata.uid() != own_uid() {
            return not_private("it belongs to somebody else");
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(&self.folder, private).map_err(failed)?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn open(&self) -> Result<(), CacheError> {
        fs::create_dir_all(&self.folder).map_err(|source| CacheError::Io {
            folder: self.folder.clone(),
            source,
        })
    }
}

/// Whether a file is what this process would write.
fn is_copy(path: &Path, bytes: &[u8]) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

        if metadata.uid() != own_uid() || metadata.permissions().mode() & 0o077 != 0 {
            return false;
        }
    }
    let same_length = u64::try_from(bytes.len()).is_ok_and(|length| length == metadata.len());
    metadata.is_file() && same_length && fs::read(path).is_ok_and(|copy| copy == bytes)
}

#[cfg(unix)]
fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}
