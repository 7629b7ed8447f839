//! Mapping keys.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The key of a mapping entry.
///
/// Equality is Python's: `True`, `1` and `1.0` are one key, as they are in the dictionaries that
/// the real Truss works on.
#[derive(Clone, Debug)]
pub enum Key {
    /// A string, as nearly every key is.
    Str(Box<str>),
    /// An integer, such as an unquoted `1`.
    Int(i64),
    /// A boolean, such as an unquoted `on`.
    Bool(bool),
    /// A float.
    Float(f64),
    /// No value (`null`, `~` or nothing).
    Null,
    /// Anything else that Python can hash, by the text Python shows for it (a date, a big integer).
    Other(Box<str>),
}

impl Key {
    /// The text of a string key.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "only equal small numbers must meet"
            )]
            Self::Int(number) => Some(*number as f64),
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Str(a), Self::Str(b)) | (Self::Other(a), Self::Other(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Null, Self::Null) => true,
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a.to_bits() == b.to_bits() || a == b,
                _ => false,
            },
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Str(text) | Self::Other(text) => text.hash(state),
            Self::Null => 0_u8.hash(state),
            Self::Int(_) | Self::Bool(_) | Self::Float(_) => {
                // `+ 0.0` turns -0.0 into 0.0, which are equal and so must hash alike.
                (self.number().unwrap_or(0.0) + 0.0).to_bits().hash(state);
            }
        }
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

/// As `json.dumps` writes the key: `true`, `1`, `null`.
impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(text) | Self::Other(text) => formatter.write_str(text),
            Self::Int(number) => write!(formatter, "{number}"),
            Self::Bool(flag) => write!(formatter, "{flag}"),
            Self::Float(number) => write!(formatter, "{number:?}"),
            Self::Null => formatter.write_str("null"),
        }
    }
}
