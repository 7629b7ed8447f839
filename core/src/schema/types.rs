//! What a key may hold.

use serde_json::Value as Json;

use super::{Form, Model, Reader, Refusal, UnknownKey};
use crate::value::Node;

/// What a key may hold.
#[derive(Debug)]
pub enum Type {
    /// Anything.
    Any,
    /// A string.
    Str,
    /// A string that passes a check.
    StrWith(fn(&str) -> Result<(), Refusal>),
    /// A string that is kept in another form.
    StrInto(fn(&str) -> Result<String, Refusal>),
    /// An integer within bounds, both included; where there is no bound, of any size.
    Int(i64, i64),
    /// An integer within bounds, written as one: not `"2"`, `2.0` or `true`.
    StrictInt(i64, i64),
    /// A floating-point number.
    Float,
    /// A number above the first bound and at most the second, written as one: not `"0.5"`.
    StrictFloat(f64, f64),
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

    /// The models that it may hold, each to be described once.
    fn models(&self) -> Vec<&'static Model> {
        Vec::new()
    }

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
            Self::Str | Self::StrWith(_) | Self::StrInto(_) => "a string".to_owned(),
            Self::Int(low, high) | Self::StrictInt(low, high) => match (*low, *high) {
                (MIN, MAX) => "an integer".to_owned(),
                // A bound that only the width of a field sets is no news to a reader.
                (low, WIDE..) => format!("an integer of at least {low}"),
                (MIN, high) => format!("an integer of at most {high}"),
                (low, high) => format!("an integer from {low} to {high}"),
            },
            Self::Float => "a number".to_owned(),
            Self::StrictFloat(low, high) => format!("a number above {low} and at most {high}"),
            Self::Bool => "a boolean".to_owned(),
            Self::Enum(values) | Self::EnumUpper(values) => format!("one of {}", values.join(", ")),
            Self::Nullable(inner) => format!("{} or null", inner.describe()),
            Self::List(item) => format!("a list, each item {}", item.describe()),
            Self::Map(value) => format!("a mapping from strings, each value {}", value.describe()),
            Self::Model(model) => format!("a mapping ({})", model.name),
            Self::Custom(custom) => custom.describe(),
        }
    }

    /// What may be written, in words that name the upper bound even where [`describe`] does not.
    ///
    /// [`describe`]: Self::describe
    pub(super) fn describe_to_one_above(&self) -> String {
        match self {
            Self::Int(_, high @ WIDE..) | Self::StrictInt(_, high @ WIDE..) => {
                format!("an integer of at most {high}")
            }
            _ => self.describe(),
        }
    }
}
