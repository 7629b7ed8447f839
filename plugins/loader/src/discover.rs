//! Discovers libraries: where plugins are looked for, in which order, and what is there.
//!
//! The folder of a project is not among the places: a checkout must not bring code that runs when
//! its configuration is read.

use std::collections::HashSet;
use std::env::consts::DLL_EXTENSION;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Where to look for plugins, in this order. Each entry is a library or a folder of them, which is
/// not searched below; an entry that is empty is passed over, as it would mean the working folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Libraries that the user named for this one run. All of them are loaded.
    pub explicit: Vec<PathBuf>,
    /// The entries of `PLIMSOLL_PLUGIN_PATH`.
    pub path: Vec<PathBuf>,
    /// What the user's configuration names.
    pub configured: Vec<PathBuf>,
    /// The user's own folder of plugins.
    pub user: Option<PathBuf>,
    /// The folders of the whole system.
    pub system: Vec<PathBuf>,
}

/// The place where a library was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The user named it for this one run.
    Explicit,
    /// `PLIMSOLL_PLUGIN_PATH`.
    Path,
    /// The user's configuration.
    Configured,
    /// The user's own folder of plugins.
    User,
    /// A folder of the whole system.
    System,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Explicit => "named",
            Self::Path => "PLIMSOLL_PLUGIN_PATH",
            Self::Configured => "configuration",
            Self::User => "user",
            Self::System => "system",
        })
    }
}

/// A library that was found. Nothing is known of it but its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file, as the user would name it.
    pub path: PathBuf,
    /// Where it was found.
    pub place: Place,
}

/// A place that could not be searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The entry.
    pub path: PathBuf,
    /// Whose entry it is.
    pub place: Place,
    /// Why, as a clause that follows the entry.
    pub message: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            place,
            message,
        } = self;
        write!(formatter, "{} ({place}): {message}", path.display())
    }
}

impl Search {
    /// What is there, in the order of the places, and by name within a folder. A file that is found
    /// twice is listed where it is found first. Explicit libraries are listed whether they exist or
    /// not.
    #[must_use]
    pub fn run(&self) -> (Vec<Found>, Vec<Remark>) {
        let mut walk = Walk::default();
        for path in &self.explicit {
            walk.add(path.clone(), Place::Explicit);
        }
        let places = [
            (Place::Path, &*self.path, true),
            (Place::Configured, &*self.configured, true),
            // These two need not exist.
            (Place::User, self.user.as_slice(), false),
            (Place::System, &*self.system, false),
        ];
        for (place, entries, expected) in places {
            let named = |entry: &&PathBuf| !entry.as_os_str().is_empty();
            for entry in entries.iter().filter(named) {
                walk.entry(entry, place, expected);
            }
        }
        (walk.found, walk.remarks)
    }
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    /// The files that are listed, by the paths that lead to them without links.
    known: HashSet<PathBuf>,
    remarks: Vec<Remark>,
}

impl Walk {
    fn add(&mut self, path: PathBuf, place: Place) {
        let file = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if self.known.insert(file) {
            self.found.push(Found { path, place });
        }
    }

    fn entry(&mut self, entry: &Path, place: Place, expected: bool) {
        let searched = match fs::metadata(entry) {
            Ok(metadata) if metadata.is_dir() => self.folder(entry, place),
            Ok(_) => {
                self.add(entry.to_owned(), place);
                Ok(())
            }
            Err(error) => Err(error),
        };
        let message = match searched {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if !expected {
                    return;
                }
                "there is no such file or folder".to_owned()
            }
            Err(error) => format!("it could not be searched: {error}"),
        };
        self.remarks.push(Remark {
            path: entry.to_owned(),
            place,
            message,
        });
    }

    fn folder(&mut self, folder: &Path, place: Place) -> io::Result<()> {
        let mut libraries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let library = path.extension().is_some_and(|end| end == DLL_EXTENSION);
            if library && path.is_file() {
                libraries.push(path);
            }
        }
        libraries.sort();
        for library in libraries {
            self.add(library, place);
        }
        Ok(())
    }
}
