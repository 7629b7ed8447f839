//! A host of a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll_core::registry::{FactoryContext, Registry};
use plimsoll_loader::discover::Search;
use plimsoll_loader::{Host, Limits, LoadError, Places};
use plimsoll_test_libraries::Library;
use tempfile::TempDir;

/// A folder with everything a host keeps.
pub struct House {
    folder: TempDir,
}

impl House {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of a library, under a name.
    pub fn copy(&self, library: &Path, name: &str) -> PathBuf {
        let copy = self.path(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(library, &copy).unwrap();
        copy
    }

    /// A host that is told of these libraries and of these folders.
    pub fn host(&self, explicit: &[&Path], path: &[&Path]) -> Host {
        let owned = |paths: &[&Path]| paths.iter().map(|path| path.to_path_buf()).collect();
        Host::new(Places {
            search: Search {
                explicit: owned(explicit),
                path: owned(path),
                ..Search::default()
            },
            lock: Some(self.path("plugins.lock")),
            cache: Some(self.path("cache")),
            limits: Limits {
                silence: Duration::from_millis(400),
                grace: Duration::from_millis(300),
            },
        })
    }

    /// Trusts and loads one library.
    pub fn load(&self, library: &Path) -> Result<FactoryContext, LoadError> {
        let host = self.host(&[library], &[]);
        host.trust(library, None)?;
        let mut registry = Registry::empty();
        host.load(&mut registry)?;
        Ok(FactoryContext { registry })
    }

    /// What is said of a failure, without the folder that the test is in.
    pub fn said(&self, error: &LoadError) -> String {
        let mut said = format!("{:?}: {error}", error.kind);
        for hint in &error.hints {
            said.push_str(&format!("\n  hint: {hint}"));
        }
        said.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

/// A library of the test plugin `faulty`, or of `raw`, with a feature.
pub fn faulty(feature: &'static str) -> PathBuf {
    built("plimsoll-test-faulty", feature)
}

pub fn raw(feature: &'static str) -> PathBuf {
    built("plimsoll-test-raw", feature)
}

pub fn built(package: &'static str, features: &'static str) -> PathBuf {
    let library = Library {
        package,
        features,
        release: false,
    };
    library.build()
}
