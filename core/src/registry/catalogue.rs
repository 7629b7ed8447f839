//! What is registered of one kind.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::error::{FactoryError, NameError};
use super::{FactoryContext, Origin};

/// Makes a value from options. The options have been checked against the registration's schema.
pub type Factory<T> =
    Arc<dyn Fn(&FactoryContext, &Json) -> Result<Box<T>, FactoryError> + Send + Sync>;

/// One implementation of a trait.
pub struct Registration<T: ?Sized> {
    /// Its name within its plugin: lower-case letters, digits and `-`.
    pub name: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// Who registered it.
    pub origin: Origin,
    /// The JSON Schema of its options.
    pub options_schema: Json,
    /// Makes it.
    pub factory: Factory<T>,
}

impl<T: ?Sized> Registration<T> {
    /// Its name with its plugin's: `acme/steps`.
    #[must_use]
    pub fn qualified(&self) -> String {
        format!("{}/{}", self.origin.plugin, self.name)
    }

    /// Its name with its plugin's and that one's version: `acme@1.2.0/steps`.
    #[must_use]
    pub fn fully_qualified(&self) -> String {
        let Origin {
            plugin, version, ..
        } = &self.origin;
        format!("{plugin}@{version}/{}", self.name)
    }
}

impl<T: ?Sized> fmt::Debug for Registration<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Registration")
            .field("name", &self.fully_qualified())
            .finish_non_exhaustive()
    }
}

/// What is registered of one kind, by name.
///
/// A name is `steps`, or `acme/steps`, or `acme@1.2.0/steps`: as long as it must be to mean one
/// thing. Several plugins may register the same name; then the short one is an error that says
/// which there are, as none of them may take another's place unseen.
pub struct Catalogue<T: ?Sized> {
    kind: &'static str,
    /// By their own names; those of one name in the order of plugins and versions.
    registrations: BTreeMap<String, Vec<Arc<Registration<T>>>>,
}

impl<T: ?Sized> Catalogue<T> {
    pub(super) fn new(kind: &'static str) -> Self {
        Self {
            kind,
            registrations: BTreeMap::new(),
        }
    }

    /// What these things are called.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Adds an implementation.
    ///
    /// # Errors
    /// When the plugin has registered the name before, in the same version.
    pub fn register(&mut self, registration: Registration<T>) -> Result<(), FactoryError> {
        let same_name = self
            .registrations
            .entry(registration.name.clone())
            .or_default();
        let order = |one: &Registration<T>| (one.origin.plugin.clone(), one.origin.version.clone());
        let place = order(&registration);
        match same_name.binary_search_by_key(&place, |one| order(one)) {
            Ok(taken) => Err(FactoryError::Duplicate {
                kind: self.kind,
                name: registration.name,
                origin: registration.origin.to_string(),
                by: same_name[taken].origin.to_string(),
            }),
            Err(place) => {
                same_name.insert(place, Arc::new(registration));
                Ok(())
            }
        }
    }

    /// What is registered under a name, qualified or not.
    ///
    /// # Errors
    /// When nothing is, or several are; the error lists what there is.
    pub fn get(&self, name: &str) -> Result<&Registration<T>, NameError> {
        let (plugin, own) = match name.rsplit_once('/') {
            Some((plugin, own)) => (Some(plugin), own),
            None => (None, name),
        };
        let wanted = |one: &&Arc<Registration<T>>| match plugin.map(|plugin| plugin.split_once('@'))
        {
            None => true,
            Some(None) => plugin == Some(&*one.origin.plugin),
            Some(Some((plugin, version))) => {
                *plugin == *one.origin.plugin && *version == *one.origin.version
            }
        };
        let found: Vec<_> = self
            .registrations
            .get(own)
            .into_iter()
            .flatten()
            .filter(wanted)
            .collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(NameError::Unknown {
                kind: self.kind,
                name: name.to_owned(),
                known: self.names(),
            }),
            several => Err(NameError::Ambiguous {
                kind: self.kind,
                name: name.to_owned(),
                candidates: several.iter().map(|one| self.name_of(one)).collect(),
            }),
        }
    }

    /// The shortest name that means this registration, which must be of this catalogue, alone.
    #[must_use]
    pub fn name_of(&self, registration: &Registration<T>) -> String {
        let same_name = self.registrations.get(&registration.name);
        let same_name = same_name.map(Vec::as_slice).unwrap_or_default();
        let of_plugin = same_name
            .iter()
            .filter(|one| one.origin.plugin == registration.origin.plugin);
        match (same_name.len(), of_plugin.count()) {
            (0 | 1, _) => registration.name.clone(),
            (_, 0 | 1) => registration.qualified(),
            _ => registration.fully_qualified(),
        }
    }

    /// Makes the thing of this name.
    ///
    /// # Errors
    /// When there is none, the options do not fit its schema, or its factory refuses.
    pub fn make(
        &self,
        name: &str,
        context: &FactoryContext,
        options: &Json,
    ) -> Result<Box<T>, FactoryError> {
        let registration = self.get(name).map_err(FactoryError::Name)?;
        if let Some(check) = context.registry.options_check() {
            check
                .check(&registration.options_schema, options)
                .map_err(|message| FactoryError::Options {
                    name: self.name_of(registration),
                    message,
                })?;
        }
        (registration.factory)(context, options)
    }

    /// The names, sorted, each as short as it can be.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.iter().map(|one| self.name_of(one)).collect();
        names.sort();
        names
    }

    /// The registrations, sorted by name, plugin and version.
    pub fn iter(&self) -> impl Iterator<Item = &Registration<T>> {
        self.registrations.values().flatten().map(|one| &**one)
    }
}

impl<T: ?Sized> Clone for Catalogue<T> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind,
            registrations: self.registrations.clone(),
        }
    }
}

impl<T: ?Sized> fmt::Debug for Catalogue<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.names()).finish()
    }
}
