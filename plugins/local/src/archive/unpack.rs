//! Reads a tar archive that may have been made to do harm.
//!
//! Taken are regular files and folders under relative, normal names, in POSIX pax, ustar or GNU
//! form. Everything else is refused. Nothing is trusted beyond the bytes that are there: the
//! extension headers are read here, bounded, because the tar crate reads them into memory whole.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::path::Path;

use plimsoll_core::digest::CONFIG_PATH;
use sha2::{Digest as _, Sha256};
use tar::{Archive, Entry, EntryType, PaxExtensions};

use super::{Contents, FileEntry};
use crate::limits::Limits;

/// The largest extension header; the longest name is far below it.
const EXTENSION_BYTES: u64 = 64 << 10;
const NAME_BYTES: usize = 1024;
const COMPONENT_BYTES: usize = 255;
const DEPTH: usize = 64;

/// Why an archive was not unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnpackError {
    /// There is something wrong with the archive.
    #[error("{0}")]
    Refused(String),
    /// There is something wrong with this machine.
    #[error("the archive could not be unpacked: {0}")]
    Io(#[from] io::Error),
}

fn refused<T>(reason: impl Into<String>) -> Result<T, UnpackError> {
    Err(UnpackError::Refused(reason.into()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// Reads an archive to its end, and writes its files below `into` where that is given, which must
/// be an empty folder.
pub(crate) fn unpack(
    archive: &Path,
    into: Option<&Path>,
    limits: &Limits,
) -> Result<Contents, UnpackError> {
    let mut file = File::open(archive)?;
    refuse_compressed(&mut file)?;
    let mut archive = Archive::new(BufReader::with_capacity(1 << 20, file));
    let mut unpacker = Unpacker {
        into,
        limits,
        names: HashMap::new(),
        contents: Contents::default(),
        buffer: vec![0; 256 << 10],
    };
    let mut long_name = None;
    for entry in archive.entries().map_err(not_tar)?.raw(true) {
        let mut entry = entry.map_err(not_tar)?;
        match entry.header().entry_type() {
            EntryType::XHeader => {
                if let Some(name) = pax_name(&extension(&mut entry)?)? {
                    long_name = Some(name);
                }
            }
            EntryType::GNULongName => {
                let mut name = extension(&mut entry)?;
                while name.last() == Some(&0) {
                    name.pop();
                }
                long_name = Some(name);
            }
            EntryType::XGlobalHeader => {}
            kind => {
                let header_name = entry.header().path_bytes().into_owned();
                let name = long_name.take().unwrap_or(header_name);
                unpacker.entry(&name, kind, &mut entry)?;
            }
        }
    }
    if !unpacker
        .contents
        .files
        .iter()
        .any(|file| file.path == CONFIG_PATH)
    {
        return refused(format!("the archive has no {CONFIG_PATH} at its root"));
    }
    Ok(unpacker.contents)
}

/// Says what a compressed archive is, rather than that its checksum is wrong.
fn refuse_compressed(file: &mut File) -> Result<(), UnpackError> {
    let mut magic = [0; 4];
    let read = file.read(&mut magic)?;
    file.rewind()?;
    let kind = match &magic[..read] {
        [0x1f, 0x8b, ..] => "gzip",
        [0x28, 0xb5, 0x2f, 0xfd] => "zstd",
        [b'P', b'K', ..] => "zip",
        [b'B', b'Z', b'h', ..] => "bzip2",
        _ => return Ok(()),
    };
    refused(format!(
        "the archive is compressed ({kind}); send an uncompressed tar"
    ))
}

fn not_tar(error: io::Error) -> UnpackError {
    // The tar crate has no kinds of its own; what the system reports has an error number.
    if error.raw_os_error().is_some() {
        UnpackError::Io(error)
    } else {
        UnpackError::Refused(format!("the archive is not a tar archive: {error}"))
    }
}

fn extension<R: Read>(entry: &mut Entry<'_, R>) -> Result<Vec<u8>, UnpackError> {
    let size = entry.header().entry_size().map_err(not_tar)?;
    if size > EXTENSION_BYTES {
        return refused(format!(
            "an extension header has {size} bytes; {EXTENSION_BYTES} are the most"
        ));
    }
    let mut bytes = Vec::new();
    entry.take(EXTENSION_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The name in a pax extension header. Its other records are of no matter, but for those that
/// change where the next file ends.
fn pax_name(bytes: &[u8]) -> Result<Option<Vec<u8>>, UnpackError> {
    let mut name = None;
    for record in PaxExtensions::new(bytes) {
        let record = record.map_err(not_tar)?;
        match record.key_bytes() {
            b"path" => name = Some(record.value_bytes().to_vec()),
            b"size" => return refused("a file is larger than a tar header can say (8 GiB)"),
            key if key.starts_with(b"GNU.sparse.") => return refused("a file is sparse"),
            _ => {}
        }
    }
    Ok(name)
}

struct Unpacker<'a> {
    into: Option<&'a Path>,
    limits: &'a Limits,
    names: HashMap<String, Kind>,
    contents: Contents,
    buffer: Vec<u8>,
}

impl Unpacker<'_> {
    fn entry<R: Read>(
        &mut self,
        name: &[u8],
        kind: EntryType,
        entry: &mut Entry<'_, R>,
    ) -> Result<(), UnpackError> {
        let what = match kind {
            EntryType::Regular | EntryType::Continuous => {
                let name = checked_name(name)?;
                return self.file(name, entry);
            }
            EntryType::Directory => {
                let name = name.strip_suffix(b"/").unwrap_or(name);
                let name = checked_name(name)?;
                return self.folder(name);
            }
            EntryType::Symlink => "a symbolic link",
            EntryType::Link => "a hard link",
            EntryType::Char | EntryType::Block => "a device",
            EntryType::Fifo => "a named pipe",
            EntryType::GNUSparse => "a sparse file",
            EntryType::GNULongLink => "a long link",
            _ => "neither a file nor a folder",
        };
        refused(format!(
            "{:?} is {what}; only files are taken",
            String::from_utf8_lossy(name)
        ))
    }

    fn folder(&mut self, name: &str) -> Result<(), UnpackError> {
        self.claim(name, Kind::Folder)?;
        if let Some(into) = self.into {
            fs::create_dir_all(into.join(name))?;
        }
        Ok(())
    }

    fn file<R: Read>(&mut self, name: &str, entry: &mut Entry<'_, R>) -> Result<(), UnpackError> {
        self.claim(name, Kind::File)?;
        let size = entry.header().entry_size().map_err(not_tar)?;
        if name == CONFIG_PATH && size > self.limits.config_file_bytes {
            let most = self.limits.config_file_bytes;
            return refused(format!(
                "{CONFIG_PATH} has {size} bytes; {most} are the most"
            ));
        }
        let executable = entry.header().mode().map_err(not_tar)? & 0o100 != 0;
        let mut output = match self.into {
            Some(into) => Some(create(&into.join(name), executable)?),
            None => None,
        };
        let mut hasher = Sha256::new();
        let mut copied = 0_u64;
        loop {
            let read = entry.read(&mut self.buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&self.buffer[..read]);
            if let Some(output) = &mut output {
                output.write_all(&self.buffer[..read])?;
            }
            copied += read as u64;
        }
        if copied != size {
            return refused(format!("the archive ends within {name:?}"));
        }
        self.contents.files.push(FileEntry {
            path: name.to_owned(),
            executable,
            sha256: hasher.finalize().into(),
        });
        Ok(())
    }

    /// Takes a name, and those of the folders above it.
    fn claim(&mut self, name: &str, kind: Kind) -> Result<(), UnpackError> {
        for (position, _) in name.match_indices('/') {
            let folder = &name[..position];
            match self.names.get(folder) {
                Some(Kind::File) => return refused(format!("{folder:?} is a file and a folder")),
                Some(Kind::Folder) => {}
                None => self.take(folder, Kind::Folder)?,
            }
        }
        match (self.names.get(name), kind) {
            (None, _) => self.take(name, kind),
            (Some(Kind::Folder), Kind::Folder) => Ok(()),
            (Some(Kind::File), Kind::File) => refused(format!("{name:?} is there twice")),
            _ => refused(format!("{name:?} is a file and a folder")),
        }
    }

    fn take(&mut self, name: &str, kind: Kind) -> Result<(), UnpackError> {
        if self.names.len() >= self.limits.archive_files {
            let most = self.limits.archive_files;
            return refused(format!(
                "the archive has more than {most} files and folders"
            ));
        }
        self.names.insert(name.to_owned(), kind);
        Ok(())
    }
}

fn create(path: &Path, executable: bool) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if executable { 0o755 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = executable;
    options.open(path)
}

/// A relative name without `.`, `..`, empty parts, or anything that another system could read as a
/// path.
fn checked_name(name: &[u8]) -> Result<&str, UnpackError> {
    let shown = String::from_utf8_lossy(&name[..name.len().min(200)]);
    let Ok(text) = str::from_utf8(name) else {
        return refused(format!("{shown:?} is not UTF-8"));
    };
    if text.len() > NAME_BYTES || text.matches('/').count() >= DEPTH {
        return refused(format!("the name {shown:?}… is too long"));
    }
    if text.starts_with('/') || (text.len() > 1 && text.as_bytes()[1] == b':') {
        return refused(format!("{shown:?} is not a relative path"));
    }
    if text.chars().any(|c| c.is_control() || c == '\\') {
        return refused(format!(
            "{shown:?} has a character that a name may not have"
        ));
    }
    for component in text.split('/') {
        match component {
            ".." => return refused(format!("{shown:?} leads out of the archive")),
            "" | "." => return refused(format!("{shown:?} is not a normal path")),
            long if long.len() > COMPONENT_BYTES => {
                return refused(format!("the name {shown:?}… is too long"));
            }
            _ => {}
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
