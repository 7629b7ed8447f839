//! Schemas as tables: what keys a configuration has, of which types, with which defaults.
//!
//! A [`Model`] describes a mapping. From one table come the check with its coercions
//! ([`Reader`]), the written forms ([`dump`]), and the list of keys that it does not know
//! ([`unknown_keys`]). The coercions are those of pydantic's lax mode, as the real Truss has them:
//! an integer may be written `"4"`, `4.0` or `true`; a string is never made from anything else.

mod coerce;
mod dump;
mod json_schema;
mod plain;
mod problems;
mod read;
mod refusal;
mod scalars;
mod sound;
mod types;
mod unknown;

pub use dump::{Form, default_of, dump};
pub use json_schema::{json_schema, property, schema_of};
pub use plain::plain;
pub use read::{Reader, takes};
pub use refusal::Refusal;
pub use types::{Custom, MAX, MIN, Type};
pub use unknown::{UnknownKey, unknown_keys};

use crate::value::Node;

/// A mapping with known keys.
#[derive(Debug)]
pub struct Model {
    /// What it is called in messages and schemas.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
    /// What becomes of keys it does not have.
    pub extra: Extra,
    /// Rewrites what was written before anything is checked, such as an old key into a new one.
    pub before: Option<fn(&mut Node, &mut Reader<'_>)>,
    /// Checks the keys against one another. It leaves alone what is not [`Reader::sound`].
    pub after: Option<fn(&mut Node, &mut Reader<'_>)>,
    /// Changes a dumped mapping into its final form, such as leaving out what is unset.
    pub dumped: Option<fn(&Node, &mut Node, Form)>,
    /// Whether a push lets unknown keys pass here and below.
    pub lenient: bool,
    /// Keys that it does not have and that people write here all the same, each with a hint of where
    /// that is set.
    pub elsewhere: &'static [(&'static str, &'static str)],
}

impl Model {
    /// A model with these fields and nothing special about it.
    #[must_use]
    pub const fn new(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            doc,
            fields,
            extra: Extra::Keep,
            before: None,
            after: None,
            dumped: None,
            lenient: false,
            elsewhere: &[],
        }
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The names of its fields.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.fields.iter().map(|field| field.name)
    }
}

/// What becomes of keys that a model does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// They are kept.
    Keep,
    /// They are errors.
    Forbid,
    /// They are dropped, whatever they are, with a warning.
    Drop,
}

/// One key of a model.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Type,
    /// What holds when it is not written.
    pub default: Default,
    /// What it means.
    pub doc: &'static str,
}

impl Field {
    /// A field that may be left out.
    #[must_use]
    pub const fn new(name: &'static str, kind: Type, default: Default, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            default,
            doc,
        }
    }

    /// A field that must be written.
    #[must_use]
    pub const fn required(name: &'static str, kind: Type, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            default: Default::Required,
            doc,
        }
    }
}

/// What holds when a key is not written.
#[derive(Clone, Copy, Debug)]
pub enum Default {
    /// It must be written.
    Required,
    /// Nothing, and nothing is shown.
    Absent,
    /// `null`.
    Null,
    /// This boolean.
    Bool(bool),
    /// This integer.
    Int(i64),
    /// This number.
    Float(f64),
    /// This string.
    Str(&'static str),
    /// The empty list.
    EmptyList,
    /// The empty mapping.
    EmptyMap,
    /// The model of the field, all at its defaults.
    Model,
}
