//! Files of libraries, read once and whole.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use plimsoll_core::digest::hex;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// More than any library takes, in bytes: 1 GiB.
const LIMIT: u64 = 1 << 30;

/// A file that was read: what is checked from here on, and loaded, is these bytes.
#[derive(Debug)]
pub(crate) struct Whole {
    /// The file without links.
    pub(crate) file: PathBuf,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// SHA-256 of them, in lower-case hexadecimal digits.
    pub(crate) sha256: String,
    /// Who may write to it beside its owner, if anybody may.
    pub(crate) writers: Option<&'static str>,
}

/// Why a file could not be read.
#[derive(Debug, Error)]
pub(crate) enum FileError {
    /// It is not there.
    #[error("there is no such file")]
    Missing,
    /// It is a folder, a pipe or the like.
    #[error("it is no file")]
    NotAFile,
    /// It is larger than any library.
    #[error("it is larger than 1 GiB")]
    TooLarge,
    /// The system refused.
    #[error("it could not be read: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

impl Whole {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, FileError> {
        // Opening a pipe would wait for its other end.
        if !fs::metadata(path)?.is_file() {
            return Err(FileError::NotAFile);
        }
        let file = fs::canonicalize(path)?;
        let open = File::open(&file)?;
        let metadata = open.metadata()?;
        if metadata.len() > LIMIT {
            return Err(FileError::TooLarge);
        }
        let mut bytes = Vec::new();
        open.take(LIMIT + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LIMIT) {
            return Err(FileError::TooLarge);
        }
        Ok(Self {
            file,
            sha256: hex(&Sha256::digest(&bytes)),
            bytes,
            writers: writers(&metadata),
        })
    }
}

/// Who may write to a file beside its owner.
#[cfg(unix)]
pub(super) fn writers(metadata: &fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt as _;

    match metadata.permissions().mode() & 0o022 {
        0 => None,
        0o020 => Some("its group"),
        _ => Some("everyone"),
    }
}

/// Who may write to a file beside its owner.
#[cfg(not(unix))]
pub(super) fn writers(_: &fs::Metadata) -> Option<&'static str> {
    None
}
