//! Options of policies: described by tables, from which both the schema and the checks come.

mod check;
mod schema;

use plimsoll_core::registry::FactoryError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub(crate) use schema::schema;

/// One option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
    /// What it means, with its unit.
    pub(crate) doc: &'static str,
}

/// What an option may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A number within bounds.
    Number(Range),
    /// A whole number within bounds, both included.
    Whole(u64, u64),
    /// True or false.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// This, or null for what the field's description says of null.
    Optional(&'static Kind),
    /// Options of its own.
    Object(&'static [Field]),
    /// As many of these as the number says at most.
    List(usize, &'static [Field]),
}

/// The bounds of a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// The least.
    pub(crate) from: f64,
    /// Whether the least itself is excluded.
    pub(crate) above: bool,
    /// The most; infinite for none.
    pub(crate) to: f64,
}

/// From a number on.
pub(crate) const fn from(from: f64) -> Kind {
    Kind::Number(Range {
        from,
        above: false,
        to: f64::INFINITY,
    })
}

/// Above a number.
pub(crate) const fn above(from: f64) -> Kind {
    Kind::Number(Range {
        from,
        above: true,
        to: f64::INFINITY,
    })
}

/// From one number to another, both included.
pub(crate) const fn between(from: f64, to: f64) -> Kind {
    Kind::Number(Range {
        from,
        above: false,
        to,
    })
}

/// How often a policy decides.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Every {
    /// In so many seconds.
    Seconds(f64),
    /// In as many seconds as this option says.
    Option(&'static str),
}

/// Options that are described by a table.
pub(crate) trait Described: Default + Serialize + DeserializeOwned {
    /// Whose options they are.
    const POLICY: &'static str;
    /// What it scales.
    const SCALES: &'static [&'static str];
    /// How often it decides; `None` for as often as its host likes.
    const DECIDES_EVERY: Option<Every> = None;
    /// The table.
    const FIELDS: &'static [Field];
    /// Options that follow a fact where they are not given: their names, and the facts'.
    const FOLLOWS: &'static [(&'static str, &'static str)] = &[];

    /// Checks what no single field says.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn check_together(&self) -> Result<(), String> {
        Ok(())
    }
}

/// Reads options; what is left out has its default.
///
/// # Errors
/// When a name is not known or a value does not fit.
pub(crate) fn read<T: Described>(options: &Json) -> Result<T, FactoryError> {
    check::object(T::FIELDS, options, "").map_err(wrong::<T>)?;
    let read: T =
        serde_json::from_value(options.clone()).map_err(|error| wrong::<T>(error.to_string()))?;
    read.check_together().map_err(wrong::<T>)?;
    Ok(read)
}

/// Checks options that were not read but made.
///
/// # Errors
/// As [`read`].
pub(crate) fn checked<T: Described>(options: T) -> Result<T, FactoryError> {
    let json = serde_json::to_value(&options).map_err(|error| wrong::<T>(error.to_string()))?;
    check::object(T::FIELDS, &json, "").map_err(wrong::<T>)?;
    options.check_together().map_err(wrong::<T>)?;
    Ok(options)
}

fn wrong<T: Described>(message: String) -> FactoryError {
    FactoryError::Options {
        name: T::POLICY.to_owned(),
        message,
    }
}
