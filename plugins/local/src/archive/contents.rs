//! The list of an archive's files, and the build digest that follows from it.

use std::fs;
use std::io;
use std::path::Path;

use plimsoll_core::digest::{BuildDigest, BuildDigester};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    pub(crate) path: String,
    pub(crate) executable: bool,
    pub(crate) sha256: [u8; 32],
}

/// The files of an archive, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) files: Vec<FileEntry>,
}

impl Contents {
    /// The digest of the image that is built of these files with this configuration.
    pub(crate) fn digest(&self, config: &Json) -> BuildDigest {
        let mut digester = BuildDigester::new();
        for file in &self.files {
            digester.file(&file.path, file.executable, file.sha256);
        }
        digester.finish(config)
    }

    /// Reads a stored list. It is only a copy of what the archive says, so a damaged one is
    /// nothing but absent.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Stores the list.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let new = path.with_extension("files-new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        fs::rename(&new, path)
    }
}
