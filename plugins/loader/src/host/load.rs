//! Loads what is trusted. From here on plugins' code runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use plimsoll_abi::handshake::{MAJOR, MINOR};
use plimsoll_core::registry::{Library, Registry};
use plimsoll_sdk::border::import::{Provided, registrations};

use super::survey::{Checked, First};
use super::{Host, Loaded, LoadedPlugin, no_folder};
use crate::discover::Place;
use crate::error::{LoadError, LoadErrorKind};
use crate::library;
use crate::metadata::{KINDS, Metadata};
use crate::trust::{Cache, Lock};

impl Host {
    /// Loads every library that is trusted, and adds what it has to a registry.
    ///
    /// # Errors
    /// When a library that the user named for this one run cannot be loaded; what else cannot be is a
    /// problem of [`Loaded`], and nothing stops for it. A library of the user's or the system's folder
    /// that nobody has trusted is passed over.
    pub fn load(&self, registry: &mut Registry) -> Result<Loaded, LoadError> {
        let (found, remarks) = self.places().search.run();
        let mut loaded = Loaded {
            remarks,
            ..Loaded::default()
        };
        if found.is_empty() {
            return Ok(loaded);
        }
        let lock = match self.lock() {
            Ok(lock) => lock,
            Err(error) if found.iter().any(|one| one.place == Place::Explicit) => {
                return Err(error);
            }
            Err(error) => {
                loaded.problems.push(error);
                return Ok(loaded);
            }
        };
        let mut first = First::default();
        for found in &found {
            let path = &found.path;
            let one = Checked::read(path).and_then(|checked| {
                checked.trusted(&lock, path)?;
                if first.before(found, &checked.plugins).is_some() {
                    return Ok(None);
                }
                let plugins = self.load_one(path, checked, &lock, registry)?;
                Ok(Some(plugins))
            });
            match one {
                Ok(None) => {}
                Ok(Some((plugins, _))) => loaded.plugins.push(LoadedPlugin {
                    path: path.clone(),
                    plugins,
                }),
                Err(error) if found.place == Place::Explicit => return Err(error),
                // A folder may have other libraries.
                Err(error) if error.kind == LoadErrorKind::NotAPlugin => {}
                // What nobody has trusted in a folder of the user's or the system's is nobody's concern.
                Err(error)
                    if error.kind == LoadErrorKind::NotTrusted
                        && matches!(found.place, Place::User | Place::System) => {}
                Err(error) => loaded.problems.push(error),
            }
        }
        Ok(loaded)
    }

    /// Loads one library, which must be trusted, and says what it registers. Its code runs. Where it is
    /// refused, nothing of it is left in the registry.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub fn load_library(
        &self,
        path: &Path,
        registry: &mut Registry,
    ) -> Result<Vec<Provided>, LoadError> {
        let checked = Checked::read(path)?;
        let (_, provided) = self.load_one(path, checked, &self.lock()?, registry)?;
        Ok(provided)
    }

    #[expect(
        unsafe_code,
        reason = "what a library has is called through the border"
    )]
    fn load_one(
        &self,
        path: &Path,
        checked: Checked,
        lock: &Lock,
        registry: &mut Registry,
    ) -> Result<(Vec<Metadata>, Vec<Provided>), LoadError> {
        checked.trusted(lock, path)?;
        let Checked { whole, plugins } = checked;
        let cache = self.places().own_cache();
        let cache = cache.ok_or_else(|| no_folder(path, "copies of plugins"))?;
        let copy = Cache::new(cache).place(&whole.sha256, &whole.bytes);
        let copy =
            copy.map_err(|error| LoadError::new(path, LoadErrorKind::Keeping, error.to_string()))?;
        let border = plugins
            .first()
            .map_or((MAJOR, MINOR), |plugin| plugin.border);
        let root = library::open(&copy, border, path)?;
        let library = Arc::new(Library {
            path: path.to_owned(),
            sha256: whole.sha256,
            border,
        });
        let refused = |message: String| LoadError::new(path, LoadErrorKind::Registration, message);
        // Registries are cheap to clone: what is refused leaves the one that was given as it was.
        let mut with = registry.clone();
        let names: Vec<&str> = plugins.iter().map(|plugin| &*plugin.name).collect();
        // SAFETY: the user has trusted the library, which has shaken hands and is laid out as ours.
        let provided =
            unsafe { registrations(root, &names, &library, self.places().limits, &mut with) };
        let provided = provided.map_err(refused)?;
        as_announced(&plugins, &provided).map_err(refused)?;
        *registry = with;
        Ok((plugins, provided))
    }
}

/// Whether what is registered is what was announced. Kinds of things that this program does not know are
/// passed over on both sides.
fn as_announced(plugins: &[Metadata], provided: &[Provided]) -> Result<(), String> {
    let announced: BTreeSet<String> = plugins
        .iter()
        .flat_map(|plugin| plugin.provides.iter().map(move |one| (plugin, one)))
        .filter(|(_, one)| KINDS.contains(&&*one.kind))
        .map(|(plugin, one)| format!("{} {}/{}", one.kind, plugin.id(), one.name))
        .collect();
    let registered: BTreeSet<String> = provided
        .iter()
        .filter(|one| KINDS.contains(&&*one.kind))
        .map(|one| format!("{} {}@{}/{}", one.kind, one.plugin, one.version, one.name))
        .collect();
    let list = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let missing: Vec<_> = announced.difference(&registered).collect();
    let unannounced: Vec<_> = registered.difference(&announced).collect();
    match (missing.is_empty(), unannounced.is_empty()) {
        (true, true) => Ok(()),
        (false, _) => Err(format!(
            "it says that it has {}, and does not register it",
            list(missing)
        )),
        (true, false) => Err(format!(
            "it registers {}, of which it says nothing",
            list(unannounced)
        )),
    }
}
