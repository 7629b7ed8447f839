//! Who registered something: a plugin, and how it came into the program.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A plugin, as what it registers names it. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its name, which qualifies what it registers: the `acme` of `acme/steps`.
    pub plugin: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// The library it was loaded from; `None` where it is linked into the program.
    pub library: Option<Arc<Library>>,
}

/// A dynamic library that plugins were loaded from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The file, as it was found.
    pub path: PathBuf,
    /// SHA-256 of the bytes that were loaded, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The version of the border that it speaks: major and minor.
    pub border: (u32, u32),
}

impl Origin {
    /// A plugin that is linked into the program.
    #[must_use]
    pub fn linked(plugin: &str, version: &str) -> Self {
        Self {
            plugin: plugin.into(),
            version: version.into(),
            library: None,
        }
    }
}

/// As people read it: `scaling 0.1.0`, `acme 1.2.0 (plugins/libacme.so)`.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.plugin, self.version)?;
        match &self.library {
            Some(library) => write!(formatter, " ({})", library.path.display()),
            None => Ok(()),
        }
    }
}
