//! What is registered of one kind.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;
use thiserror::Error;

use super::FactoryContext;
use crate::suggest::did_you_mean;

/// Makes a value from options. The options have been checked against the registration's schema.
pub type Factory<T> =
    Arc<dyn Fn(&FactoryContext, &Json) -> Result<Box<T>, FactoryError> + Send + Sync>;

/// One implementation of a trait.
pub struct Registration<T: ?Sized> {
    /// Its name.
    pub name: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// Who registered it: a crate, a library file.
    pub origin: String,
    /// The JSON Schema of its options.
    pub options_schema: Json,
    /// Makes it.
    pub factory: Factory<T>,
}

impl<T: ?Sized> fmt::Debug for Registration<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Registration")
            .field("name", &self.name)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// A name that is not registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What kind of thing was asked for.
    pub kind: &'static str,
    /// The name asked for.
    pub name: String,
    /// The names that are registered.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "there is no {} `{}`; ", self.kind, self.name)?;
        if self.known.is_empty() {
            return formatter.write_str("none is registered");
        }
        write!(formatter, "known are: {}", self.known.join(", "))?;
        match did_you_mean(&self.name, self.known.iter().map(String::as_str)) {
            Some(hint) => write!(formatter, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Why a plugin could not be registered or made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FactoryError {
    /// Nothing is registered under the name.
    #[error("{0}")]
    Unknown(UnknownName),
    /// The name is taken.
    #[error("the {kind} `{name}` of {origin} is already registered by {by}")]
    Duplicate {
        /// What kind of thing it is.
        kind: &'static str,
        /// The name.
        name: String,
        /// Who wanted to register it.
        origin: String,
        /// Who has registered it.
        by: String,
    },
    /// The options do not fit.
    #[error("the options of {name} do not fit: {message}")]
    Options {
        /// Whose options.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// It could not be made.
    #[error("{name} could not be set up: {message}")]
    Failed {
        /// What could not be made.
        name: String,
        /// Why.
        message: String,
    },
}

/// What is registered of one kind, by name.
pub struct Catalogue<T: ?Sized> {
    kind: &'static str,
    registrations: BTreeMap<String, Arc<Registration<T>>>,
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
    /// When the name is taken.
    pub fn register(&mut self, registration: Registration<T>) -> Result<(), FactoryError> {
        if let Some(other) = self.registrations.get(&registration.name) {
            return Err(FactoryError::Duplicate {
                kind: self.kind,
                name: registration.name,
                origin: registration.origin,
                by: other.origin.clone(),
            });
        }
        self.registrations
            .insert(registration.name.clone(), Arc::new(registration));
        Ok(())
    }

    /// What is registered under a name.
    ///
    /// # Errors
    /// When nothing is; the error lists what is, and the nearest.
    pub fn get(&self, name: &str) -> Result<&Registration<T>, UnknownName> {
        self.registrations
            .get(name)
            .map(|registration| &**registration)
            .ok_or_else(|| UnknownName {
                kind: self.kind,
                name: name.to_owned(),
                known: self.names(),
            })
    }

    /// Makes the thing of this name.
    ///
    /// # Errors
    /// When there is none, or its factory refuses.
    pub fn make(
        &self,
        name: &str,
        context: &FactoryContext,
        options: &Json,
    ) -> Result<Box<T>, FactoryError> {
        let registration = self.get(name).map_err(FactoryError::Unknown)?;
        (registration.factory)(context, options)
    }

    /// The names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.registrations.keys().cloned().collect()
    }

    /// The registrations, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Registration<T>> {
        self.registrations
            .values()
            .map(|registration| &**registration)
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
        formatter
            .debug_list()
            .entries(self.registrations.keys())
            .finish()
    }
}
