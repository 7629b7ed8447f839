//! Schemas as tables: what keys a configuration has, of which types, with which defaults.
//!
//! A [`Model`] describes a mapping. From one table come the check with its coercions
//! ([`Reader`]), the written forms ([`dump`]), and the list of keys that it does not know
//! ([`unknown_keys`]). The coercions are those of pydantic's lax mode, as the real Truss has them:
//! an integer may be written `"4"`, `4.0` or `true`; a string is never made from anything else.

mod coerce;
mod dump;
mod read;
mod unknown;

use serde_json::Value as Json;

pub use dump::{Form, dump};
pub use read::Reader;
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
    /// Checks the keys against one another, when each is sound by itself.
    pub after: Option<fn(&mut Node, &mut Reader<'_>)>,
    /// Changes a dumped mapping into its final form, such as leaving out what is unset.
    pub dumped: Option<fn(&Node, &mut Node, Form)>,
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
    /// They are dropped, with a warning.
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
    /// This string.
    Str(&'static str),
    /// The empty list.
    EmptyList,
    /// The empty mapping.
    EmptyMap,
    /// The model of the field, all at its defaults.
    Model,
}

/// What a key may hold.
#[derive(Debug)]
pub enum Type {
    /// Anything.
    Any,
    /// A string.
    Str,
    /// A string that passes a check; the error says why it does not.
    StrWith(fn(&str) -> Result<(), String>),
    /// An integer within bounds, both included.
    Int(i64, i64),
    /// An integer within bounds, written as one: not `"2"`, `2.0` or `true`.
    StrictInt(i64, i64),
    /// A floating-point number.
    Float,
    /// A boolean.
    Bool,
    /// One of these strings.
    Enum(&'static [&'static str]),
    /// One of these strings, in any case; stored in upper case.
    EnumUpper(&'static [&'static str]),
    /// `null`, or this.
    Nullable(&'static Type),
    /// A list of these.
    List(&'static Type),
    /// A mapping from strings to these.
    Map(&'static Type),
    /// A mapping with known keys.
    Model(&'static Model),
    /// Something with rules of its own.
    Custom(&'static dyn Custom),
}

/// A type with rules of its own.
pub trait Custom: Sync + std::fmt::Debug {
    /// Checks what was written and brings it into the form in which it is kept.
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>);

    /// The form in which it is shown.
    fn dump(&self, node: &Node, form: Form) -> Node;

    /// What may be written, as JSON Schema.
    fn schema(&self) -> Json;

    /// What may be written, in words: `must be …`.
    fn describe(&self) -> String;

    /// The keys below `node` that it does not know.
    fn unknown_keys(&self, node: &Node) -> Vec<UnknownKey> {
        let _ = node;
        Vec::new()
    }
}

/// No bound.
pub const MIN: i64 = i64::MIN;
/// No bound.
pub const MAX: i64 = i64::MAX;

/// The least upper bound that is not worth a word.
const WIDE: i64 = u32::MAX as i64;

impl Type {
    /// What may be written, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Str | Self::StrWith(_) => "a string".to_owned(),
            Self::Int(low, high) | Self::StrictInt(low, high) => match (*low, *high) {
                (MIN, MAX) => "an integer".to_owned(),
                // A bound that only the width of a field sets is no news to a reader.
                (low, WIDE..) => format!("an integer of at least {low}"),
                (MIN, high) => format!("an integer of at most {high}"),
                (low, high) => format!("an integer from {low} to {high}"),
            },
            Self::Float => "a number".to_owned(),
            Self::Bool => "a boolean".to_owned(),
            Self::Enum(values) | Self::EnumUpper(values) => format!("one of {}", values.join(", ")),
            Self::Nullable(inner) => format!("{} or null", inner.describe()),
            Self::List(item) => format!("a list, each item {}", item.describe()),
            Self::Map(value) => format!("a mapping from strings, each value {}", value.describe()),
            Self::Model(model) => format!("a mapping ({})", model.name),
            Self::Custom(custom) => custom.describe(),
        }
    }
}
