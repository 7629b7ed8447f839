//! Peeks at a library: what it says of itself, read from its bytes without loading it.

mod container;
mod error;
mod line;
mod platform;

use serde::{Serialize, Serializer};

use plimsoll_abi::handshake::MAJOR;

pub use error::MetadataError;
pub use platform::Platform;

use container::section;
pub use line::KINDS;
use line::plugins;

/// What one plugin of a library says of itself. A library that is linked from several plugin crates
/// says this of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Its name, which qualifies what it registers.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the border that it speaks: major and minor.
    #[serde(serialize_with = "dotted")]
    pub border: (u32, u32),
    /// The version of the SDK that it was built with.
    pub sdk: String,
    /// What a panic in it does.
    pub panic: Panic,
    /// The compiler that built it.
    pub rustc: String,
    /// The target that it was built for, as a triple.
    pub target: String,
    /// What it registers, in the order in which it announces it.
    pub provides: Vec<Provided>,
}

/// What a panic does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Panic {
    /// It is caught on the plugin's side.
    Unwind,
    /// It ends the process.
    Abort,
}

/// One thing that a plugin announces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Provided {
    /// Its kind, such as `scaling-policy`.
    pub kind: String,
    /// Its name within its plugin.
    pub name: String,
}

impl Metadata {
    /// Its name and version: `acme@1.2.0`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// Reads what the plugins of a library say of themselves: at least one, each of which this program
/// can load as far as that can be told without loading it. The bytes are not trusted.
///
/// # Errors
/// When the bytes are no library for this machine, hold no plugin, or one of another border.
pub fn peek(bytes: &[u8]) -> Result<Vec<Metadata>, MetadataError> {
    peek_on(bytes, &Platform::here())
}

fn peek_on(bytes: &[u8], here: &Platform) -> Result<Vec<Metadata>, MetadataError> {
    let found = plugins(section(bytes, here)?)?;
    for plugin in &found {
        let os = platform::os_of(&plugin.target);
        if os.is_some_and(|os| os != here.os) {
            return Err(MetadataError::Foreign {
                built: Platform {
                    arch: here.arch.clone(),
                    os: os.unwrap_or_default().to_owned(),
                },
                here: here.clone(),
            });
        }
        if plugin.border.0 != MAJOR {
            return Err(MetadataError::Border {
                theirs: plugin.border.0,
            });
        }
        if plugin.panic == Panic::Abort {
            return Err(MetadataError::Aborts);
        }
    }
    Ok(found)
}

fn dotted<S: Serializer>((major, minor): &(u32, u32), serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{major}.{minor}"))
}
