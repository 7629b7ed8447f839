//! Why a file is no plugin for this program.

use plimsoll_abi::handshake::MAJOR;
use thiserror::Error;

use super::Platform;

/// Why a file is no plugin for this program. Each is a clause that follows the file's name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is something else altogether.
    #[error("it is no library")]
    NotALibrary,
    /// It is made by a compiler, and no dynamic library.
    #[error("it is {0}, and no dynamic library")]
    NotDynamic(&'static str),
    /// It begins as a library does.
    #[error("it is cut short or damaged")]
    Damaged,
    /// It is for another machine.
    #[error("it is built for {built}, and this is {here}")]
    Foreign {
        /// What it is built for.
        built: Platform,
        /// What this program runs on.
        here: Platform,
    },
    /// It says nothing of Plimsoll.
    #[error("it is a library and no Plimsoll plugin")]
    NotAPlugin,
    /// What it says cannot be read.
    #[error("what it says of itself cannot be read: {0}")]
    Unreadable(String),
    /// It speaks another major version of the border.
    #[error(
        "it speaks version {theirs} of the border, and this Plimsoll speaks version {MAJOR}; build \
         it with plimsoll-sdk {}",
        env!("CARGO_PKG_VERSION")
    )]
    Border {
        /// The major version that it speaks.
        theirs: u32,
    },
    /// A panic in it would end the process.
    #[error(
        "it is built to abort on a panic, which would end Plimsoll; build it with panic = \"unwind\""
    )]
    Aborts,
}
