//! The whole way from where plugins are looked for to a registry that has them.

mod load;
mod survey;

use std::path::{Path, PathBuf};

use plimsoll_sdk::border::Limits;
use serde::Serialize;

use crate::discover::{Place, Remark, Search};
use crate::error::{LoadError, LoadErrorKind};
use crate::metadata::Metadata;
use crate::trust::{Cache, Entry, Key, Lock, LockError, SignatureError, Whole, signature_of};

/// What a host is told.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Where to look.
    pub search: Search,
    /// The lock file, which says what is trusted; an absolute path. Without one nothing is.
    pub lock: Option<PathBuf>,
    /// A folder of the user's own, for copies of what is loaded; an absolute path. Without one nothing
    /// is loaded.
    pub cache: Option<PathBuf>,
    /// How long the deployers of plugins may take.
    pub limits: Limits,
}

/// Finds, checks and loads plugins.
#[derive(Clone, Debug)]
pub struct Host {
    places: Places,
}

/// How a library stands, before any code of it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
#[non_exhaustive]
pub enum State {
    /// It would be loaded.
    Trusted,
    /// Nobody has trusted it.
    NotTrusted,
    /// Other bytes were trusted at its place.
    Changed,
    /// Another library has a plugin of the same name and comes first.
    Shadowed {
        /// The plugin.
        plugin: String,
        /// The library that comes first.
        by: PathBuf,
    },
    /// It is a library of something else.
    NotAPlugin,
    /// It cannot be loaded, trusted or not.
    Refused {
        /// Why, as a clause that follows the file's name.
        message: String,
        /// Ways out.
        hints: Vec<String>,
    },
}

/// A library that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The file.
    pub path: PathBuf,
    /// Where it was found.
    pub place: Place,
    /// Its length, in bytes.
    pub bytes: u64,
    /// SHA-256 of it, where it could be read.
    pub sha256: Option<String>,
    /// What its plugins say of themselves; empty where that cannot be read.
    pub plugins: Vec<Metadata>,
    /// How it stands.
    #[serde(flatten)]
    pub state: State,
}

/// A library that was loaded.
#[derive(Clone, Debug)]
pub struct LoadedPlugin {
    /// The file.
    pub path: PathBuf,
    /// What its plugins say of themselves.
    pub plugins: Vec<Metadata>,
}

/// What came of loading everything.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// What was loaded, in order.
    pub plugins: Vec<LoadedPlugin>,
    /// What should have been, and was not.
    pub problems: Vec<LoadError>,
    /// Places that could not be searched.
    pub remarks: Vec<Remark>,
}

impl Places {
    /// The lock file, where it is the user's own: never one in the folder that a command happens to run
    /// in, which anybody may have filled.
    fn own_lock(&self) -> Option<&Path> {
        self.lock.as_deref().filter(|lock| lock.is_absolute())
    }

    /// The folder of copies, likewise.
    fn own_cache(&self) -> Option<&Path> {
        self.cache.as_deref().filter(|cache| cache.is_absolute())
    }
}

impl Host {
    /// A host of these places.
    #[must_use]
    pub fn new(places: Places) -> Self {
        Self { places }
    }

    /// The places.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Trusts a library: writes the digest of its bytes into the lock file. No code of it runs.
    ///
    /// With a minisign key, its signature (`FILE.minisig` beside it) must hold. Where the library at this
    /// place was trusted with one before, that is the key where none is given.
    ///
    /// # Errors
    /// When it cannot be read, is no plugin for this program, others may write to it, its signature does
    /// not hold, or the lock file cannot be written.
    pub fn trust(&self, path: &Path, minisign_key: Option<&str>) -> Result<Entry, LoadError> {
        let checked = survey::Checked::read(path)?;
        let file = self.places.own_lock();
        let file = file.ok_or_else(|| no_folder(path, "what is trusted"))?;
        let place = checked.whole.file.to_string_lossy().into_owned();
        // One that was signed stays so: what comes in its place must be signed by the same key.
        let lock = Lock::read(file).map_err(kept)?;
        let before = lock.entries().iter().find(|entry| entry.path == place);
        let before = before.and_then(|entry| entry.minisign.clone());
        let minisign = match minisign_key.or(before.as_deref()) {
            None => None,
            Some(key) => Some(signed(&checked.whole, path, key)?),
        };
        let entry = Entry {
            plugins: checked.plugins.iter().map(Metadata::id).collect(),
            sha256: checked.whole.sha256,
            path: place,
            minisign,
        };
        let lock = Lock::trust(file, entry.clone()).map_err(kept)?;
        if let Some(cache) = self.places.own_cache() {
            let trusted: Vec<_> = lock.entries().iter().map(|one| &*one.sha256).collect();
            Cache::new(cache).keep(&trusted);
        }
        Ok(entry)
    }
}

/// Nothing is kept where there is no folder of the user's own.
fn no_folder(path: &Path, what: &str) -> LoadError {
    let message = format!("there is no folder of the user's own to keep {what} in");
    LoadError::new(path, LoadErrorKind::Keeping, message).hint("set HOME to your home folder")
}

/// What is wrong with the lock file.
fn kept(error: LockError) -> LoadError {
    let line = error.line.map(|line| format!("line {line}: "));
    let message = format!("{}{}", line.unwrap_or_default(), error.message);
    let refusal = LoadError::new(&error.path, LoadErrorKind::Keeping, message);
    error.hint.into_iter().fold(refusal, LoadError::hint)
}

/// Checks a signature, and gives the key that it was checked with.
fn signed(whole: &Whole, path: &Path, key: &str) -> Result<String, LoadError> {
    let refused = |error: SignatureError| {
        let refusal = LoadError::new(path, LoadErrorKind::Trust, error.to_string());
        match error {
            SignatureError::Key(_) => {
                refusal.hint("give the second line of a .pub file, or that file")
            }
            SignatureError::Missing(_) => {
                refusal.hint(format!("sign it: minisign -Sm {}", path.display()))
            }
            _ => refusal,
        }
    };
    let key = Key::new(key).map_err(refused)?;
    key.verify(&whole.bytes, &signature_of(path))
        .map_err(refused)?;
    Ok(key.text)
}
