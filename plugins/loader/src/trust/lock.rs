//! The lock file: which libraries may be loaded, by the SHA-256 of their bytes.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Spanned;

use super::file::writers;

/// The version of the format.
const VERSION: u32 = 1;

const HEADER: &str = "\
# Which plugins may be loaded: the SHA-256 of each library that was trusted.
# Written by `plimsoll plugins trust FILE`. Delete an entry to trust its library no longer.
";

/// What is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    entries: Vec<Entry>,
}

/// A library that is trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What it held when it was trusted, by name and version: `acme@1.2.0`.
    pub plugins: Vec<String>,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Where it was, as far as that can be written as text.
    pub path: String,
    /// The minisign key that its signature was checked with, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minisign: Option<String>,
}

/// How a library stands with a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its bytes are trusted.
    Trusted,
    /// Other bytes were trusted at its place.
    Changed,
    /// Neither its bytes nor its place are known.
    NotTrusted,
}

/// Why a lock file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct LockError {
    /// The file.
    pub path: PathBuf,
    /// The line that is wrong, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// The way out, where one is known.
    pub hint: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    version: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    plugin: Vec<TextEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextEntry {
    plugins: Vec<String>,
    sha256: Spanned<String>,
    path: String,
    minisign: Option<String>,
}

impl Lock {
    /// What is trusted, in the order of the file.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How a library stands that has these bytes and is at this place.
    #[must_use]
    pub fn standing(&self, path: &str, sha256: &str) -> Standing {
        match self.entry(path, sha256) {
            Some(entry) if entry.sha256 == sha256 => Standing::Trusted,
            Some(_) => Standing::Changed,
            None => Standing::NotTrusted,
        }
    }

    /// The entry of these bytes, else of this place.
    #[must_use]
    pub fn entry(&self, path: &str, sha256: &str) -> Option<&Entry> {
        let of_bytes = self.entries.iter().find(|entry| entry.sha256 == sha256);
        of_bytes.or_else(|| self.entries.iter().find(|entry| entry.path == path))
    }

    /// Trusts a library, in place of what was trusted at its place before.
    pub fn add(&mut self, entry: Entry) {
        self.entries.retain(|other| other.path != entry.path);
        self.entries.push(entry);
        self.entries.sort_by(|one, two| one.path.cmp(&two.path));
    }

    /// Reads the text of a lock file, which errors call `path`.
    ///
    /// # Errors
    /// When it is not one, or of a version that this program does not know.
    pub fn parse(path: &Path, text: &str) -> Result<Self, LockError> {
        let error = |place: Option<usize>, message: &str| LockError {
            path: path.to_owned(),
            line: place.map(|place| line_of(text, place)),
            message: message.to_owned(),
            hint: None,
        };
        let toml = |wrong: toml::de::Error| {
            error(
                wrong.span().map(|span| span.start),
                wrong.message().trim_end(),
            )
        };
        // A later version may have other members, so what version it is comes first.
        let Head { version } = toml::from_str(text).map_err(toml)?;
        if *version.get_ref() != VERSION {
            return Err(error(
                Some(version.span().start),
                &format!(
                    "it is of version {}, and this Plimsoll knows version {VERSION}",
                    version.get_ref()
                ),
            ));
        }
        let read: Text = toml::from_str(text).map_err(toml)?;
        let mut lock = Self::default();
        for entry in read.plugin {
            let hash = entry.sha256.get_ref();
            let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if hash.len() != 64 || !hash.bytes().all(digit) {
                return Err(error(
                    Some(entry.sha256.span().start),
                    "`sha256` is 64 hexadecimal digits, in lower case",
                ));
            }
            lock.entries.push(Entry {
                plugins: entry.plugins,
                sha256: entry.sha256.into_inner(),
                path: entry.path,
                minisign: entry.minisign,
            });
        }
        Ok(lock)
    }

    /// The text of its file.
    #[must_use]
    pub fn to_text(&self) -> String {
        #[derive(Serialize)]
        struct Written<'a> {
            version: u32,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            plugin: &'a [Entry],
        }

        let written = Written {
            version: VERSION,
            plugin: &self.entries,
        };
        // Texts and lists of them are written whatever they hold.
        let text = toml::to_string(&written).unwrap_or_default();
        format!("{HEADER}\n{text}")
    }

    /// Reads a lock file; where there is none, nothing is trusted.
    ///
    /// # Errors
    /// As [`Self::parse`], when it cannot be read, and when others than its owner may write to it.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let error = |message: String, hint: Option<String>| LockError {
            path: path.to_owned(),
            line: None,
            message,
            hint,
        };
        let unread = |wrong: io::Error| error(format!("it could not be read: {wrong}"), None);
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(wrong) => return Err(unread(wrong)),
        };
        // Of the file that is read, whatever stands at the path by then.
        let metadata = file.metadata().map_err(unread)?;
        if let Some(writers) = writers(&metadata) {
            return Err(error(
                format!("{writers} may write to it"),
                Some(format!("run `chmod go-w {}`", path.display())),
            ));
        }
        if !is_own(&metadata) {
            return Err(error("it belongs to somebody else".to_owned(), None));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unread)?;
        Self::parse(path, &text)
    }

    /// Reads a lock file, trusts a library and writes it back, while no other process does; gives what
    /// is trusted now. The file is whole at every instant: it is written beside, synced and renamed.
    ///
    /// # Errors
    /// As [`Self::read`], and when it cannot be written.
    pub fn trust(path: &Path, entry: Entry) -> Result<Self, LockError> {
        let unwritten = |wrong: io::Error| LockError {
            path: path.to_owned(),
            line: None,
            message: format!("it could not be written: {wrong}"),
            hint: None,
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(unwritten)?;
        // The file itself is renamed over, so what is locked is its folder.
        #[cfg(unix)]
        let held = File::open(folder).map_err(unwritten)?;
        #[cfg(unix)]
        held.lock().map_err(unwritten)?;
        let mut lock = Self::read(path)?;
        lock.add(entry);
        replace(folder, path, &lock.to_text()).map_err(unwritten)?;
        Ok(lock)
    }
}

/// Whether a file is the user's, or the system's.
#[cfg(unix)]
fn is_own(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = metadata.uid();
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own(_: &fs::Metadata) -> bool {
    true
}

fn replace(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        // A user may have closed it to others.
        let mode = fs::metadata(path).map_or(0o644, |old| old.permissions().mode() & 0o644);
        let permissions = fs::Permissions::from_mode(mode | 0o600);
        new.as_file().set_permissions(permissions)?;
    }
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn line_of(text: &str, place: usize) -> usize {
    let before = text.bytes().take(place);
    before.filter(|byte| *byte == b'\n').count() + 1
}
